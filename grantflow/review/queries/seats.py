"""Seats and standing of one file: what scoring, comparing and assigning build on."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from grantflow.accounts.models import Person
from grantflow.applications import policy as applications
from grantflow.applications.models import Application
from grantflow.calls import rules as calls
from grantflow.calls.models import Category
from grantflow.kernel.parties import Actor, Party
from grantflow.platform.db import db

from .. import rules
from ..models import Assignment, Standing
from ..rules import Seat

#: Rows of one page of submitted reviews, and of the list of files without a reviewer.
PAGE = 25

#: A reviewer by name: nobody asks here what roles they hold.
REVIEWER = joinedload(Assignment.reviewer).lazyload(Person.role_grants)


def seat_of(actor: Actor, application_id: UUID) -> Seat | None:
    """The actor's own seat at a file, recused or not."""
    query = (
        select(Assignment)
        .where(Assignment.application_id == application_id, Assignment.reviewer_id == actor.id)
        .options(joinedload(Assignment.assessment))
    )
    assignment = db.session.scalar(query)
    return assignment.seat if assignment else None


def is_closed(actor: Actor, application: Application) -> bool:
    """Whether a conflict of interest or the actor's own seat closes the file to their other roles."""
    query = select(Application.id).where(Application.id == application.id, applications.barred(actor))
    return db.session.scalar(query) is not None


def of_file(application: Application) -> Select[Assignment]:
    """Every assignment of a file, the first first, with its assessment and reviewer."""
    return (
        select(Assignment)
        .where(Assignment.application_id == application.id)
        .options(joinedload(Assignment.assessment), REVIEWER)
        .order_by(Assignment.assigned_at, Assignment.id)
    )


def assignments(application: Application) -> Sequence[Assignment]:
    """The same, read afresh."""
    return db.session.scalars(of_file(application).execution_options(populate_existing=True)).all()


def seats(application: Application) -> list[Seat]:
    return [assignment.seat for assignment in assignments(application)]


def standing(application: Application) -> Standing | None:
    """What the file's reviews add up to, read afresh; None before both sides are in."""
    return db.session.get(Standing, application.id, populate_existing=True)


def category(application: Application) -> Category:
    """The category that the amount asked for falls into; its minimum score is the threshold."""
    return calls.category_of(application.call.categories, application.requested_cents)


def threshold(application: Application) -> int:
    """The least points, of the call's maximum, for an award."""
    return category(application).min_score


def run_by(application: Application) -> tuple[Party | None, Party | None]:
    """Whose institutions the applicant and its partner are."""
    sent = application.sent
    if sent is None:
        return None, None
    return sent.lead.run_by, sent.partner.run_by if sent.partner else None


def is_own_institution(assignment: Assignment) -> bool:
    """Whether the reviewer's own city runs one of the organisations: the same department would be a conflict."""
    return rules.is_own_institution(assignment.party, run_by(assignment.application))
