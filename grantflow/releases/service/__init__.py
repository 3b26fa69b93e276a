"""Draft, save, sign, come into force: the one way in which what a fund rests on changes (foundation 9)."""

from .checking import (
    as_stored,
    canonical_content,
    check,
    fingerprint,
    flaws,
    is_outdated,
    needs,
    turned_keys,
)
from .drafting import discard, draft, rebase, save
from .reading import Sight, due_keys, overview, sight, worded
from .signing import CHECKS, offer, take_back, take_effect, turn_key

__all__ = [
    "CHECKS",
    "Sight",
    "as_stored",
    "canonical_content",
    "check",
    "discard",
    "draft",
    "due_keys",
    "fingerprint",
    "flaws",
    "is_outdated",
    "needs",
    "offer",
    "overview",
    "rebase",
    "save",
    "sight",
    "take_back",
    "take_effect",
    "turn_key",
    "turned_keys",
    "worded",
]
