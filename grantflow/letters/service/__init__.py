"""Writing out, issuing, printing and handing out letters."""

from .freezing import freeze
from .handing import archive, content, download
from .issuing import issue
from .layout import layout
from .mending import reprint, scan
from .purging import purge
from .rendering import document, render
from .restarting import retry, retry_all
from .writing import write_out

__all__ = [
    "archive",
    "content",
    "document",
    "download",
    "freeze",
    "issue",
    "layout",
    "purge",
    "render",
    "reprint",
    "retry",
    "retry_all",
    "scan",
    "write_out",
]
