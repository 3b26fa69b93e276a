"""Reads of the review, by audience: reviewers score, both sides compare, offices assign."""

from typing import Any

from sqlalchemy import func

from grantflow.kernel.parties import Actor, Role
from grantflow.platform.db import db
from grantflow.seats.states import Conflict

from .. import policy, texts
from ..models import Assignment
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
from .scoring import Queue, Row, marks, next_file, own_file, pending, queue
from .seats import PAGE, assignments, is_closed, is_own_institution, seat_of, seats, standing, threshold

__all__ = [
    "PAGE",
    "Comparison",
    "Outcome",
    "Panel",
    "Queue",
    "Row",
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
    "queue",
    "reviewer",
    "seat_of",
    "seats",
    "standing",
    "tasks",
    "threshold",
    "waiting",
]


def tasks(actor: Actor) -> list[tuple[Any, int, str, dict[str, Any]]]:
    """What waits for the actor, as (label, count, endpoint, its arguments); nothing that counts 0."""
    found: list[tuple[Any, int, str, dict[str, Any]]] = []
    if Role.REVIEWER in actor.roles:
        query = pending(actor).order_by(None).with_only_columns(Assignment.conflict, func.count())
        conflicts = dict(db.session.execute(query.group_by(Assignment.conflict)).all())
        found += [
            (texts.TO_DECLARE, conflicts.get(Conflict.UNDECLARED, 0), "review.queue", {}),
            (texts.TO_SCORE, conflicts.get(Conflict.NONE, 0), "review.queue", {}),
        ]
    if policy.assigns(actor):
        counts = needs(actor)
        found += [(label, counts.get(need, 0), "review.to_assign", {}) for need, label in texts.NEEDS.items()]
    return [task for task in found if task[1]]
