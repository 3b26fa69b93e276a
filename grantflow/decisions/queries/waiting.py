"""What waits for the actor: lists of proposals, and counts for the home page."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, literal, select
from sqlalchemy.orm import joinedload, selectinload, undefer

from grantflow.applications import queries as applications
from grantflow.applications.models import Application
from grantflow.applications.states import State
from grantflow.kernel.errors import Reason
from grantflow.kernel.parties import KEY_HOLDERS, OFFICES, Actor, Party, Role, Side
from grantflow.platform.db import db
from grantflow.review.models import Standing

from .. import policy, rules
from ..models import Act, Key, Proposal, Share
from ..states import ActState
from .files import case, visible_to

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


def to_sign(actor: Actor) -> ToSign:
    """Open proposals, oldest first: for signatories those on which their city has a say, for offices all."""
    lists = ToSign([], [], [], _signed_lately(actor) if policy.signs(actor) else [])
    query = _open(actor).options(joinedload(Proposal.act).joinedload(Act.application), *LISTED)
    rows: Select[Any] = query.add_columns(applications.confirmation_due())
    person = rules.Signatory(actor.id, actor.party, actor.roles)
    for its, unconfirmed in db.session.execute(rows.order_by(Proposal.prepared_at, Proposal.id)).unique():
        has_a_say = policy.has_a_say(actor, its)
        if not has_a_say and Role.OFFICE not in actor.roles:
            continue
        # Whether a source is outdated takes the whole file to tell: the proposal's own page does.
        judged = case(its, confirmation_due=unconfirmed)
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


def _signed_lately(actor: Actor) -> list[Key]:
    query = (
        select(Key)
        .join(Key.proposal)
        .join(Proposal.act)
        .join(Act.application)
        .where(Key.person_id == actor.id, visible_to(actor))
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


def tasks(actor: Actor) -> Tasks:
    """Counts for the home page; at most two statements for each of the actor's roles."""
    sign = deliberate = propose = back = 0
    if policy.signs(actor) and actor.party:
        sign = _count(_awaiting(actor))
    if policy.is_toulouse_office(actor):
        deliberate = _count(_open(actor).where(_lacks_deliberation()))
    if Role.OFFICE in actor.roles and actor.party in OFFICES.values():
        side = next(side for side, party in OFFICES.items() if party is actor.party)
        propose = _count(_to_propose(actor, side))
        back = _count(_assessed(actor, side).where(_was_proposed()))
    return Tasks(sign, deliberate, propose, back)


def _count(query: Select[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0


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


def _awaiting(actor: Actor) -> Select[Proposal]:
    """Proposals that only wait for a signature the actor may give."""
    signed = exists().where(Key.proposal_id == Proposal.id, Key.voided_at.is_(None), Key.party == actor.party)
    prepared = func.has_worded(Proposal.act_id, literal(actor.id))
    query = _open(actor).where(~signed, ~prepared, ~_lacks_deliberation(), ~applications.confirmation_due())
    pays = exists().where(Share.proposal_id == Proposal.id, Share.funder_code == Party.METROPOLE, Share.cents > 0)
    if actor.party not in KEY_HOLDERS:
        return query.where(pays)
    consented = exists().where(Key.proposal_id == Proposal.id, Key.voided_at.is_(None), Key.party == Party.METROPOLE)
    other_key = exists().where(Key.proposal_id == Proposal.id, Key.voided_at.is_(None), Key.party.in_(KEY_HOLDERS))
    return query.where(~pays | consented | ~other_key)
