"""Issuing, printing and handing out letters."""

from .documents import document
from .handing import archive, content, download
from .issuing import issue
from .mending import reprint, scan
from .rendering import render
from .restarting import retry, retry_all

__all__ = [
    "archive",
    "content",
    "document",
    "download",
    "issue",
    "render",
    "reprint",
    "retry",
    "retry_all",
    "scan",
]
