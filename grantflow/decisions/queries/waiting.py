"""What waits for the actor: lists of proposals, and counts for the home page."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select
from sqlalchemy.orm import joinedload, selectinload, undefer

from grantflow.applications import queries as applications
from grantflow.applications.models import Application
from grantflow.applications.states import State
from grantflow.calls import queries as ledger
from grantflow.calls.models import Envelope
from grantflow.kernel.errors import Reason
from grantflow.kernel.parties import KEY_HOLDERS, OFFICES, Actor, Party, Role, Side
from grantflow.platform.db import db
from grantflow.review.models import Standing

from .. import policy, rules
from ..models import Act, Key, Proposal, Share
from ..states import ActState, Outcome
from .files import case, unreleased, visible_to

#: Rows of "signed lately".
LATELY = 20

#: What a list reads of a proposal.
LISTED = (joinedload(Proposal.shares), selectinload(Proposal.keys), undefer(Proposal.writers))


@dataclass(frozen=True, slots=True)
class Waiting:
    """A proposal in somebody's list."""

    proposal: Proposal
    application: Application
    missing: tuple[Party, ...]
    #: Why the actor cannot sign it at the moment.
    why_not: list[Reason]
    amount: int


@dataclass(frozen=True, slots=True)
class ToSign:
    """What lies before the cities: what the actor can sign, what lacks a délibération that their office enters, what
    waits for others, and what they signed lately."""

    mine: list[Waiting]
    votes: list[Waiting]
    others: list[Waiting]
    signed: list[Key]


def _open(actor: Actor) -> Select[Proposal]:
    return (
        select(Proposal).join(Proposal.act).join(Act.application).where(Act.state == ActState.OPEN, visible_to(actor))
    )


def to_sign(actor: Actor, call_id: UUID | None) -> ToSign:
    """Open proposals of a call, oldest first: for signatories those on which their city has a say, for offices all."""
    lists = ToSign([], [], [], _signed_lately(actor, call_id) if policy.signs(actor) else [])
    of_call = _open(actor).where(Application.call_id == call_id)
    query = of_call.options(joinedload(Proposal.act).joinedload(Act.application), *LISTED)
    rows: Select[Any] = query.add_columns(applications.confirmation_due())
    person = rules.Signatory(actor.id, actor.party, actor.roles)
    announced = unreleased(ledger.envelopes(call_id)) if call_id else []
    for its, unconfirmed in db.session.execute(rows.order_by(Proposal.prepared_at, Proposal.id)).unique():
        has_a_say = policy.has_a_say(actor, its)
        if not has_a_say and Role.OFFICE not in actor.roles:
            continue
        # Whether a source is outdated takes the whole file to tell: the proposal's own page does.
        judged = case(its, confirmation_due=unconfirmed, unreleased=announced)
        reasons = rules.why_not_sign(person, judged, its.digest) if has_a_say else []
        own = next((s.cents for s in its.shares if s.funder_code is actor.party), 0)
        row = Waiting(its, its.application, rules.missing(judged), reasons, own)
        if judged.deliberations_due and policy.is_toulouse_office(actor):
            lists.votes.append(row)
        elif has_a_say and not reasons:
            lists.mine.append(row)
        else:
            lists.others.append(row)
    return lists


def _signed_lately(actor: Actor, call_id: UUID | None) -> list[Key]:
    query = (
        select(Key)
        .join(Key.proposal)
        .join(Proposal.act)
        .join(Act.application)
        .where(Key.person_id == actor.id, Application.call_id == call_id, visible_to(actor))
        .options(joinedload(Key.proposal).joinedload(Proposal.act).joinedload(Act.application))
        .order_by(Key.turned_at.desc())
        .limit(LATELY)
    )
    return list(db.session.scalars(query))


@dataclass(frozen=True, slots=True)
class Tasks:
    """How many proposals to sign, délibérations to enter, files to propose, and files that were sent back."""

    to_sign: int = 0
    to_deliberate: int = 0
    to_propose: int = 0
    sent_back: int = 0
    #: Envelopes that are announced only: nothing is decided with them.
    announced: int = 0
    #: Of them the one that the actor may release.
    to_release: UUID | None = None


