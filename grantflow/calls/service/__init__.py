"""The ledger of a call's money, and how what two people release becomes the rows that everybody reads: each module
but the ledger registers a kind (``releases.kinds``)."""

from . import agreements, calls, funders, pages
from .ledger import commit, release, reserve

__all__ = ["agreements", "calls", "commit", "funders", "pages", "release", "reserve"]
