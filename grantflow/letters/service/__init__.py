"""Issuing, printing and handing out letters."""

from .documents import document
from .handing import archive, content, download
from .issuing import issue
from .rendering import render, retry

__all__ = [
    "archive",
    "content",
    "document",
    "download",
    "issue",
    "render",
    "retry",
]
