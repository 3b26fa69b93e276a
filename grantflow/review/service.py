"""Assign, declare, score, submit: the write verbs of the review.

Whatever can complete a review locks the application first: the two sides' last clicks queue there, and exactly one of
them finds everything in.
"""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from grantflow.accounts.models import Person
from grantflow.applications import service as applications
from grantflow.applications.models import Application
from grantflow.applications.states import Action, State
from grantflow.audit import service as audit
from grantflow.kernel import clock
from grantflow.kernel.errors import DomainError, Forbidden, Incomplete, Invalid
from grantflow.kernel.parties import SYSTEM, Actor, Role
from grantflow.notifications import service as notifications
from grantflow.platform.db import db

from . import policy, queries, rules
from .models import Assessment, Assignment, Score, Standing
from .rules import Mark
from .states import AT_WORK, Conflict, Progress


def assign(application: Application, reviewer: Person, *, by: Actor) -> Assignment:
    """Put ``reviewer`` on the file; begin the review once both sides have one.

    In an assessed file this orders the third review, if one is due. Writes the assignment, moves the file, notes it on
    the trail, tells the reviewer. Raises Forbidden for another side's office, Invalid for a person who cannot review.
    """
    if not policy.assigns(by) or queries.is_closed(by, application):
        raise Forbidden()
    db.lock(application)
    _why_not_assign(application, reviewer, by)
    if application.state is State.ASSESSED:
        standing = db.session.get(Standing, application.id, populate_existing=True)
        if standing is None or not standing.third_due:
            raise DomainError("review_no_third_due")
        applications.advance(application, Action.REOPEN_REVIEW, by=by)
    assignment = Assignment(
        application=application,
        reviewer=reviewer,
        party=reviewer.party,
        assigned_by=by.id,
        assigned_at=clock.now(),
        conflict=Conflict.UNDECLARED,
    )
    db.session.add(assignment)
    db.session.flush()
    audit.record("reviewer_assigned", on=application, by=by, after=_who(assignment))
    if application.state is State.ADMITTED and not rules.sides_without_reviewer(queries.seats(application)):
        applications.advance(application, Action.BEGIN_REVIEW, by=by)
    notifications.send(
        "reviewer_assigned",
        to=reviewer,
        key=f"reviewer_assigned:{assignment.id}",
        number=application.number,
        title=application.title,
        title_language=application.language,
        application_id=str(application.id),
    )
    return assignment


def _why_not_assign(application: Application, reviewer: Person, by: Actor) -> None:
    if not rules.may_assign(by.party, reviewer.party):
        raise Forbidden("review_not_your_side")
    if application.state not in {*AT_WORK, State.ASSESSED}:
        raise DomainError("review_closed")
    if reviewer.id == by.id:
        raise Invalid("review_not_yourself", field="reviewer")
    if Role.REVIEWER not in reviewer.roles or not reviewer.is_active:
        raise Invalid("review_not_a_reviewer", field="reviewer")
    if db.session.scalar(
        select(Assignment.id).where(Assignment.application_id == application.id, Assignment.reviewer_id == reviewer.id)
    ):
        raise Invalid("review_already_assigned", field="reviewer")
    if reviewer.id == application.contact_id or queries.is_member(reviewer, application):
        raise Invalid("review_is_applicant", field="reviewer")


def unassign(assignment: Assignment, *, by: Actor) -> None:
    """Take a reviewer off the file who has neither submitted nor declared a conflict; a draft goes with it."""
    application = assignment.application
    db.lock(application)
    _hold(assignment)
    if not policy.assigns(by) or queries.is_closed(by, application):
        raise Forbidden()
    if not rules.may_assign(by.party, assignment.party):
        raise Forbidden("review_not_your_side")
    if application.state not in AT_WORK:
        raise DomainError("review_closed")
    if assignment.is_submitted or assignment.conflict is Conflict.DECLARED:
        raise DomainError("review_begun")
    audit.record("reviewer_removed", on=application, by=by, before=_who(assignment))
    if assignment.assessment:
        db.session.delete(assignment.assessment)
        db.session.flush()
    db.session.delete(assignment)
    db.session.flush()
    _complete(application, by=SYSTEM)


