"""Reads of people, sign-ins and mailed tokens."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, delete, exists, func, or_, select, tuple_
from sqlalchemy.orm import joinedload

from grantflow.kernel import clock, emails
from grantflow.kernel.parties import Actor, Party, Role
from grantflow.kernel.text import search_words
from grantflow.platform import tokens
from grantflow.platform.db import db, to_write

from . import policy, rules
from .models import (
    Factor,
    FactorLoss,
    Person,
    ProposalState,
    Purpose,
    RecoveryCode,
    RoleGrant,
    RoleProposal,
    SignIn,
    Token,
)
from .states import LossState, Means

PAGE = 50


def by_email(email: str) -> Person | None:
    return db.session.scalar(select(Person).where(Person.email_key == emails.key(email)))


def name_of(person_id: UUID) -> str:
    """What somebody is called, whoever they are: for those who work on the same thing."""
    return db.session.get_one(Person, person_id).name


def owner_of(email_key: str) -> Person:
    """The account of an identity that is known to exist; locked, since two registrations may meet here."""
    return db.session.scalars(to_write(select(Person).where(Person.email_key == email_key))).one()


#: Every page asks this first, so it is put together once.
_SIGN_IN = (
    select(SignIn)
    .where(SignIn.token_hash == bindparam("key"))
    .options(joinedload(SignIn.person).joinedload(Person.role_grants))
)


def sign_in_of(token: str) -> SignIn | None:
    """The session a cookie stands for, ended or not, with the person and their roles."""
    return db.session.scalars(_SIGN_IN, {"key": tokens.fingerprint(token)}).unique().one_or_none()


def proved_at(token: str) -> datetime | None:
    """When the person of a session last showed again who they are; asked of the row, whatever this request read."""
    return db.session.scalar(select(SignIn.proved_at).where(SignIn.token_hash == tokens.fingerprint(token)))


def means_of(token: str) -> Means | None:
    """What a session was begun with."""
    return db.session.scalar(select(SignIn.means).where(SignIn.token_hash == tokens.fingerprint(token)))


def owner_of_session(token: str) -> UUID | None:
    """Whose session a cookie stood for, ended or not."""
    found = sign_in_of(token)
    return found.person_id if found else None


def factors(person: Person) -> Sequence[Factor]:
    """The second factors of somebody, the oldest first."""
    return db.session.scalars(
        select(Factor).where(Factor.person_id == person.id).order_by(Factor.created_at, Factor.id)
    ).all()


def has_factor(person: Person) -> bool:
    return bool(db.session.scalar(select(exists().where(Factor.person_id == person.id))))


def without_factor() -> int:
    """How many people in office have no second factor."""
    in_office = (
        select(Person.id)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(Person.party.is_not(None), Person.disabled_at.is_(None), Person.confirmed_at.is_not(None))
    )
    bare = in_office.where(~exists().where(Factor.person_id == Person.id)).distinct()
    return db.session.scalar(select(func.count()).select_from(bare.subquery())) or 0


def own_factor(actor: Actor, factor_id: UUID) -> Factor | None:
    return db.session.scalar(select(Factor).where(Factor.id == factor_id, Factor.person_id == actor.id))


def recovery_code(person: Person, selector: str) -> RecoveryCode | None:
    return db.session.get(RecoveryCode, (person.id, selector))


def codes_left(person: Person) -> int:
    """How many recovery codes have not been used."""
    left = select(func.count()).where(RecoveryCode.person_id == person.id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(left) or 0


def live_token(raw: str, *purposes: Purpose) -> Token | None:
    """The mailed token if it still opens something: right purpose, unused, in time, of the person's present epoch."""
    token = db.session.scalar(select(Token).where(Token.token_hash == tokens.fingerprint(raw)))
    if token is None or token.purpose not in purposes or token.used_at is not None:
        return None
    if token.expires_at <= clock.now() or token.epoch != token.person.epoch or token.person.disabled_at:
        return None
    return token


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The people an administrator looks after: staff of the own party, and applicants."""
    if not policy.is_administrator(actor):
        return Person.id.in_(())
    return or_(Person.party == actor.party, Person.party.is_(None))


def person(actor: Actor, person_id: UUID) -> Person | None:
    return db.session.scalar(select(Person).where(Person.id == person_id, visible_to(actor)))


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list of people is narrowed to; ``group`` is "staff", "applicants" or empty."""

    text: str = ""
    role: Role | None = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of people in the order of their names, and the key of the next page."""

    people: Sequence[Person]
    after: str | None


#: As in a register of names; two of one name keep their places.
_ORDER = (Person.family_name, Person.given_name, Person.id)


def people(actor: Actor, filters: Filters, after: str = "") -> Page:
    """One page by keyset; ``after`` is the id of the last person of the page before."""
    wanted = and_(visible_to(actor), *_narrowed(filters))
    query = select(Person).where(wanted).order_by(*_ORDER).limit(PAGE + 1)
    if last := _last(after, wanted):
        query = query.where(tuple_(*_ORDER) > tuple(last))
    found = db.session.scalars(query).all()
    return Page(found[:PAGE], str(found[PAGE - 1].id) if len(found) > PAGE else None)


def _narrowed(filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        Person.search_text.contains(word, autoescape=True) for word in search_words(filters.text)
    ]
    if filters.role:
        conditions.append(exists().where(RoleGrant.person_id == Person.id, RoleGrant.role == filters.role))
    if filters.group == "staff":
        conditions.append(Person.party.is_not(None))
    elif filters.group == "applicants":
        conditions.append(Person.party.is_(None))
    return conditions


def _last(after: str, wanted: ColumnElement[bool]) -> Any:
    try:
        key = UUID(after)
    except ValueError:
        return None
    return db.session.execute(select(*_ORDER).where(Person.id == key, wanted)).one_or_none()


def administrators() -> Sequence[Person]:
    """Active administrators of all parties: whom to tell when work has failed."""
    return in_office(frozenset(Party), frozenset({Role.ADMINISTRATOR}))


def in_office(parties: AbstractSet[Party], roles: AbstractSet[Role]) -> Sequence[Person]:
    """Active staff of any of the parties who hold any of the roles."""
    holds = exists().where(RoleGrant.person_id == Person.id, RoleGrant.role.in_(roles))
    active = and_(Person.disabled_at.is_(None), Person.confirmed_at.is_not(None))
    return db.session.scalars(select(Person).where(Person.party.in_(parties), holds, active).order_by(*_ORDER)).all()


def officers(office: Party) -> Sequence[Person]:
    """Everyone at work in that party's office."""
    return in_office(frozenset({office}), frozenset({Role.OFFICE}))


