"""The third review: one office proposes the person, the other confirms, and it is asked for once (D6)."""

from uuid import UUID

from grantflow.accounts.models import Person
from grantflow.applications import service as applications
from grantflow.applications.models import Application
from grantflow.applications.states import Action, State
from grantflow.audit import service as audit
from grantflow.kernel import clock
from grantflow.kernel.errors import DomainError, Forbidden, Invalid
from grantflow.kernel.parties import OFFICES, Actor
from grantflow.platform.db import db

from .. import queries, rules
from ..models import Assignment, Nomination
from .assigning import check, hold_file, seat, who
from .telling import tell_office


def nominate(application: Application, reviewer: Person, *, by: Actor) -> Nomination:
    """Propose ``reviewer``, from any of the three parties, for the third review; the other office is told to confirm.

    In place of whoever was proposed before, by either office: proposing somebody else is how an office says no.
    Raises DomainError unless a third review is due, Invalid for a person who cannot give it.
    """
    hold_file(application, by)
    _check_due(application)
    _check_blind(application, reviewer, by)
    earlier = queries.nomination(application)
    if earlier and (earlier.reviewer_id, earlier.office) == (reviewer.id, by.party):
        return earlier
    if earlier:
        db.session.delete(earlier)
        db.session.flush()
    nomination = Nomination(
        application=application, reviewer=reviewer, office=by.party, nominated_by=by.id, nominated_at=clock.now()
    )
    db.session.add(nomination)
    db.session.flush()
    audit.record(
        "third_reviewer_proposed",
        on=application,
        by=by,
        before=who(earlier.reviewer) if earlier else None,
        after=who(reviewer),
    )
    _call_the_other_office(nomination)
    return nomination


def confirm(application: Application, reviewer_id: UUID, *, by: Actor) -> Assignment:
    """Confirm whom the other office proposed, as far as it is still ``reviewer_id``, whom the page showed.

    The person gets the third seat and is told; the file is in review again. Raises Forbidden for the office that
    proposed, DomainError where the proposal has changed, Invalid where the person can no longer review.
    """
    hold_file(application, by)
    _check_due(application)
    nomination = queries.nomination(application)
    if nomination is None or nomination.reviewer_id != reviewer_id:
        raise DomainError("review_nomination_moved")
    if not rules.may_confirm(by.party, nomination.office):
        raise Forbidden("review_own_nomination")
    reviewer, proposer = nomination.reviewer, nomination.nominated_by
    _check_blind(application, reviewer, by)
    db.session.delete(nomination)
    db.session.flush()
    applications.advance(application, Action.REOPEN_REVIEW, by=by)
    assignment = seat(
        Assignment(
            application=application,
            reviewer=reviewer,
            party=reviewer.party,
            assigned_by=proposer,
            is_third=True,
            confirmed_by=by.id,
        )
    )
    audit.record("third_reviewer_confirmed", on=application, by=by, after=who(reviewer))
    return assignment


def _check_due(application: Application) -> None:
    standing = queries.standing(application)
    if application.state is not State.ASSESSED or standing is None or not standing.third_due:
        raise DomainError("review_no_third_due")


def _check_blind(application: Application, reviewer: Person, by: Actor) -> None:
    check(application, reviewer, by)
    if rules.may_see_scores(reviewer.roles, None, settled=True):
        raise Invalid("review_not_blind", field="reviewer")


def _call_the_other_office(nomination: Nomination) -> None:
    other = next(party for party in OFFICES.values() if party is not nomination.office)
    tell_office(other, "third_to_confirm", nomination.application, nomination.nominated_at.isoformat())
