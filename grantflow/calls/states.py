"""The kinds that the parts of a call come in."""

from enum import StrEnum


class Movement(StrEnum):
    """What moves money in the ledger."""

    AWARD = "award"
