"""Draft, save, sign, come into force: the one way in which what a fund rests on changes (foundation 9)."""

from .checking import (
    DAY,
    Content,
    canonical_content,
    check,
    fingerprint,
    flaws,
    is_outdated,
    needs,
    turned_keys,
)
from .drafting import discard, draft, rebase, save
from .signing import CHECKS, take_back, take_effect, turn_key

__all__ = [
    "CHECKS",
    "DAY",
    "Content",
    "canonical_content",
    "check",
    "discard",
    "draft",
    "fingerprint",
    "flaws",
    "is_outdated",
    "needs",
    "rebase",
    "save",
    "take_back",
    "take_effect",
    "turn_key",
    "turned_keys",
]
