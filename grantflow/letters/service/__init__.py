"""Issuing, printing and handing out letters."""

from .documents import document
from .handing import archive, download
from .issuing import issue, issue_with_courtesy
from .rendering import render, retry

__all__ = [
    "archive",
    "document",
    "download",
    "issue",
    "issue_with_courtesy",
    "render",
    "retry",
]
