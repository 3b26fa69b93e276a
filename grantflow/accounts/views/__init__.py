"""Pages of accounts: in, out, registration, links from mails, one's own profile, and people for administrators."""

from . import joining, people, profile, proving, roles, sessions
from .blueprint import bp

__all__ = ["bp", "joining", "people", "profile", "proving", "roles", "sessions"]
