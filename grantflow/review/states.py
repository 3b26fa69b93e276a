"""States of one reviewer's work on one file, and the states of a file in which it is done."""

from enum import StrEnum

from grantflow.applications.states import DECIDED, State


class Conflict(StrEnum):
    """What a reviewer declared before the file opened (R9)."""

    UNDECLARED = "undeclared"
    NONE = "none"
    DECLARED = "declared"


class Need(StrEnum):
    """What a file waits for from an office."""

    REVIEWER = "reviewer"
    #: Somebody to propose for the third review.
    THIRD = "third"
    #: A yes to whom the other office proposes.
    CONFIRMATION = "confirmation"


class Progress(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"


#: Reviewers may work. A file counts as admitted until both sides have a reviewer; whoever is assigned first need not
#: wait, and so cannot tell whether the other side has assigned anybody.
AT_WORK = frozenset({State.ADMITTED, State.IN_REVIEW})
#: A reviewer's own submitted review stays readable.
READABLE = frozenset({*AT_WORK, State.ASSESSED, State.PROPOSED, *DECIDED})
#: Still on somebody's desk: what a reviewer's progress counts.
UNDECIDED = READABLE - DECIDED
