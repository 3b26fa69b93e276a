"""What every verb of the review ends with: settle what the reviews add up to once nothing is outstanding."""

from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from grantflow.applications import service as applications
from grantflow.applications.models import Application
from grantflow.applications.states import Action, State
from grantflow.kernel import clock
from grantflow.kernel.parties import Actor
from grantflow.platform.db import db

from .. import queries, rules
from ..models import Assessment, Assignment, Standing


def hold(assignment: Assignment, *, by: Actor) -> None:
    """Lock the assignment and read its assessment again: another tab may have submitted since this one looked."""
    db.lock(assignment, by=by)
    db.session.scalar(
        select(Assessment)
        .where(Assessment.assignment_id == assignment.id)
        .options(selectinload(Assessment.scores))
        .execution_options(populate_existing=True)
    )


def complete(application: Application, *, by: Actor) -> None:
    """Settle the standing and move the file on, if nothing is outstanding. The application is locked by the caller."""
    call = application.call
    assignments = queries.assignments(application)
    if application.state is not State.IN_REVIEW:
        return
    if not rules.is_complete([a.seat for a in assignments], call.reviewers_per_side):
        return
    added = rules.add_up(
        [_submitted(a, a.assessment) for a in assignments if a.seat.is_active and a.assessment],
        gap_limit=call.gap_limit,
        threshold=queries.threshold(application),
    )
    standing = db.session.get(Standing, application.id, populate_existing=True)
    if standing is None:
        standing = Standing(application_id=application.id, call_id=application.call_id)
        db.session.add(standing)
    for name, value in asdict(added).items():
        setattr(standing, name, value)
    standing.settled_at = clock.now()
    db.session.flush()
    applications.advance(application, Action.COMPLETE_REVIEW, by=by)


def _submitted(assignment: Assignment, assessment: Assessment) -> rules.Submitted:
    side = None if assignment.is_third else assignment.party.side
    return rules.Submitted(side, assessment.total, assessment.recommended_cents or 0)
