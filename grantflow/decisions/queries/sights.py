"""A proposal as somebody meets it: the signatory's page, one act before it is issued, the panel on a file's page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from grantflow.applications import queries as applications
from grantflow.applications.models import Application
from grantflow.applications.states import DECIDABLE, State
from grantflow.audit.models import Entry
from grantflow.calls.models import Category, Envelope
from grantflow.kernel.errors import Reason
from grantflow.kernel.parties import KEY_HOLDERS, Actor, Party
from grantflow.letters import queries as letters
from grantflow.letters.models import Letter
from grantflow.letters.rules import Written
from grantflow.platform.db import db
from grantflow.review.models import Standing

from .. import policy, rules
from ..models import Key, Proposal, Version
from ..rules import Case, Content
from .files import (
    case,
    category,
    content_of,
    earlier,
    envelopes,
    later,
    of_file,
    outdated,
    pending,
    proposal,
    standing,
    unreleased,
)


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
    #: What that key signed; its words can be read for ever.
    version: Version
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
    #: What is signed.
    content: Content
    standing: Standing
    category: Category
    envelopes: Sequence[Envelope]
    case: Case
    boxes: tuple[Box, Box]
    #: Métropole's consent, where it pays.
    consent: Box | None
    missing: tuple[Party, ...]
    since: Since | None
    #: Names of sources with a newer version: nobody can sign before the office takes them over.
    outdated: tuple[str, ...]
    #: What would change with it.
    pending: list[rules.Change]
    #: Why the actor, a signatory with a say, cannot sign now; empty: they can.
    why_not: list[Reason]
    has_a_say: bool
    would_decide: bool
    may_edit: bool
    #: It was sent back, and the actor's office may propose again; or it was proposed again already, as this.
    may_propose: bool
    later: UUID | None
    may_deliberate: bool
    may_send_back: bool
    letters: Sequence[Letter]

    @property
    def acts(self) -> list[Printed]:
        """The acts in the order ● ■ ◆, one for each acting funder (D5)."""
        return [
            Printed(party, self.content.terms["shares"][party.value], act.facts.has_courtesy)
            for party in Party
            if (act := self.content.acts.get(party))
        ]

    def share_of(self, party: Party | None) -> int:
        return next((s.cents for s in self.proposal.shares if s.funder_code is party), 0)


def sight(actor: Actor, proposal: Proposal) -> Sight:
    """Everything the page of a proposal shows to the actor."""
    application = proposal.application
    found = standing(application)
    assert found is not None  # noqa: S101 - nothing is proposed without a standing
    stale = outdated(proposal) if proposal.is_open else ()
    unconfirmed = proposal.is_open and applications.awaits_confirmation(application)
    pots = envelopes(application)
    its = case(proposal, outdated=stale, confirmation_due=unconfirmed, unreleased=unreleased(pots))
    has_a_say = policy.has_a_say(actor, proposal)
    history = [proposal, *earlier(proposal)]
    person = rules.Signatory(actor.id, actor.party, actor.roles, name=actor.name)
    return Sight(
        proposal=proposal,
        application=application,
        content=content_of(proposal),
        standing=found,
        category=category(application),
        envelopes=pots,
        case=its,
        boxes=(_box(history, KEY_HOLDERS[0], actor), _box(history, KEY_HOLDERS[1], actor)),
        consent=_box(history, Party.METROPOLE, actor) if its.needs_consent else None,
        missing=rules.missing(its),
        since=_since(actor, history),
        outdated=stale,
        pending=pending(proposal) if stale else [],
        why_not=rules.why_not_sign(person, its, proposal.digest) if has_a_say else [],
        has_a_say=has_a_say,
        would_decide=actor.party is not None and rules.is_last_key(its, actor.party),
        may_edit=its.is_open and policy.leads(actor, application),
        may_propose=application.state is State.ASSESSED and policy.leads(actor, application),
        later=later(proposal) if proposal.act.returned_at else None,
        may_deliberate=its.is_open and policy.may_deliberate(actor, proposal),
        may_send_back=its.is_open and policy.may_send_back(actor, proposal),
        letters=letters.of_act(proposal.act_id) if proposal.act.decided_at else (),
    )


def _box(history: Sequence[Proposal], party: Party, actor: Actor) -> Box:
    """``history``: the proposal, and behind it those that it goes on from: their keys fell when they were sent back."""
    proposal = history[0]
    own = [key for key in _keys(history) if key.party is party]
    live = next((key for key in own if key.voided_at is None and key.digest == proposal.digest), None)
    void = next((key for key in reversed(own) if key.voided_at), None)
    mine = policy.has_a_say(actor, proposal) and actor.party is party and proposal.is_open
    return Box(party, "turned" if live else "void" if void else "waiting", live or void, mine)


def _keys(history: Sequence[Proposal]) -> list[Key]:
    """Every key ever turned, the oldest first."""
    return [key for its in reversed(history) for key in its.keys]


def _since(actor: Actor, history: Sequence[Proposal]) -> Since | None:
    proposal = history[0]
    others = [key for key in _keys(history) if key.party is not actor.party or key.voided_at]
    if not others:
        return None
    last = max(others, key=lambda key: key.turned_at)
    versions = [version for its in reversed(history) for version in its.versions]
    signed = [v for v in versions if v.digest == last.digest and v.prepared_at <= last.turned_at]
    if not signed:
        return None
    changes = rules.changes(signed[-1].content, content_of(proposal))
    return Since(last, signed[-1], changes, _beside(proposal, last.turned_at) if proposal.is_open else [])


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
class FundersAct:
    """One funder's act as a version of the proposal puts it to the cities."""

    proposal: Proposal
    version: Version
    party: Party
    written: Written

    @property
    def is_last(self) -> bool:
        """Whether this is what stands to be signed, or was."""
        return self.version.number == self.proposal.version


def act(actor: Actor, id: UUID, party: str, number: int | None = None) -> FundersAct | None:  # noqa: A002
    """The act of ``party`` in a proposal that exists for the actor: as it stands, or as version ``number`` had it."""
    its = proposal(actor, id)
    if its is None:
        return None
    version = next((v for v in its.versions if v.number == (number or its.version)), None)
    written = {p.value: (p, act) for p, act in version.content.acts.items()}.get(party) if version else None
    return FundersAct(its, version, *written) if version and written else None


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
    judged = case(its) if its else None
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
