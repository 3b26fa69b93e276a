"""Proposals and the files they are about, inside what the actor may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import joinedload, selectinload

from grantflow.accounts.models import Person, RoleGrant
from grantflow.applications import policy as applications
from grantflow.applications.models import Application
from grantflow.applications.states import DECIDABLE, State
from grantflow.audit.models import Entry
from grantflow.calls import rules as calls
from grantflow.calls.models import Call, Category, Envelope
from grantflow.kernel.errors import Reason
from grantflow.kernel.parties import KEY_HOLDERS, OFFICES, Actor, Party, Role, Side
from grantflow.letters import queries as letters
from grantflow.letters.models import Letter
from grantflow.platform.db import db
from grantflow.review.models import Standing

from .. import policy, rules
from ..models import Key, Proposal, Share, Version
from ..rules import Basis, Case, Deliberation, Terms
from . import acts

#: Rows of "signed lately".
LATELY = 20


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The one predicate for everything here: assessed files, for offices and signatories without conflict (D12).

    Over Application; the barriers of ``applications.policy`` keep out whoever declared a conflict.
    """
    return applications.visible(actor) & Application.state.in_(DECIDABLE if policy.decides(actor) else ())


# --- one file ------------------------------------------------------------------------------------

_CALL = joinedload(Application.call)
#: All that letters are made of. Nobody's roles are asked for here.
LETTERS = (
    joinedload(Application.lead),
    joinedload(Application.contact).lazyload(Person.role_grants),
    _CALL.joinedload(Call.agreement),
)
#: And all that a proposal is judged by.
WHOLE = (*LETTERS, _CALL.selectinload(Call.categories))


def file(actor: Actor, id: UUID) -> Application | None:  # noqa: A002 - the word in the address
    """An assessed file, with call, lead and contact."""
    return db.session.scalar(select(Application).where(Application.id == id, visible_to(actor)).options(*WHOLE))


def category(application: Application) -> Category:
    return calls.category_of(application.call.categories, application.requested_cents)


def standing(application: Application) -> Standing | None:
    return db.session.get(Standing, application.id)


def envelopes(application: Application) -> Sequence[Envelope]:
    """What each funder puts into the file's call, in the order ● ■ ◆, read afresh."""
    query = select(Envelope).where(Envelope.call_id == application.call_id).order_by(Envelope.position)
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def basis(application: Application, pots: Sequence[Envelope]) -> Basis | None:
    """What a proposal on this file is judged against; None while it has no standing."""
    found = standing(application)
    if found is None:
        return None
    its = category(application)
    return Basis(
        mean=found.mean,
        gap=found.gap,
        gap_limit=application.call.gap_limit,
        third_due=found.third_due,
        threshold=its.min_score,
        requested=application.requested_cents,
        ceiling=calls.ceiling(its.share_bp, application.eligible_cents),
        free={pot.funder_code: pot.free_cents for pot in pots},
    )


@dataclass(frozen=True, slots=True)
class Draft:
    """A file before its office: what it is judged by, and the proposal if there is one."""

    application: Application
    standing: Standing
    category: Category
    basis: Basis
    envelopes: Sequence[Envelope]
    proposal: Proposal | None

    @property
    def pots(self) -> list[rules.Pot]:
        return [rules.Pot(e.funder_code, e.weight, e.free_cents) for e in self.envelopes]


def draft(actor: Actor, id: UUID) -> Draft | None:  # noqa: A002
    """An assessed or proposed file with all that its office needs to propose; None where it is not for the actor."""
    application = file(actor, id)
    found = standing(application) if application else None
    if application is None or found is None:
        return None
    its = envelopes(application)
    judged = basis(application, its)
    assert judged is not None  # noqa: S101 - there is a standing
    return Draft(application, found, category(application), judged, its, of_file(application))


# --- one proposal --------------------------------------------------------------------------------

_PARTS = (joinedload(Proposal.shares), selectinload(Proposal.keys), selectinload(Proposal.versions))


def of_file(application: Application) -> Proposal | None:
    """The file's proposal, read afresh."""
    query = select(Proposal).where(Proposal.application_id == application.id).options(*_PARTS)
    return db.session.scalars(query.execution_options(populate_existing=True)).unique().one_or_none()


def locked(proposal_id: UUID) -> Proposal:
    """The proposal FOR UPDATE with shares, keys and versions as they are now; the application is locked before."""
    query = select(Proposal).where(Proposal.id == proposal_id).with_for_update(of=Proposal).options(*_PARTS)
    return db.session.scalars(query.execution_options(populate_existing=True)).unique().one()


