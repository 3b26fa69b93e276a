"""The kinds that the parts of a call come in."""

from enum import StrEnum


class Movement(StrEnum):
    """What moves money in the ledger."""

    AWARD = "award"


class DutyPage(StrEnum):
    """Pages that the law asks for, whose texts two administrators release."""

    IMPRINT = "imprint"
    CONTACT = "contact"
    PRIVACY = "privacy"
    ACCESSIBILITY = "accessibility"


class Step(StrEnum):
    """The step of an application that a question stands on, by the name it has there."""

    PROJECT = "project"
    PEOPLE = "people"


class Stage(StrEnum):
    """How far a call is; the instants of its rows say so."""

    DRAFT = "draft"
    ANNOUNCED = "announced"
    OPEN = "open"
    CLOSED = "closed"


#: What those who have begun an application are reminded of; told further up, for calls know no files.
CALL_CHANGED = "call_changed"
