"""What ends a start in one line."""

from __future__ import annotations


class CannotServe(Exception):
    """The message is what the person reads; nothing is left running."""
