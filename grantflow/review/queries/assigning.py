"""The offices' board of a file: who reviews it and how far they are, whom one could assign, what waits for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, exists, func, literal, or_, select, tuple_
from sqlalchemy.orm import aliased, joinedload, lazyload

from grantflow.accounts.models import Person, RoleGrant
from grantflow.accounts.texts import PARTIES
from grantflow.applications import policy as applications
from grantflow.applications.models import Application, Participation
from grantflow.applications.states import AT_WORK, State
from grantflow.calls.models import Call
from grantflow.kernel.parties import OFFICES, Actor, Party, Role, Side
from grantflow.organisations.models import Membership
from grantflow.platform.db import db
from grantflow.seats.states import Conflict

from .. import policy, rules
from ..models import Assignment, Nomination, Standing
from ..states import READABLE, Need
from .comparing import Outcome, settled
from .seats import PAGE, REVIEWER, assignments, category, run_by, standing

#: Who could read the reviews that are in: no third reviewer may.
_READERS = [role for role in Role if rules.may_see_scores({role}, None, settled=True)]


def file_of_office(actor: Actor, id: UUID) -> Application | None:  # noqa: A002 - the house's name in addresses
    """A file on whose board the actor may act."""
    query = select(Application).where(Application.id == id, applications.visible(actor))
    return db.session.scalar(query) if policy.assigns(actor) else None


def assignment_of_office(actor: Actor, id: UUID, assignment_id: UUID) -> Assignment | None:  # noqa: A002 - the house's name in addresses
    """An assignment on such a board."""
    query = (
        select(Assignment)
        .join(Assignment.application)
        .where(Assignment.id == assignment_id, Application.id == id, applications.visible(actor))
        .options(joinedload(Assignment.assessment), REVIEWER)
    )
    return db.session.scalar(query) if policy.assigns(actor) else None


def reviewer(person_id: UUID) -> Person | None:
    return db.session.get(Person, person_id)


def is_on_file(person: Person, application: Application) -> bool:
    """Whether somebody reviews the file, or has recused themself from it."""
    query = select(Assignment.id).where(
        Assignment.application_id == application.id, Assignment.reviewer_id == person.id
    )
    return db.session.scalar(query) is not None


def is_member(person: Person, application: Application) -> bool:
    """Whether somebody acts for an organisation that has, or had, a part in the file."""
    return db.session.scalar(select(_is_party(application, person.id))) or False


def _is_party(application: Application, person_id: Any) -> ColumnElement[bool]:
    parties = select(Participation.organisation_id).where(Participation.application_id == application.id)
    return exists().where(Membership.person_id == person_id, Membership.organisation_id.in_(parties))


def is_biased(person: Person, application: Application) -> bool:
    """Whether somebody has a standing conflict of interest with an organisation of the file."""
    query = select(Application.id).where(Application.id == application.id, applications.biased(person.id))
    return db.session.scalar(query) is not None


def nomination(application: Application) -> Nomination | None:
    """Whom an office has proposed for the third review of the file, read afresh."""
    query = select(Nomination).where(Nomination.application_id == application.id)
    query = query.options(joinedload(Nomination.reviewer)).execution_options(populate_existing=True)
    return db.session.scalar(query)


# --- the board -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could review a file; their city may run the applicant or its partner."""

    person: Person
    #: What they are assigned to in this call, submitted or not: it moves only with what the reader's board shows too.
    files: int
    own_institution: bool

    @property
    def party_name(self) -> str:
        return PARTIES[self.person.party] if self.person.party else ""


@dataclass(frozen=True, slots=True)
class Board:
    """One side's reviewers of a file. Progress only, never points."""

    side: Side
    office: Party
    assignments: list[Assignment]
    #: The viewer's own office: may assign and remove, and reads why somebody is recused.
    is_own: bool
    needs_reviewer: bool
    #: Whom the viewer can assign.
    candidates: list[Candidate]


@dataclass(frozen=True, slots=True)
class Third:
    """The third review of a file, from the moment it is due."""

    assignments: list[Assignment]
    nomination: Nomination | None
    #: The viewer's office may propose somebody, the first or somebody else.
    may_nominate: bool
    #: The viewer's office is the one that confirms.
    may_confirm: bool
    candidates: list[Candidate]


@dataclass(frozen=True, slots=True)
class Panel:
    """The review's part of the staff page of one file."""

    application: Application
    boards: list[Board]
    #: Whether reviewers can be removed now.
    is_open: bool
    third: Third | None
    #: Set once all reviews are in and the viewer may see them.
    outcome: Outcome | None


def panel(actor: Actor, application: Application) -> Panel | None:
    """What the actor sees of the review on the file's page: offices the board, offices and signatories the outcome.

    None where there is nothing to show: before admission, for finance and administration, for whoever is recused, and
    for an officer who still has to submit a review of this very file.
    """
    if application.state not in READABLE:
        return None
    everyone = assignments(application)
    seat = next((a.seat for a in everyone if a.reviewer_id == actor.id), None)
    found = standing(application)
    outcome = None
    if found and rules.may_see_scores(actor.roles, seat, settled=True):
        outcome = Outcome(application, found, category(application), settled(everyone, found))
    if not rules.may_see_board(actor.roles, seat):
        return Panel(application, [], False, None, outcome) if outcome else None
    is_open = application.state in AT_WORK and policy.assigns(actor)
    return Panel(
        application=application,
        boards=_boards(actor, application, everyone, is_open),
        is_open=is_open,
        third=_third(actor, application, everyone, found),
        outcome=outcome,
    )


