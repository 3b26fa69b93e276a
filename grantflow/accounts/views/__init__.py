"""Pages of accounts: in, out, registration, links from mails, one's own profile, and people for administrators."""

from . import factors, joining, losses, people, profile, proving, roles, safety, second, sessions
from .blueprint import bp

__all__ = [
    "bp",
    "factors",
    "joining",
    "losses",
    "people",
    "profile",
    "proving",
    "roles",
    "safety",
    "second",
    "sessions",
]
