"""States of one reviewer's work on one file, and the states of a file in which it is done."""

from enum import StrEnum

from grantflow.applications.states import AT_WORK, DECIDED, State


class Need(StrEnum):
    """What a file waits for from an office."""

    REVIEWER = "reviewer"
    #: Somebody to propose for the third review.
    THIRD = "third"
    #: A yes to whom the other office proposes.
    CONFIRMATION = "confirmation"


#: A reviewer's own submitted review stays readable.
READABLE = frozenset({*AT_WORK, State.ASSESSED, State.PROPOSED, *DECIDED})
#: Still on somebody's desk: what a reviewer's progress counts.
UNDECIDED = READABLE - DECIDED
