"""Who may see an application, and who may move it.

``visible`` is the one predicate behind list, detail, search, counts, letters and mails (T12). Reviewers are not in it:
review composes its own from assignments. Finance and administrators see no applications at all (D12).
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, and_, false, not_, or_, select

from grantflow.kernel.parties import OFFICES, SYSTEM, Actor, Role
from grantflow.organisations import policy as organisations
from grantflow.organisations.models import Membership

from .models import Application
from .states import DECIDABLE, Action

#: Conditions on ``Application`` under which a file is closed to an actor whatever their roles. Features above append
#: theirs when imported: review knows of declared conflicts, applications do not (R9, T14).
BARRIERS: list[Callable[[Actor], ColumnElement[bool]]] = []

#: Steps of the lead's own office (D9, D10); other steps of an office are open to both.
LEAD_OFFICE = frozenset({Action.RETURN, Action.ADMIT, Action.EXCLUDE, Action.PROPOSE})
#: Steps of the applicant's own people.
APPLICANTS = frozenset({Action.SUBMIT, Action.WITHDRAW})


def barred(actor: Actor) -> ColumnElement[bool]:
    """Files that are closed to ``actor`` in every channel."""
    return or_(false(), *(barrier(actor) for barrier in BARRIERS))


def visible(actor: Actor) -> ColumnElement[bool]:
    """The applications ``actor`` may know of.

    Members of the lead organisation: theirs. Offices: whatever was sent to either city. Signatories: what is ready to
    be decided, or was.
    """
    ways: list[ColumnElement[bool]] = []
    if Role.APPLICANT in actor.roles:
        mine = select(Membership.organisation_id).where(Membership.person_id == actor.id)
        ways.append(Application.lead_id.in_(mine))
    if is_office(actor):
        ways.append(Application.number.is_not(None))
    if Role.SIGNATORY in actor.roles:
        ways.append(Application.state.in_(sorted(DECIDABLE)))
    return and_(or_(false(), *ways), not_(barred(actor)))


def is_office(actor: Actor, application: Application | None = None) -> bool:
    """Métropole runs no office (D9)."""
    return Role.OFFICE in actor.roles and actor.party in OFFICES.values()


def is_responsible(actor: Actor, application: Application) -> bool:
    """Whether ``actor`` sits in the office of the lead's side (D9)."""
    return is_office(actor) and actor.party is OFFICES[application.lead_side]


def acts_for(actor: Actor, application: Application) -> bool:
    """Whether ``actor`` is an applicant of this file's lead organisation."""
    return Role.APPLICANT in actor.roles and organisations.acts_for(actor, application.lead)


def acts_for_its(actor: Actor, place: Any) -> bool:
    """As ``acts_for``, for whatever carries an ``application``: a step, a letter."""
    return acts_for(actor, place.application)


def reads_staff_page(actor: Actor, application: Application) -> bool:
    """Whether ``actor`` reads this (visible) file as staff."""
    return bool({Role.OFFICE, Role.SIGNATORY} & actor.roles)


def may_take(actor: Actor, action: Action, application: Application) -> bool:
    """The relation a step needs beside the role that the workflow table names; the system may take any."""
    if actor is SYSTEM:
        return True
    if action in APPLICANTS:
        return acts_for(actor, application)
    if action in LEAD_OFFICE:
        return is_responsible(actor, application)
    return True
