"""Reads of the review, by audience: reviewers score, both sides compare, offices assign."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from grantflow.kernel.parties import Actor, Role
from grantflow.seats.states import Conflict

from .. import policy, texts
from .assigning import (
    Panel,
    assignment_of_office,
    file_of_office,
    is_biased,
    is_member,
    is_on_file,
    needs,
    nomination,
    panel,
    reviewer,
    waiting,
)
from .comparing import Comparison, Outcome, compare
from .scoring import Queue, Row, marks, next_file, own_file, pending_counts, queue
from .seats import PAGE, assignments, is_closed, is_own_institution, seat_of, seats, standing, threshold

__all__ = [
    "PAGE",
    "Comparison",
    "Outcome",
    "Panel",
    "Queue",
    "Row",
    "Task",
    "assignment_of_office",
    "assignments",
    "compare",
    "file_of_office",
    "is_biased",
    "is_closed",
    "is_member",
    "is_on_file",
    "is_own_institution",
    "marks",
    "needs",
    "next_file",
    "nomination",
    "own_file",
    "panel",
    "pending_counts",
    "queue",
    "reviewer",
    "seat_of",
    "seats",
    "standing",
    "tasks",
    "threshold",
    "waiting",
]


@dataclass(frozen=True, slots=True)
class Task:
    """What waits for somebody in a call, how often, and the page where it is done."""

    call_id: UUID
    label: Any
    count: int
    endpoint: str


#: What a reviewer has to do with a file, by what they have declared of it.
_LABELS = {Conflict.UNDECLARED: texts.TO_DECLARE, Conflict.NONE: texts.TO_SCORE}


def tasks(actor: Actor) -> list[Task]:
    """What waits for the actor; nothing that counts 0."""
    found: list[Task] = []
    if Role.REVIEWER in actor.roles:
        for call_id, conflicts in pending_counts(actor).items():
            found += [Task(call_id, label, conflicts.get(its, 0), "review.queue") for its, label in _LABELS.items()]
    if policy.assigns(actor):
        for call_id, counts in needs(actor).items():
            found += [
                Task(call_id, label, counts.get(need, 0), "review.to_assign") for need, label in texts.NEEDS.items()
            ]
    return [task for task in found if task.count]