def _boards(actor: Actor, application: Application, everyone: Sequence[Assignment], is_open: bool) -> list[Board]:
    own = actor.party.side if actor.party else None
    regular = [a for a in everyone if not a.is_third]
    needy = rules.sides_without_reviewer((a.seat for a in regular), application.call.reviewers_per_side)
    return [
        Board(
            side=side,
            office=OFFICES[side],
            assignments=[a for a in regular if a.party.side is side],
            is_own=side is own,
            needs_reviewer=side in needy,
            candidates=_candidates(actor, application, _is_of(side))
            if is_open and side is own and side in needy
            else [],
        )
        for side in sorted(Side, key=lambda side: side is not own)
    ]


def _third(
    actor: Actor, application: Application, everyone: Sequence[Assignment], found: Standing | None
) -> Third | None:
    own = [a for a in everyone if a.is_third]
    is_due = found is not None and found.third_due and application.state is State.ASSESSED
    if not (own or is_due):
        return None
    proposed = nomination(application) if is_due else None
    may_nominate = is_due and policy.assigns(actor)
    return Third(
        assignments=own,
        nomination=proposed,
        may_nominate=may_nominate,
        may_confirm=may_nominate and proposed is not None and rules.may_confirm(actor.party, proposed.office),
        candidates=_candidates(actor, application, _is_blind()) if may_nominate else [],
    )


# --- whom one could assign -----------------------------------------------------------------------


def _is_of(side: Side) -> ColumnElement[bool]:
    return Person.party.in_([party for party in Party if party.side is side])


def _is_blind() -> ColumnElement[bool]:
    """Nobody who could read the first reviews as office or signatory."""
    return ~exists().where(RoleGrant.person_id == Person.id, RoleGrant.role.in_(_READERS))


def _candidates(actor: Actor, application: Application, wanted: ColumnElement[bool]) -> list[Candidate]:
    """Active reviewers who are ``wanted``, not on the file, do not act for the applicant and are not the actor."""
    desk = aliased(Assignment)
    files = (
        select(func.count())
        .select_from(desk)
        .join(Application, Application.id == desk.application_id)
        .where(
            desk.reviewer_id == Person.id,
            desk.conflict != Conflict.DECLARED,
            Application.call_id == application.call_id,
            # What is closed to the reader moves nothing here (T13, T14).
            applications.visible(actor),
        )
        .correlate(Person)
        .scalar_subquery()
    )
    grant = aliased(RoleGrant)
    query = (
        select(Person, files)
        .join(grant, grant.person_id == Person.id)
        .where(
            grant.role == Role.REVIEWER,
            wanted,
            Person.disabled_at.is_(None),
            Person.confirmed_at.is_not(None),
            Person.id != actor.id,
            Person.id != application.contact_id,
            ~exists().where(Assignment.application_id == application.id, Assignment.reviewer_id == Person.id),
            ~_is_party(application, Person.id),
            ~exists().where(Application.id == application.id, applications.biased(Person.id)).correlate(Person),
        )
        .options(lazyload(Person.role_grants))
        .order_by(Person.name, Person.id)
    )
    institutions = run_by(application)
    return [
        Candidate(person, count, rules.is_own_institution(person.party, institutions))
        for person, count in db.session.execute(query)
        if person.party
    ]


# --- what waits for an office --------------------------------------------------------------------


def waiting(actor: Actor, call_id: UUID | None, after: UUID | None = None) -> Sequence[tuple[Application, Need]]:
    """Files of a call that wait for the actor's office, and for what of it; the first sent first."""
    query = _waiting(actor).where(Application.call_id == call_id)
    query = query.order_by(Application.submitted_at, Application.id)
    if after:
        last = select(Application.submitted_at, Application.id).where(Application.id == after)
        query = query.where(tuple_(Application.submitted_at, Application.id) > last.scalar_subquery())
    return [(file, Need(need)) for file, need in db.session.execute(query.limit(PAGE + 1))]


def needs(actor: Actor) -> dict[UUID, dict[Need, int]]:
    """How many files of each call wait for the actor's office, by what is needed."""
    waits = _waiting(actor).subquery()
    columns = waits.c.call_id, waits.c.need
    found: dict[UUID, dict[Need, int]] = {}
    for call_id, need, files in db.session.execute(select(*columns, func.count()).group_by(*columns)):
        found.setdefault(call_id, {})[Need(need)] = files
    return found


def _waiting(actor: Actor) -> Select[Application, str]:
    """Files with a free seat on the actor's side; and those whose third review is due: for the office that proposes,
    both until one has, then the other to confirm."""
    parties = [party for party in Party if actor.party and party.side is actor.party.side]
    taken = (
        select(func.count())
        .select_from(Assignment)
        .where(
            Assignment.application_id == Application.id,
            Assignment.party.in_(parties),
            Assignment.conflict != Conflict.DECLARED,
            ~Assignment.is_third,
        )
        .correlate(Application)
        .scalar_subquery()
    )
    per_side = select(Call.reviewers_per_side).where(Call.id == Application.call_id).scalar_subquery()
    due = exists().where(Standing.application_id == Application.id, Standing.third_due)
    proposed = exists().where(Nomination.application_id == Application.id)
    need = case(
        (Application.state.in_(AT_WORK), literal(Need.REVIEWER.value)),
        (proposed, literal(Need.CONFIRMATION.value)),
        else_=literal(Need.THIRD.value),
    )
    return select(Application, need.label("need")).where(
        literal(policy.assigns(actor)),
        applications.visible(actor),
        or_(
            Application.state.in_(AT_WORK) & (taken < per_side),
            (Application.state == State.ASSESSED)
            & due
            & ~exists().where(Nomination.application_id == Application.id, Nomination.office == actor.party),
        ),
    )
