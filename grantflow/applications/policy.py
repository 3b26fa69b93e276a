"""Who may see an application, and who may move it.

``visible`` is the one predicate behind list, detail, search, counts, letters and mails (T12); what closes a file is a
part of it (``barred``), so that no import can be forgotten. Reviewers are not in it: review composes its own from
assignments. Finance and administrators see no applications at all (D12).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, not_, or_, select

from grantflow.kernel.parties import OFFICES, SYSTEM, Actor, Party, Role
from grantflow.organisations import policy as organisations
from grantflow.organisations.models import Membership
from grantflow.seats import policy as seats

from .models import Application, Participation
from .states import AT_WORK, DECIDABLE, SIGHT, Action, Part

#: Steps of the lead's own office (D9, D10); other steps of an office are open to both.
LEAD_OFFICE = frozenset({Action.RETURN, Action.EXTEND, Action.ADMIT, Action.EXCLUDE, Action.PROPOSE})
#: Steps of the applicant's own signatories.
APPLICANTS = frozenset({Action.SUBMIT, Action.WITHDRAW})


@dataclass(frozen=True, slots=True)
class _Who:
    """All that the conditions below depend on."""

    id: UUID | None
    roles: frozenset[Role]
    party: Party | None


def _built_once(build: Callable[[Any], ColumnElement[bool]]) -> Callable[[Actor], ColumnElement[bool]]:
    """A condition takes longer to put together than the database to judge it, and a page asks three times: for each
    person and what they may do it is built once. It says nothing of what the database holds."""
    kept = lru_cache(maxsize=256)(build)

    @wraps(build)
    def condition(actor: Actor) -> ColumnElement[bool]:
        return kept(_Who(actor.id, frozenset(actor.roles), actor.party))

    return condition


@_built_once
def barred(actor: Actor) -> ColumnElement[bool]:
    """Files that are closed to ``actor`` in every channel, whatever roles they hold (R9, T13, T14)."""
    own_seat = seats.seat_closes(actor.id, Application.id, at_work=Application.state.in_(AT_WORK))
    return or_(own_seat, biased(actor.id))


def biased(person_id: seats.Person) -> ColumnElement[bool]:
    """Files in which an organisation has, or had, a part that somebody has a standing conflict of interest with."""
    conflicted = Participation.organisation_id.in_(seats.conflicted(person_id))
    return Application.id.in_(select(Participation.application_id).where(conflicted))


@_built_once
def visible(actor: Actor) -> ColumnElement[bool]:
    """The applications ``actor`` may know of.

    Members of an organisation that takes part: that file; being named, or invited, gives no sight. Offices: whatever
    was sent to either city. Signatories: what is ready to be decided, or was.
    """
    ways: list[ColumnElement[bool]] = []
    if Role.APPLICANT in actor.roles:
        theirs = select(Participation.application_id).where(Participation.state.in_(sorted(SIGHT)))
        member = Membership.organisation_id == Participation.organisation_id
        ways.append(Application.id.in_(theirs.join(Membership, member).where(Membership.person_id == actor.id)))
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


def reads_for(actor: Actor, application: Application) -> bool:
    """Whether ``actor`` is a member, in whatever role, of an organisation that takes part in this file."""
    return receives(actor, application) or (
        Role.APPLICANT in actor.roles
        and any(p.state in SIGHT and organisations.reads_for(actor, p.organisation) for p in application.participations)
    )


def receives(actor: Actor, application: Application) -> bool:
    """Whether ``actor`` opens the decisions: the lead's members do, and that is the notification."""
    return Role.APPLICANT in actor.roles and organisations.reads_for(actor, application.lead)


def writes_for(actor: Actor, application: Application) -> bool:
    """Whether ``actor`` writes in the name of this file's lead organisation."""
    return Role.APPLICANT in actor.roles and organisations.writes_for(actor, application.lead)


def signs_for(actor: Actor, application: Application) -> bool:
    """Whether ``actor`` binds this file's lead organisation: sends, declares, chooses how its decisions arrive."""
    return Role.APPLICANT in actor.roles and organisations.signs_for(actor, application.lead)


def receives_its(actor: Actor, place: Any) -> bool:
    """As ``receives``, for whatever carries an ``application``: a letter."""
    return receives(actor, place.application)


def writes_for_its(actor: Actor, place: Any) -> bool:
    """As ``writes_for``, for whatever carries an ``application``: a step."""
    return writes_for(actor, place.application)


def may_withdraw_partner(actor: Actor, application: Application) -> bool:
    """The office in charge, which was told so, and whoever may sign for a partner that takes part."""
    return is_responsible(actor, application) or any(
        party.part is Part.PARTNER and party.state in SIGHT and organisations.signs_for(actor, party.organisation)
        for party in application.participations
    )


def reads_staff_page(actor: Actor, application: Application) -> bool:
    """Whether ``actor`` reads this (visible) file as staff."""
    return bool({Role.OFFICE, Role.SIGNATORY} & actor.roles)


def may_take(actor: Actor, action: Action, application: Application) -> bool:
    """The relation a step needs beside the role that the workflow table names; the system may take any."""
    if actor is SYSTEM:
        return True
    if action in APPLICANTS:
        return signs_for(actor, application)
    if action in LEAD_OFFICE:
        return is_responsible(actor, application)
    return True
