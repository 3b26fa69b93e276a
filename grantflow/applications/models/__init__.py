"""The application, its versions, its budget, its history: what is being written, and what was sent."""

from .files import Application, Consent, Event, Participation, StateCount
from .versions import (
    LEAD_COLUMNS,
    BudgetLine,
    Declaration,
    Version,
    VersionAnswer,
    VersionChange,
    VersionParty,
)

__all__ = [
    "LEAD_COLUMNS",
    "Application",
    "BudgetLine",
    "Consent",
    "Declaration",
    "Event",
    "Participation",
    "StateCount",
    "Version",
    "VersionAnswer",
    "VersionChange",
    "VersionParty",
]
