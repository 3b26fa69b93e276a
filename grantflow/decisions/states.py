"""Kinds and states of a joint act, and what two cities turn to decide it."""

from enum import StrEnum


class Outcome(StrEnum):
    """What a joint act does."""

    AWARD = "award"
    REJECTION = "rejection"


class ActState(StrEnum):
    """An act is open while it lies before the cities; it ends decided, or abandoned where its proposal is sent back."""

    OPEN = "open"
    ABANDONED = "abandoned"
    DECIDED = "decided"


class KeyKind(StrEnum):
    """Düsseldorf and Toulouse turn keys; Métropole consents where it pays (D3)."""

    KEY = "key"
    CONSENT = "consent"


class RejectionReason(StrEnum):
    """What a rejection rests on; the reason in words stands beside it."""

    BELOW_THRESHOLD = "below_threshold"
    ENVELOPE_USED_UP = "envelope_used_up"
    CRITERIA_NOT_MET = "criteria_not_met"
