"""Proposals and the files they are about, inside what the actor may see."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import joinedload, selectinload, undefer

from grantflow.accounts.models import Person, RoleGrant
from grantflow.applications import policy as applications
from grantflow.applications import queries
from grantflow.applications.models import Application
from grantflow.applications.models import Version as SentVersion
from grantflow.applications.states import DECIDABLE
from grantflow.calls import queries as ledger
from grantflow.calls import rules as calls
from grantflow.calls.models import Call, Category, Envelope
from grantflow.kernel import clock
from grantflow.kernel.parties import Actor, Party, Role
from grantflow.platform.db import db, to_write
from grantflow.review.models import Standing

from .. import policy, rules, texts
from ..models import Act, Key, Proposal, Share
from ..rules import Basis, Case, Deliberation, Terms
from ..states import ActState
from . import acts


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
    joinedload(Application.sent).joinedload(SentVersion.frozen_lead),
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


def basis(application: Application, pots: Sequence[Envelope], act: Act | None) -> Basis | None:
    """What a proposal on this file is judged against; None while it has no standing.

    What ``act``, the file's open one, holds itself is free to it. What others hold is not, whoever asks: a sum does
    not tell whose.
    """
    found = standing(application)
    if found is None:
        return None
    its, own = category(application), reserved(act)
    return Basis(
        score=found.score,
        gap=found.gap,
        gap_limit=application.call.gap_limit,
        third_due=found.third_due,
        threshold=its.min_score,
        requested=application.requested_cents,
        ceiling=calls.ceiling(its.share_bp, application.eligible_cents),
        free={pot.funder_code: pot.free_cents + own.get(pot.funder_code, 0) for pot in pots},
        reserved={pot.funder_code: pot.reserved_cents - own.get(pot.funder_code, 0) for pot in pots},
    )


def unreleased(pots: Sequence[Envelope]) -> list[Party]:
    """The funders whose money is announced only."""
    return [pot.funder_code for pot in pots if not pot.is_released]


def reserved(act: Act | None) -> dict[Party, int]:
    """What an act that is still open holds of each envelope, in cents."""
    if act is None or not act.is_open:
        return {}
    return {party: held.cents for party, held in ledger.held(act.id).items()}


@dataclass(frozen=True, slots=True)
class Draft:
    """A file before its office: what it is judged by, and its last proposal if there is one."""

    application: Application
    standing: Standing
    category: Category
    basis: Basis
    envelopes: Sequence[Envelope]
    proposal: Proposal | None

    @property
    def summary(self) -> str:
        """What the project is, as it was sent."""
        return self.application.sent.summary if self.application.sent else ""

    @property
    def pots(self) -> list[rules.Pot]:
        return [rules.Pot(e.funder_code, e.weight, self.basis.free[e.funder_code]) for e in self.envelopes]


def draft(actor: Actor, id: UUID) -> Draft | None:  # noqa: A002
    """An assessed or proposed file with all that its office needs to propose; None where it is not for the actor."""
    application = file(actor, id)
    found = standing(application) if application else None
    if application is None or found is None:
        return None
    its, last = envelopes(application), of_file(application)
    judged = basis(application, its, last.act if last else None)
    assert judged is not None  # noqa: S101 - there is a standing
    return Draft(application, found, category(application), judged, its, last)


# --- one proposal --------------------------------------------------------------------------------

#: All that a proposal's rules read of it, a handful of rows. Of the versions, only who wrote them is asked.
JUDGED = (joinedload(Proposal.shares), joinedload(Proposal.keys), undefer(Proposal.writers))
#: And what its page reads.
PARTS = (*JUDGED, selectinload(Proposal.versions))


def of_file(application: Application) -> Proposal | None:
    """The proposal of the file's last act, read afresh."""
    query = select(Proposal).join(Proposal.act).where(Act.application_id == application.id)
    query = query.order_by(Act.number.desc()).limit(1).options(*JUDGED)
    return db.session.scalars(query.execution_options(populate_existing=True)).unique().one_or_none()


def locked(proposal_id: UUID) -> Proposal:
    """The proposal held for writing, with act, shares and keys as they are now; the application is locked before."""
    query = to_write(select(Proposal).where(Proposal.id == proposal_id), Proposal)
    query = query.options(*JUDGED, joinedload(Proposal.current))
    return db.session.scalars(query.execution_options(populate_existing=True)).unique().one()


def locked_file(application_id: UUID) -> Application:
    """The application held for writing, with all that its letters are made of, read afresh."""
    query = to_write(select(Application).where(Application.id == application_id), Application)
    application = db.session.scalars(query.options(*LETTERS).execution_options(populate_existing=True)).one()
    db.held(application)
    return application


def locked_for(actor: Actor, application_id: UUID) -> tuple[Application, bool, bool]:
    """The same, and whether the file is closed to the actor, and whether the lead has to stand by it anew: be it since
    this very minute."""
    asked = applications.barred(actor), queries.confirmation_due()
    query = select(Application, *asked).where(Application.id == application_id)
    query = to_write(query, Application).options(*LETTERS)
    row = db.session.execute(query.execution_options(populate_existing=True)).one()
    db.held(row[0])
    return row[0], row[1], row[2]


