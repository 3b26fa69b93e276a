"""The life of an edition."""

from enum import StrEnum


class EditionState(StrEnum):
    """draft -> released -> in_force -> superseded; a draft, and a release before its day, can be discarded."""

    DRAFT = "draft"
    #: All keys are turned; its day has not come.
    RELEASED = "released"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    DISCARDED = "discarded"


#: What counts: signed by everybody it takes, and not given up.
SIGNED = (EditionState.RELEASED, EditionState.IN_FORCE, EditionState.SUPERSEDED)