def locked_file(application_id: UUID) -> Application:
    """The application FOR UPDATE with all that its letters are made of, read afresh."""
    query = select(Application).where(Application.id == application_id).with_for_update(of=Application)
    return db.session.scalars(query.options(*LETTERS).execution_options(populate_existing=True)).one()


def locked_for(actor: Actor, application_id: UUID) -> tuple[Application, bool]:
    """The same, and whether the file is closed to the actor, be it since this very minute."""
    query = (
        select(Application, applications.barred(actor))
        .where(Application.id == application_id)
        .with_for_update(of=Application)
        .options(*LETTERS)
    )
    row = db.session.execute(query.execution_options(populate_existing=True)).one()
    return row[0], row[1]


def proposal(actor: Actor, id: UUID) -> Proposal | None:  # noqa: A002
    """A proposal on a file that exists for the actor, with all its page shows."""
    its = joinedload(Proposal.application)
    query = (
        select(Proposal)
        .join(Proposal.application)
        .where(Proposal.id == id, visible_to(actor))
        .options(
            its.options(*WHOLE),
            joinedload(Proposal.preparer).lazyload(Person.role_grants),
            joinedload(Proposal.returner).lazyload(Person.role_grants),
            *_PARTS,
        )
    )
    return db.session.scalars(query).unique().one_or_none()


def terms(proposal: Proposal) -> Terms:
    """The row as plain values."""
    return Terms(
        outcome=proposal.outcome,
        award=proposal.award_cents,
        shares={share.funder_code: share.cents for share in proposal.shares},
        rejection_reason=proposal.rejection_reason,
        reason_de=proposal.reason_de,
        reason_fr=proposal.reason_fr,
        conditions_de=proposal.conditions_de,
        conditions_fr=proposal.conditions_fr,
    )


def deliberations(proposal: Proposal) -> dict[Party, Deliberation]:
    """What the Toulouse office has entered."""
    return {
        share.funder_code: Deliberation(share.deliberation_number, share.deliberation_on)
        for share in proposal.shares
        if share.deliberation_number
    }


def content_of(proposal: Proposal) -> dict[str, Any]:
    """What stands to be signed now, as frozen when it was last put to the cities."""
    return next(version.content for version in proposal.versions if version.number == proposal.version)


def outdated(proposal: Proposal) -> list[rules.Change]:
    """Where the frozen facts no longer match the rows they were taken from: address, legal basis, dates."""
    now = acts.content(proposal.application, terms(proposal), deliberations(proposal))
    if rules.digest(now) == proposal.digest:
        return []
    return rules.changes(content_of(proposal), now) or [rules.Change("letter", None, None)]


def live_keys(proposal: Proposal) -> list[Key]:
    return [key for key in proposal.keys if key.voided_at is None]


def case(proposal: Proposal, *, is_stale: bool) -> Case:
    """The proposal as far as keys depend on it."""
    its = terms(proposal)
    return Case(
        digest=proposal.digest,
        outcome=proposal.outcome,
        paying=its.paying,
        keys=tuple(rules.Signed(key.party, key.person_id, key.digest) for key in live_keys(proposal)),
        preparers=frozenset(version.prepared_by for version in proposal.versions),
        deliberations_due=rules.deliberations_due(proposal.outcome, its.paying, deliberations(proposal)),
        is_stale=is_stale,
        is_open=proposal.is_open and proposal.application.state is State.PROPOSED,
    )


def is_recused(actor: Actor, application: Application) -> bool:
    """Whether the file is closed to the actor."""
    query = select(Application.id).where(Application.id == application.id, applications.visible(actor))
    return db.session.scalar(query) is None


def signatories(parties: Sequence[Party]) -> Sequence[Person]:
    """Everyone who could sign for ``parties``."""
    query = (
        select(Person)
        .where(
            Person.party.in_(parties),
            Person.disabled_at.is_(None),
            Person.confirmed_at.is_not(None),
            exists().where(RoleGrant.person_id == Person.id, RoleGrant.role == Role.SIGNATORY),
        )
        .order_by(Person.name, Person.id)
    )
    return db.session.scalars(query).all()


# --- the signatory's page ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Box:
    """One key as it is drawn: turned, void (turned once, then the proposal changed) or waiting."""

    party: Party
    state: str
    key: Key | None
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Since:
    """What changed since somebody else signed, or since a key that a change voided."""

    key: Key
    changes: list[rules.Change]
    #: When the organisation's own data changed since, without touching what is signed: (when, who).
    beside: list[tuple[datetime, str]]


@dataclass(frozen=True, slots=True)
class Printed:
    """A funder's act: its part in cents, and whether a courtesy translation goes along."""

    party: Party
    cents: int
    has_courtesy: bool


