"""Put reviewers on a file, and take them off."""

from grantflow.accounts.models import Person
from grantflow.applications import service as applications
from grantflow.applications.models import Application
from grantflow.applications.states import AT_WORK, Action, State
from grantflow.audit import service as audit
from grantflow.kernel import clock
from grantflow.kernel.errors import DomainError, Forbidden, Invalid
from grantflow.kernel.parties import SYSTEM, Actor, Role
from grantflow.notifications import service as notifications
from grantflow.platform.db import db
from grantflow.seats.states import Conflict

from .. import policy, queries, rules
from ..models import Assignment
from .settling import complete, hold


def assign(application: Application, reviewer: Person, *, by: Actor) -> Assignment:
    """Give ``reviewer`` a free seat of their side; the review begins once every seat is filled.

    Writes the assignment, moves the file, notes it on the trail, tells the reviewer. Raises Forbidden for another
    side's office, DomainError where the side has its reviewers, Invalid for a person who cannot review.
    """
    hold_file(application, by)
    if not rules.may_assign(by.party, reviewer.party):
        raise Forbidden("review_not_your_side")
    if application.state not in AT_WORK:
        raise DomainError("review_closed")
    check(application, reviewer, by)
    seats, per_side = queries.seats(application), application.call.reviewers_per_side
    if reviewer.party and not rules.free_seats(seats, per_side)[reviewer.party.side]:
        raise DomainError("review_side_full")
    assignment = seat(Assignment(application=application, reviewer=reviewer, party=reviewer.party, assigned_by=by.id))
    audit.record("reviewer_assigned", on=application, by=by, after=who(reviewer))
    if application.state is State.ADMITTED and not rules.sides_without_reviewer(queries.seats(application), per_side):
        applications.advance(application, Action.BEGIN_REVIEW, by=by)
    return assignment


def unassign(assignment: Assignment, *, by: Actor) -> None:
    """Take a reviewer off the file who has neither submitted nor declared a conflict; a draft goes with it.

    Their own side's office does; in a third review, which belongs to no side, either may, and both name the next.
    """
    application = assignment.application
    hold_file(application, by)
    hold(assignment, by=by)
    if not assignment.is_third and not rules.may_assign(by.party, assignment.party):
        raise Forbidden("review_not_your_side")
    if application.state not in AT_WORK:
        raise DomainError("review_closed")
    if assignment.is_submitted or assignment.conflict is Conflict.DECLARED:
        raise DomainError("review_begun")
    audit.record("reviewer_removed", on=application, by=by, before=who(assignment.reviewer))
    if assignment.assessment:
        db.session.delete(assignment.assessment)
        db.session.flush()
    db.session.delete(assignment)
    db.session.flush()
    complete(application, by=SYSTEM)


# --- parts that the third review shares ------------------------------------------------------------


def hold_file(application: Application, by: Actor) -> None:
    """Lock the file for an office that it is not closed to; raises Forbidden for others."""
    if not policy.assigns(by):
        raise Forbidden()
    db.lock(application, by=by)
    if queries.is_closed(by, application):
        raise Forbidden()


def check(application: Application, reviewer: Person, by: Actor) -> None:
    """Raises Invalid for whoever cannot review the file, from whichever side, as they are now."""
    db.session.refresh(reviewer)
    if reviewer.id == by.id:
        raise Invalid("review_not_yourself", field="reviewer")
    if Role.REVIEWER not in reviewer.roles or not reviewer.is_active or reviewer.party is None:
        raise Invalid("review_not_a_reviewer", field="reviewer")
    if queries.is_on_file(reviewer, application):
        raise Invalid("review_already_assigned", field="reviewer")
    if reviewer.id == application.contact_id or queries.is_member(reviewer, application):
        raise Invalid("review_is_applicant", field="reviewer")
    if queries.is_biased(reviewer, application):
        raise Invalid("review_is_biased", field="reviewer")


def seat(assignment: Assignment) -> Assignment:
    """Write the assignment and tell the reviewer; the file opens once they have declared."""
    assignment.assigned_at, assignment.conflict = clock.now(), Conflict.UNDECLARED
    db.session.add(assignment)
    db.session.flush()
    application = assignment.application
    notifications.send(
        "reviewer_assigned",
        to=assignment.reviewer,
        key=f"reviewer_assigned:{assignment.id}",
        number=application.number,
        title=application.title,
        title_language=application.language,
        application_id=str(application.id),
    )
    return assignment


def who(reviewer: Person) -> dict[str, str]:
    """A reviewer as the trail names them."""
    return {"reviewer": reviewer.name, "party": reviewer.party.value if reviewer.party else ""}
