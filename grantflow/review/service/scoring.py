"""Declare, score, submit: what a reviewer does."""

from collections.abc import Mapping

from grantflow.applications.states import AT_WORK
from grantflow.audit import service as audit
from grantflow.kernel import clock
from grantflow.kernel.errors import DomainError, Forbidden, Incomplete, Invalid
from grantflow.kernel.parties import Actor, Role
from grantflow.platform.db import db
from grantflow.seats import service as seats
from grantflow.seats.states import Conflict

from .. import rules
from ..models import Assessment, Assignment, Score
from ..rules import Mark
from .settling import complete, hold


def declare(assignment: Assignment, *, conflict: bool, reason: str = "", confidential: bool = False, by: Actor) -> None:
    """Record whether the reviewer has a conflict of interest, before the file opens (R9).

    A conflict, also one found while reading, closes the file to this person in every channel; the assignment stays as
    the record of it, and the review may be complete without them. Nobody takes a conflict back.
    Raises Invalid for a conflict without reason or a promise not given.
    """
    _own(assignment, by)
    db.lock(assignment.application, by=by)
    hold(assignment, by=by)
    said = Conflict.DECLARED if conflict else Conflict.NONE
    if assignment.is_submitted or assignment.conflict in {Conflict.DECLARED, said}:
        raise DomainError("review_already_declared")
    if assignment.application.state not in AT_WORK:
        raise DomainError("review_closed")
    if conflict and not reason:
        raise Invalid("review_reason_missing", field="reason")
    if not conflict and not confidential:
        raise Invalid("review_confidentiality_missing", field="confidential")
    seats.declare(assignment, said, reason=reason if conflict else "")
    audit.record("conflict_declared" if conflict else "no_conflict_declared", on=assignment.application, by=by)
    db.session.flush()
    if conflict:
        complete(assignment.application, by=by)


def save_draft(
    assignment: Assignment, marks: Mapping[int, Mark], *, recommended_cents: int | None, comment: str, by: Actor
) -> Assessment:
    """Keep what the reviewer has so far, complete or not. ``marks`` by the criterion's position."""
    _own(assignment, by)
    hold(assignment, by=by)
    if assignment.conflict is not Conflict.NONE:
        raise DomainError("review_undeclared")
    if assignment.is_submitted:
        raise DomainError("review_final")
    if assignment.application.state not in AT_WORK:
        raise DomainError("review_closed")
    assessment = assignment.assessment
    if assessment is None:
        assessment = assignment.assessment = Assessment(updated_at=clock.now())
    known = {score.criterion_id: score for score in assessment.scores}
    for criterion in assignment.application.call.criteria:
        mark = marks.get(criterion.position, Mark())
        score = known.get(criterion.id)
        if score is None:
            score = Score(criterion=criterion)
            assessment.scores.append(score)
        score.points, score.comment = mark.points, mark.comment
    assessment.total = sum(score.points or 0 for score in assessment.scores)
    assessment.recommended_cents = recommended_cents
    assessment.comment = comment
    assessment.updated_at = clock.now()
    db.session.flush()
    return assessment


def submit(
    assignment: Assignment, marks: Mapping[int, Mark], *, recommended_cents: int | None, comment: str, by: Actor
) -> Assessment:
    """Submit the review for good (R11). With the last one outstanding, what the reviews add up to is settled and the
    file is assessed.

    Raises Incomplete with every reason at once while something is missing (R10).
    """
    _own(assignment, by)
    application = assignment.application
    db.lock(application, by=by)
    assessment = save_draft(assignment, marks, recommended_cents=recommended_cents, comment=comment, by=by)
    missing = rules.whats_missing(
        marks,
        [criterion.position for criterion in application.call.criteria],
        recommended_cents=recommended_cents,
        comment=comment,
        requested_cents=application.requested_cents,
    )
    if missing:
        raise Incomplete(missing)
    seats.submit(assignment)
    db.session.flush()
    audit.record("review_submitted", on=application, by=by)
    complete(application, by=by)
    return assessment


def _own(assignment: Assignment, by: Actor) -> None:
    """The guard again: a task or a command cannot slip past it."""
    if assignment.reviewer_id != by.id or Role.REVIEWER not in by.roles:
        raise Forbidden()