@dataclass(frozen=True, slots=True)
class Sight:
    """A proposal as the actor meets it."""

    proposal: Proposal
    application: Application
    standing: Standing
    category: Category
    envelopes: Sequence[Envelope]
    case: Case
    boxes: tuple[Box, Box]
    #: Métropole's consent, where it pays.
    consent: Box | None
    missing: tuple[Party, ...]
    since: Since | None
    #: Facts that changed under the proposal: nobody can sign before the office takes them over.
    outdated: list[rules.Change]
    #: Why the actor, a signatory with a say, cannot sign now; empty: they can.
    why_not: list[Reason]
    has_a_say: bool
    would_decide: bool
    may_edit: bool
    #: It was sent back, and the actor's office may propose again.
    may_propose: bool
    may_deliberate: bool
    may_send_back: bool
    letters: Sequence[Letter]

    @property
    def content(self) -> dict[str, Any]:
        """What is signed."""
        return content_of(self.proposal)

    @property
    def acts(self) -> list[Printed]:
        """The acts in the order ● ■ ◆, one for each acting funder (D5)."""
        return [
            Printed(party, self.content["shares"][party.value], facts["contact_language"] != party.language)
            for party in Party
            if (facts := self.content["letters"].get(party.value))
        ]

    @property
    def letter_count(self) -> int:
        """Acts and courtesy translations."""
        return sum(2 if act.has_courtesy else 1 for act in self.acts)

    def share_of(self, party: Party | None) -> int:
        return next((s.cents for s in self.proposal.shares if s.funder_code is party), 0)


def sight(actor: Actor, proposal: Proposal) -> Sight:
    """Everything the page of a proposal shows to the actor."""
    application = proposal.application
    found = standing(application)
    assert found is not None  # noqa: S101 - nothing is proposed without a standing
    stale = outdated(proposal) if proposal.is_open else []
    its = case(proposal, is_stale=bool(stale))
    has_a_say = policy.has_a_say(actor, proposal)
    person = rules.Signatory(actor.id, actor.party, actor.roles)
    return Sight(
        proposal=proposal,
        application=application,
        standing=found,
        category=category(application),
        envelopes=envelopes(application),
        case=its,
        boxes=(_box(proposal, KEY_HOLDERS[0], actor), _box(proposal, KEY_HOLDERS[1], actor)),
        consent=_box(proposal, Party.METROPOLE, actor) if its.needs_consent else None,
        missing=rules.missing(its),
        since=_since(actor, proposal),
        outdated=stale,
        why_not=rules.why_not_sign(person, its, proposal.digest) if has_a_say else [],
        has_a_say=has_a_say,
        would_decide=actor.party is not None and rules.is_last_key(its, actor.party),
        may_edit=its.is_open and policy.leads(actor, application),
        may_propose=application.state is State.ASSESSED and policy.leads(actor, application),
        may_deliberate=its.is_open and policy.may_deliberate(actor, proposal),
        may_send_back=its.is_open and policy.may_send_back(actor, proposal),
        letters=letters.of_subject(application.id) if proposal.decided_at else (),
    )


def _box(proposal: Proposal, party: Party, actor: Actor) -> Box:
    own = [key for key in proposal.keys if key.party is party]
    live = next((key for key in own if key.voided_at is None and key.digest == proposal.digest), None)
    # A key that fell with an earlier round, before the file was sent back, is history and not drawn.
    begun = max((v.prepared_at for v in proposal.versions if v.number == 1), default=None)
    void = next((key for key in reversed(own) if key.voided_at and begun and key.turned_at >= begun), None)
    mine = policy.has_a_say(actor, proposal) and actor.party is party and proposal.is_open
    return Box(party, "turned" if live else "void" if void else "waiting", live or void, mine)


def _since(actor: Actor, proposal: Proposal) -> Since | None:
    others = [key for key in proposal.keys if key.party is not actor.party or key.voided_at]
    if not others:
        return None
    last = max(others, key=lambda key: key.turned_at)
    signed = [v for v in proposal.versions if v.digest == last.digest and v.prepared_at <= last.turned_at]
    if not signed:
        return None
    changes = rules.changes(signed[-1].content, content_of(proposal))
    return Since(last, changes, _beside(proposal, last.turned_at) if proposal.is_open else [])


def _beside(proposal: Proposal, since: datetime) -> list[tuple[datetime, str]]:
    query = (
        select(Entry.at, Entry.actor_name)
        .where(
            Entry.subject_type == "organisation",
            Entry.subject_id == str(proposal.application.lead_id),
            Entry.at > since,
        )
        .order_by(Entry.seq)
    )
    return [(at, who) for at, who in db.session.execute(query)]