def expected_administrators(party: Party) -> Sequence[Person]:
    """Those of a party who have not opened their account yet."""
    query = select(Person).join(RoleGrant, RoleGrant.person_id == Person.id)
    unopened = (Person.confirmed_at.is_(None), Person.disabled_at.is_(None))
    return db.session.scalars(
        query.where(RoleGrant.role == Role.ADMINISTRATOR, Person.party == party, *unopened).order_by(*_ORDER)
    ).all()


# --- staff, and the roles that two people give ------------------------------------------------------


def staff() -> dict[Role, dict[Party, list[str]]]:
    """The names of everybody in office, by role and party."""
    found: dict[Role, dict[Party, list[str]]] = {}
    query = (
        select(RoleGrant.role, Person.party, Person.name)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(Person.disabled_at.is_(None), Person.confirmed_at.is_not(None))
        .order_by(*_ORDER)
    )
    for role, party, name in db.session.execute(query):
        if party:
            found.setdefault(role, {}).setdefault(party, []).append(name)
    return found


_WAITING = select(RoleProposal).where(RoleProposal.state == ProposalState.WAITING).order_by(RoleProposal.proposed_at)


def waiting_for(person: Person) -> Sequence[RoleProposal]:
    """The roles that somebody is proposed for."""
    return db.session.scalars(_WAITING.where(RoleProposal.person_id == person.id)).all()


def to_settle(which: ColumnElement[bool]) -> Sequence[RoleProposal]:
    """Those of the waiting proposals, held for writing."""
    return db.session.scalars(to_write(_WAITING.where(which), RoleProposal)).all()


def confirmers(proposal: RoleProposal) -> list[Person]:
    """The administrators who may confirm or refuse ``proposal`` as things stand."""
    return _confirmers(proposal, administrators())


