"""The steps of a file until its decision is there."""

from enum import StrEnum


class Step(StrEnum):
    """In their order. The councils sit between the proposal and the keys."""

    CHECK = "check"
    REVIEWS = "reviews"
    COMPARISON = "comparison"
    PROPOSAL = "proposal"
    #: The day on which the councils' papers must be in.
    PAPERS = "papers"
    KEYS = "keys"
    LETTERS = "letters"