def tasks(actor: Actor) -> dict[UUID, Tasks]:
    """Counts for the home page, by call; at most two statements for each of the actor's roles, and one."""
    found: dict[str, dict[UUID, int]] = {}
    if policy.signs(actor) and actor.party:
        found["to_sign"] = _count(_awaiting(actor))
    if policy.is_toulouse_office(actor):
        found["to_deliberate"] = _count(_open(actor).where(_lacks_deliberation()))
    if Role.OFFICE in actor.roles and actor.party in OFFICES.values():
        side = next(side for side, party in OFFICES.items() if party is actor.party)
        found["to_propose"] = _count(_to_propose(actor, side))
        found["sent_back"] = _count(_assessed(actor, side).where(_was_proposed()))
    pots = announced(actor)
    found["announced"] = {call_id: len(its) for call_id, its in pots.items()}
    own = {pot.call_id: pot.id for its in pots.values() for pot in its if policy.may_release(actor, pot)}
    calls = {call_id for counts in found.values() for call_id in counts}
    return {
        call_id: Tasks(**{name: counts.get(call_id, 0) for name, counts in found.items()}, to_release=own.get(call_id))
        for call_id in calls
    }


def announced(actor: Actor) -> dict[UUID, list[Envelope]]:
    """The envelopes of each call that are announced and not released, for whoever decides."""
    found: dict[UUID, list[Envelope]] = {}
    if policy.decides(actor):
        query = select(Envelope).where(~Envelope.is_released).order_by(Envelope.position)
        for pot in db.session.scalars(query):
            found.setdefault(pot.call_id, []).append(pot)
    return found


def envelope(actor: Actor, id: UUID) -> Envelope | None:  # noqa: A002 - the word in the address
    """An envelope with its call, for whoever decides."""
    query = select(Envelope).where(Envelope.id == id).options(joinedload(Envelope.call))
    return db.session.scalar(query) if policy.decides(actor) else None


def _count(query: Select[Any]) -> dict[UUID, int]:
    columns = Application.call_id, func.count()
    counted = query.with_only_columns(*columns).order_by(None).group_by(Application.call_id)
    return {row[0]: row[1] for row in db.session.execute(counted)}


def _assessed(actor: Actor, side: Side) -> Select[Application]:
    return select(Application).where(
        visible_to(actor), Application.lead_side == side, Application.state == State.ASSESSED
    )


def _was_proposed() -> ColumnElement[bool]:
    """Over Application: an act was begun once. While the file is only assessed, none is open: it was sent back."""
    return exists().where(Act.application_id == Application.id)


def _to_propose(actor: Actor, side: Side) -> Select[Application]:
    """Assessed files of a side that nothing keeps from a proposal, and that were not sent back."""
    ready = _assessed(actor, side).join(Standing, Standing.application_id == Application.id)
    return ready.where(~Standing.third_due, ~_was_proposed())


def _lacks_deliberation() -> ColumnElement[bool]:
    return exists().where(
        Share.proposal_id == Proposal.id,
        Share.funder_code.in_(rules.FRENCH),
        Share.cents > 0,
        Share.deliberation_number == "",
    )


def _lacks_money() -> ColumnElement[bool]:
    """Over Application, Act and Proposal: somebody who would issue an act has announced their money only
    (``rules.announced``)."""
    pays = exists().where(Share.proposal_id == Proposal.id, Share.funder_code == Envelope.funder_code, Share.cents > 0)
    refuses = and_(Act.kind == Outcome.REJECTION, Envelope.funder_code.in_(KEY_HOLDERS))
    return exists().where(Envelope.call_id == Application.call_id, ~Envelope.is_released, or_(pays, refuses))


def _awaiting(actor: Actor) -> Select[Proposal]:
    """Proposals that only wait for a signature the actor may give."""
    signed = exists().where(Key.proposal_id == Proposal.id, Key.voided_at.is_(None), Key.party == actor.party)
    prepared = func.has_worded(Proposal.act_id, literal(actor.id))
    due = applications.confirmation_due()
    query = _open(actor).where(~signed, ~prepared, ~_lacks_deliberation(), ~_lacks_money(), ~due)
    pays = exists().where(Share.proposal_id == Proposal.id, Share.funder_code == Party.METROPOLE, Share.cents > 0)
    if actor.party not in KEY_HOLDERS:
        return query.where(pays)
    consented = exists().where(Key.proposal_id == Proposal.id, Key.voided_at.is_(None), Key.party == Party.METROPOLE)
    other_key = exists().where(Key.proposal_id == Proposal.id, Key.voided_at.is_(None), Key.party.in_(KEY_HOLDERS))
    return query.where(~pays | consented | ~other_key)