def _confirmers(proposal: RoleProposal, at_work: Sequence[Person]) -> list[Person]:
    parties = {person.id: person.party for person in at_work if person.party}
    subject = proposal.person
    found = rules.confirmers(parties, subject.party, proposer=proposal.proposed_by, subject=subject.id)
    return [person for person in at_work if person.id in found]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A role that waits for a second person: who may confirm it, and whether the reader is one of them."""

    proposal: RoleProposal
    confirmers: list[Person]
    is_mine: bool


def waiting(actor: Actor) -> list[Waiting]:
    """What ``actor`` may confirm, first; then what else waits in their own party, or was proposed by them."""
    if not policy.is_administrator(actor):
        return []
    at_work = administrators()
    rows = [(proposal, _confirmers(proposal, at_work)) for proposal in db.session.scalars(_WAITING)]
    found = [Waiting(proposal, who, actor.id in {one.id for one in who}) for proposal, who in rows]
    seen = [one for one in found if one.is_mine or one.proposal.person.party is actor.party]
    return sorted(seen, key=lambda one: not one.is_mine)


def role_proposal(actor: Actor, proposal_id: UUID) -> RoleProposal | None:
    """A proposal, settled or not, for administrators of its party, and for whoever may confirm it or did."""
    found = db.session.get(RoleProposal, proposal_id)
    if found is None or not policy.is_administrator(actor):
        return None
    is_near = found.person.party is actor.party or actor.id == found.settled_by
    return found if is_near or actor.id in {one.id for one in confirmers(found)} else None


# --- second factors that are lost -------------------------------------------------------------------


def reportable(actor: Actor, person_id: UUID) -> Person | None:
    """Whose second factor an administrator may report as lost: that of the people they look after, and that of people
    of another party who have no administrator but themselves."""
    found = db.session.get(Person, person_id)
    if found is None or found.id == actor.id or not policy.is_administrator(actor):
        return None
    return found if found.party in {actor.party, None} or found in alone(administrators(), found) else None


def alone(at_work: Sequence[Person], *people: Person) -> list[Person]:
    """Those of ``people`` whose party has no administrator beside themselves."""
    return [one for one in people if not any(its.party is one.party and its.id != one.id for its in at_work)]


def losses(actor: Actor) -> list[FactorLoss]:
    """What ``actor`` may confirm or refuse, the oldest first."""
    if not policy.is_administrator(actor):
        return []
    waiting = select(FactorLoss).where(FactorLoss.state == LossState.WAITING).order_by(FactorLoss.reported_at)
    at_work = administrators()
    return [one for one in db.session.scalars(waiting) if actor.id in _loss_confirmers(one, at_work)]


def loss(actor: Actor, loss_id: UUID) -> FactorLoss | None:
    found = db.session.get(FactorLoss, loss_id)
    return found if found and found in losses(actor) else None


def waiting_loss(person: Person) -> FactorLoss | None:
    """What is reported of the second factor of ``person`` and not settled yet."""
    return db.session.scalar(
        select(FactorLoss).where(FactorLoss.person_id == person.id, FactorLoss.state == LossState.WAITING)
    )


def loss_confirmers(loss: FactorLoss) -> list[Person]:
    """The administrators who may confirm or refuse ``loss`` as things stand."""
    at_work = administrators()
    found = _loss_confirmers(loss, at_work)
    return [one for one in at_work if one.id in found]


def _loss_confirmers(loss: FactorLoss, at_work: Sequence[Person]) -> frozenset[UUID]:
    parties = {person.id: person.party for person in at_work if person.party}
    return rules.confirmers(parties, loss.person.party, proposer=loss.reported_by, subject=loss.person_id)


# --- sessions ---------------------------------------------------------------------------------------


def sessions(person: Person) -> Sequence[SignIn]:
    """The sessions of somebody that still open something, the last used first."""
    now = clock.now()
    alive = (
        SignIn.ended_at.is_(None),
        SignIn.seen_at > now - rules.idle_limit(person.roles),
        SignIn.began_at > now - rules.ABSOLUTE,
    )
    return db.session.scalars(
        select(SignIn).where(SignIn.person_id == person.id, *alive).order_by(SignIn.seen_at.desc(), SignIn.id)
    ).all()


def session_of(token: str) -> UUID | None:
    """Which session a cookie stands for."""
    return db.session.scalar(select(SignIn.id).where(SignIn.token_hash == tokens.fingerprint(token)))


def own_session(actor: Actor, session_id: UUID) -> SignIn | None:
    return db.session.scalar(select(SignIn).where(SignIn.id == session_id, SignIn.person_id == actor.id))


def delete_expired(before: datetime) -> int:
    """Delete links and sessions that were over by ``before``. Returns how many."""
    links = delete(Token).where(Token.expires_at < before).returning(Token.id)
    over = or_(SignIn.ended_at < before, SignIn.seen_at < before)
    sessions = delete(SignIn).where(over).returning(SignIn.id)
    return len(db.session.scalars(links).all()) + len(db.session.scalars(sessions).all())
