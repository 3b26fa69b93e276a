"""Funders, the agreement, and calls with all their limits: rows with validity, never constants (R28). And the ledger of
their money."""

from .calls import Call, Category, Closing, Criterion, Paper, Question
from .funders import Agreement, Funder, LegalText, PageText, RemedyRule
from .money import Commitment, Envelope, Reservation

__all__ = [
    "Agreement",
    "Call",
    "Category",
    "Closing",
    "Commitment",
    "Criterion",
    "Envelope",
    "Funder",
    "LegalText",
    "PageText",
    "Paper",
    "Question",
    "RemedyRule",
    "Reservation",
]