@dataclass(frozen=True, slots=True)
class Act:
    """One funder's act before it is issued."""

    proposal: Proposal
    party: Party
    facts: Mapping[str, Any]


def act(actor: Actor, id: UUID, party: str) -> Act | None:  # noqa: A002
    """The act of ``party`` in a proposal that exists for the actor."""
    its = proposal(actor, id)
    known = next((p for p in Party if p.value == party), None)
    facts = facts_of(its, known) if its and known else None
    return Act(its, known, facts) if its and known and facts else None


def facts_of(proposal: Proposal, party: Party) -> Mapping[str, Any] | None:
    """The frozen facts of one funder's act; None where it issues none."""
    facts: Mapping[str, Any] | None = content_of(proposal)["letters"].get(party.value)
    return facts


# --- what waits ----------------------------------------------------------------------------------


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
        select(Proposal)
        .join(Proposal.application)
        .where(
            visible_to(actor),
            Application.state == State.PROPOSED,
            Proposal.decided_at.is_(None),
            Proposal.returned_at.is_(None),
        )
    )


def to_sign(actor: Actor) -> ToSign:
    """Open proposals, oldest first: for signatories those on which their city has a say, for offices all."""
    lists = ToSign([], [], [], _signed_lately(actor) if policy.signs(actor) else [])
    query = _open(actor).options(joinedload(Proposal.application).joinedload(Application.lead), *_PARTS)
    person = rules.Signatory(actor.id, actor.party, actor.roles)
    for its in db.session.scalars(query.order_by(Proposal.prepared_at, Proposal.id)).unique():
        has_a_say = policy.has_a_say(actor, its)
        if not has_a_say and Role.OFFICE not in actor.roles:
            continue
        # Whether facts are outdated takes the whole file to tell: the proposal's own page does.
        judged = case(its, is_stale=False)
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
        .join(Proposal.application)
        .where(Key.person_id == actor.id, visible_to(actor))
        .options(joinedload(Key.proposal).joinedload(Proposal.application))
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
        back = _count(
            select(Proposal)
            .join(Proposal.application)
            .where(visible_to(actor), Application.lead_side == side, Application.state == State.ASSESSED)
            .where(Proposal.returned_at.is_not(None))
        )
    return Tasks(sign, deliberate, propose, back)


def _count(query: Select[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _to_propose(actor: Actor, side: Side) -> Select[Application]:
    """Assessed files of a side that nothing keeps from a proposal, and that were not sent back."""
    return (
        select(Application)
        .join(Standing, Standing.application_id == Application.id)
        .where(visible_to(actor), Application.lead_side == side, Application.state == State.ASSESSED)
        .where(~Standing.third_due, ~exists().where(Proposal.application_id == Application.id))
    )


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
    prepared = exists().where(Version.proposal_id == Proposal.id, Version.prepared_by == actor.id)
    query = _open(actor).where(~signed, ~prepared, ~_lacks_deliberation())
    pays = exists().where(Share.proposal_id == Proposal.id, Share.funder_code == Party.METROPOLE, Share.cents > 0)
    if actor.party not in KEY_HOLDERS:
        return query.where(pays)
    consented = exists().where(Key.proposal_id == Proposal.id, Key.voided_at.is_(None), Key.party == Party.METROPOLE)
    other_key = exists().where(Key.proposal_id == Proposal.id, Key.voided_at.is_(None), Key.party.in_(KEY_HOLDERS))
    return query.where(~pays | consented | ~other_key)


# --- the file's page -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Panel:
    """The decision's part of the staff page of one file."""

    application: Application
    third_due: bool
    proposal: Proposal | None
    missing: tuple[Party, ...]
    deliberations_due: tuple[Party, ...]
    may_propose: bool
    may_deliberate: bool
    has_a_say: bool


def panel(actor: Actor, application: Application) -> Panel | None:
    """What the actor sees of the decision on the page of a file that is visible to them; None before the assessment,
    and for finance and administration."""
    if application.state not in DECIDABLE or not policy.decides(actor):
        return None
    found = standing(application)
    if found is None:
        return None
    its = of_file(application)
    judged = case(its, is_stale=False) if its else None
    return Panel(
        application=application,
        third_due=found.third_due,
        proposal=its,
        missing=rules.missing(judged) if judged and judged.is_open else (),
        deliberations_due=judged.deliberations_due if judged and judged.is_open else (),
        may_propose=policy.leads(actor, application)
        and application.state in {State.ASSESSED, State.PROPOSED}
        and not found.third_due,
        may_deliberate=bool(its and judged and judged.is_open and policy.may_deliberate(actor, its)),
        has_a_say=bool(its and judged and judged.is_open and policy.has_a_say(actor, its)),
    )