def declare(assignment: Assignment, *, conflict: bool, reason: str = "", confidential: bool = False, by: Actor) -> None:
    """Record whether the reviewer has a conflict of interest, before the file opens (R9).

    A conflict, also one found while reading, closes the file to this person in every channel; the assignment stays as
    the record of it, and the review may be complete without them. Nobody takes a conflict back.
    Raises Invalid for a conflict without reason or a promise not given.
    """
    _own(assignment, by)
    db.lock(assignment.application)
    _hold(assignment)
    repeated = Conflict.DECLARED if conflict else Conflict.NONE
    if assignment.is_submitted or assignment.conflict in {Conflict.DECLARED, repeated}:
        raise DomainError("review_already_declared")
    if assignment.application.state not in AT_WORK:
        raise DomainError("review_closed")
    if conflict and not reason:
        raise Invalid("review_reason_missing", field="reason")
    if not conflict and not confidential:
        raise Invalid("review_confidentiality_missing", field="confidential")
    assignment.conflict = Conflict.DECLARED if conflict else Conflict.NONE
    assignment.conflict_reason = reason if conflict else ""
    assignment.declared_at = clock.now()
    audit.record("conflict_declared" if conflict else "no_conflict_declared", on=assignment.application, by=by)
    db.session.flush()
    if conflict:
        _complete(assignment.application, by=by)


def save_draft(
    assignment: Assignment, marks: Mapping[int, Mark], *, recommended_cents: int | None, comment: str, by: Actor
) -> Assessment:
    """Keep what the reviewer has so far, complete or not. ``marks`` by the criterion's position."""
    _own(assignment, by)
    _hold(assignment)
    if assignment.conflict is not Conflict.NONE:
        raise DomainError("review_undeclared")
    if assignment.is_submitted:
        raise DomainError("review_final")
    if assignment.application.state not in AT_WORK:
        raise DomainError("review_closed")
    assessment = assignment.assessment
    if assessment is None:
        assessment = assignment.assessment = Assessment(progress=Progress.DRAFT, updated_at=clock.now())
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
    db.lock(application)
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
    assessment.progress = Progress.SUBMITTED
    assessment.submitted_at = clock.now()
    db.session.flush()
    audit.record("review_submitted", on=application, by=by)
    _complete(application, by=by)
    return assessment


def _own(assignment: Assignment, by: Actor) -> None:
    """The guard again: a task or a command cannot slip past it."""
    if assignment.reviewer_id != by.id or Role.REVIEWER not in by.roles:
        raise Forbidden()


def _hold(assignment: Assignment) -> None:
    """Lock the assignment and read its assessment again: another tab may have submitted since this one looked."""
    db.lock(assignment)
    db.session.scalar(
        select(Assessment)
        .where(Assessment.assignment_id == assignment.id)
        .options(selectinload(Assessment.scores))
        .execution_options(populate_existing=True)
    )


def _who(assignment: Assignment) -> dict[str, str]:
    return {"reviewer": assignment.reviewer.name, "party": assignment.party.value}


def _complete(application: Application, *, by: Actor) -> None:
    """Settle the standing and move the file on, if nothing is outstanding. The application is locked by the caller."""
    assignments = queries.assignments(application)
    if application.state is not State.IN_REVIEW or not rules.is_complete([a.seat for a in assignments]):
        return
    call = application.call
    reviews = [
        rules.Submitted(a.party.side, a.assessment.total, a.assessment.recommended_cents or 0)
        for a in assignments
        if a.seat.is_active and a.assessment
    ]
    added = rules.add_up(reviews, gap_limit=call.gap_limit, threshold=queries.threshold(application))
    standing = db.session.get(Standing, application.id, populate_existing=True)
    if standing is None:
        standing = Standing(application_id=application.id, call_id=application.call_id)
        db.session.add(standing)
    standing.submitted = added.submitted
    standing.mean = added.mean
    standing.german = added.german
    standing.french = added.french
    standing.gap = added.gap
    standing.third_due = added.third_due
    standing.recommended_cents = added.recommended_cents
    standing.settled_at = clock.now()
    db.session.flush()
    applications.advance(application, Action.COMPLETE_REVIEW, by=by)
