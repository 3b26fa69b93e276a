"""Outcomes of a joint decision, and what two cities turn to make it."""

from enum import StrEnum


class Outcome(StrEnum):
    AWARD = "award"
    REJECTION = "rejection"


class KeyKind(StrEnum):
    """Düsseldorf and Toulouse turn keys; Métropole consents where it pays (D3)."""

    KEY = "key"
    CONSENT = "consent"


class RejectionReason(StrEnum):
    """What a rejection rests on; the reason in words stands beside it."""

    BELOW_THRESHOLD = "below_threshold"
    ENVELOPE_USED_UP = "envelope_used_up"
    CRITERIA_NOT_MET = "criteria_not_met"