def proposal(actor: Actor, id: UUID) -> Proposal | None:  # noqa: A002
    """A proposal on a file that exists for the actor, with all its page shows."""
    query = (
        select(Proposal)
        .join(Proposal.act)
        .join(Act.application)
        .where(Proposal.id == id, visible_to(actor))
        .options(
            joinedload(Proposal.act).options(
                joinedload(Act.application).options(*WHOLE),
                joinedload(Act.returner).lazyload(Person.role_grants),
            ),
            joinedload(Proposal.preparer).lazyload(Person.role_grants),
            *PARTS,
            joinedload(Proposal.shares).joinedload(Share.clerk).lazyload(Person.role_grants),
        )
    )
    return db.session.scalars(query).unique().one_or_none()


def earlier(proposal: Proposal) -> list[Proposal]:
    """What was put to the cities before it and came to nothing, the latest first: the acts it goes on from."""
    if proposal.act.number == 1:
        return []
    before = and_(Act.application_id == proposal.application_id, Act.number < proposal.act.number)
    query = select(Proposal).join(Proposal.act).where(before).order_by(Act.number.desc())
    found = db.session.scalars(query.options(selectinload(Proposal.keys), selectinload(Proposal.versions)))
    return list(takewhile(lambda its: its.act.state is ActState.ABANDONED, found))


def later(proposal: Proposal) -> UUID | None:
    """The proposal of the act that followed, if one did."""
    query = select(Proposal.id).join(Proposal.act).where(Act.application_id == proposal.application_id)
    return db.session.scalar(query.where(Act.number > proposal.act.number).order_by(Act.number.desc()).limit(1))


def terms(proposal: Proposal) -> Terms:
    """The row as plain values."""
    return Terms(
        outcome=proposal.outcome,
        award=proposal.award_cents,
        shares={share.funder_code: share.cents for share in proposal.shares},
        purpose_de=proposal.purpose_de,
        purpose_fr=proposal.purpose_fr,
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


def content_of(proposal: Proposal) -> rules.Content:
    """What stands to be signed now, as frozen when it was last put to the cities."""
    return proposal.current.content


def outdated(proposal: Proposal) -> tuple[str, ...]:
    """The sources that have a newer version today than the one that was frozen."""
    frozen, acting = content_of(proposal), rules.acting(proposal.outcome, terms(proposal).paying)
    now = acts.versions(proposal.application, acting, acts.sources(clock.today()))
    return rules.outdated(frozen.sources, now)


def pending(proposal: Proposal) -> list[rules.Change]:
    """What taking the newer sources over would change, told as far as facts differ: the words come when it is done."""
    frozen, its = content_of(proposal), terms(proposal)
    known, votes = acts.sources(clock.today()), deliberations(proposal)
    now = {
        party: replace(act, facts=acts.letter_facts(proposal.application, its, known[party], votes.get(party)))
        for party, act in frozen.acts.items()
    }
    return rules.changes(frozen, replace(frozen, acts=now))


def live_keys(proposal: Proposal) -> list[Key]:
    return [key for key in proposal.keys if key.voided_at is None]


def case(
    proposal: Proposal,
    *,
    outdated: Sequence[str] = (),
    confirmation_due: bool = False,
    unreleased: Collection[Party] = (),
) -> Case:
    """The proposal as far as keys depend on it; ``outdated`` as above, where it is asked for; ``unreleased``: the
    funders whose money of this call is announced only."""
    its = terms(proposal)
    return Case(
        digest=proposal.digest,
        outcome=proposal.outcome,
        paying=its.paying,
        keys=tuple(rules.Signed(key.party, key.person_id, key.digest) for key in live_keys(proposal)),
        preparers=frozenset(proposal.writers),
        deliberations_due=rules.deliberations_due(proposal.outcome, its.paying, deliberations(proposal)),
        unreleased=tuple(texts.PARTIES[party] for party in rules.announced(proposal.outcome, its.paying, unreleased)),
        outdated=tuple(map(texts.source, outdated)),
        confirmation_due=confirmation_due,
        is_open=proposal.is_open,
    )


def is_recused(actor: Actor, application: Application) -> bool:
    """Whether the file is closed to the actor."""
    query = select(Application.id).where(Application.id == application.id, applications.visible(actor))
    return db.session.scalar(query) is None


def authors(proposal: Proposal) -> Sequence[Person]:
    """Whoever had a hand in it: the office that proposed, the Toulouse office that entered the délibérations."""
    return db.session.scalars(
        select(Person).where(Person.id.in_(proposal.writers)).order_by(Person.family_name, Person.given_name, Person.id)
    ).all()


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
        .order_by(Person.family_name, Person.given_name, Person.id)
    )
    return db.session.scalars(query).all()
