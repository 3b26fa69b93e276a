"""Issuing, printing and handing out letters."""

from .documents import document
from .handing import archive, download
from .issuing import issue
from .rendering import render, retry

__all__ = [
    "archive",
    "document",
    "download",
    "issue",
    "render",
    "retry",
]
