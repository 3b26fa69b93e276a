"""Pages of accounts: in, out, registration, links from mails, one's own profile, and people for administrators."""

from . import factors, joining, people, profile, proving, roles, second, sessions
from .blueprint import bp

__all__ = ["bp", "factors", "joining", "people", "profile", "proving", "roles", "second", "sessions"]
