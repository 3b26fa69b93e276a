"""Declare, score, submit: what a reviewer does."""

from collections.abc import Mapping

from sqlalchemy import delete, select

from grantflow.applications.states import AT_WORK
from grantflow.audit import service as audit
from grantflow.kernel import clock
from grantflow.kernel.errors import DomainError, Forbidden, Incomplete, Invalid, Newer
from grantflow.kernel.parties import Actor, Role
from grantflow.platform import jobs
from grantflow.platform.db import db
from grantflow.platform.saving import KEPT_FOR, NOW, Door, Saved, Seen
from grantflow.seats import service as seats
from grantflow.seats.states import Conflict

from .. import rules
from ..models import Assessment, AssessmentChange, Assignment, Score
from ..rules import Mark
from .settling import complete, hold
from .telling import tell_of_recusal


def declare(assignment: Assignment, *, conflict: bool, reason: str = "", confidential: bool = False, by: Actor) -> None:
    """Record whether the reviewer has a conflict of interest, before the file opens (R9).

    A conflict, also one found while reading, closes the file to this person in every channel; the assignment stays as
    the record of it, and the review may be complete without them. Nobody takes a conflict back. The office is told.
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
        tell_of_recusal(assignment)
        complete(assignment.application, by=by)


def save_draft(
    assignment: Assignment,
    marks: Mapping[int, Mark],
    *,
    recommended_cents: int | None,
    comment: str,
    seen: Seen = NOW,
    by: Actor,
) -> tuple[Assessment, Saved]:
    """Keep what the reviewer has so far, complete or not. ``marks`` by the criterion's position.

    Also returns what is in it by now; raises Clash where another window of theirs changed the same.
    """
    _own(assignment, by)
    hold(assignment, by=by)
    if assignment.conflict is not Conflict.NONE:
        raise DomainError("review_undeclared")
    if assignment.is_submitted:
        raise DomainError("review_final")
    if assignment.application.state not in AT_WORK:
        raise DomainError("review_closed")
    assessment, version = assignment.assessment, assignment.application.sent
    if version is None:
        raise DomainError("review_closed")
    if assessment is None:
        assessment = assignment.assessment = Assessment(version=version, updated_at=clock.now(), revision=0)
        db.session.flush()
    criteria = assignment.application.call.criteria
    known = {score.criterion_id: score for score in assessment.scores}
    before = {c.position: known[c.id] for c in criteria if c.id in known}
    positions = [criterion.position for criterion in criteria]
    door = Door(AssessmentChange, AssessmentChange.assessment_id, assessment.id, "grid", assessment.revision, by)
    saved = door.save(
        db.session.scalar(select(door.later(seen))) or (),
        rules.record(before, positions, assessment.recommended_cents, assessment.comment),
        rules.record(marks, positions, recommended_cents, comment),
        seen,
    )
    for criterion in criteria:
        score = known.get(criterion.id)
        if score is None:
            score = Score(criterion=criterion)
            assessment.scores.append(score)
        score.points = saved.values[f"points_{criterion.position}"]
        score.comment = saved.values[f"comment_{criterion.position}"]
    assessment.total = rules.total(
        {its.criterion.position: Mark(its.points) for its in assessment.scores},
        {c.position: c.weight for c in criteria},
    )
    assessment.recommended_cents = saved.values["recommended"]
    assessment.comment = saved.values["comment"]
    assessment.version, assessment.revision = version, saved.revision
    if saved.change is not None:
        db.session.execute(saved.change)
    assessment.updated_at = clock.now()
    db.session.flush()
    return assessment, saved


def submit(
    assignment: Assignment,
    marks: Mapping[int, Mark],
    *,
    recommended_cents: int | None,
    comment: str,
    seen: Seen = NOW,
    by: Actor,
) -> Assessment:
    """Submit the review for good (R11). With the last one outstanding, what the reviews add up to is settled and the
    file is assessed.

    What is submitted is what the page showed: raises Newer where another window has saved something else meanwhile, and
    Incomplete with every reason at once while something is missing (R10).
    """
    _own(assignment, by)
    application = assignment.application
    db.lock(application, by=by)
    assessment, saved = save_draft(
        assignment, marks, recommended_cents=recommended_cents, comment=comment, seen=seen, by=by
    )
    if saved.taken:
        raise Newer(saved.taken)
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


@jobs.periodic("review.forget_changes", at="03:15")
def forget_changes() -> None:
    """Housekeeping: thirty days after it was submitted, nobody needs to know how an assessment came about."""
    over = Assignment.submitted_at < clock.now() - KEPT_FOR
    submitted = select(Assessment.id).join(Assessment.assignment).where(over)
    db.session.execute(delete(AssessmentChange).where(AssessmentChange.assessment_id.in_(submitted)))


def _own(assignment: Assignment, by: Actor) -> None:
    """The guard again: a task or a command cannot slip past it."""
    if assignment.reviewer_id != by.id or Role.REVIEWER not in by.roles:
        raise Forbidden()
