"""Reads of applications, all inside ``visible_to``."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, cast, exists, func, or_, select, tuple_, union
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import defaultload, joinedload

from grantflow.accounts.models import Person
from grantflow.calls import rules as call_rules
from grantflow.calls.models import Agreement, Call, Category
from grantflow.kernel.errors import Reason
from grantflow.kernel.parties import OFFICES, Actor, Role, Side
from grantflow.kernel.text import search_words
from grantflow.letters import queries as letters
from grantflow.letters.models import Letter
from grantflow.organisations import queries as organisations
from grantflow.organisations import texts as organisation_texts
from grantflow.organisations.models import Membership, Organisation
from grantflow.platform.db import db

from . import policy, rules, texts
from .models import Application, Consent, Partner, StateCount, Submission
from .states import DECIDED, OPEN, IncomeType, LineKind, State, StepName

#: Rows of one page of the staff list.
PAGE = 50
#: Letters of a searched word that count; ``word_ends`` keeps as many.
WORD = 100


def visible_to(actor: Actor) -> Select[Application]:
    """The one source of applications for ``actor``."""
    return select(Application).where(policy.visible(actor))


#: What nearly every page of one file shows; the people's roles are of no interest here.
_HEAD = (
    joinedload(Application.lead),
    joinedload(Application.contact).lazyload(Person.role_grants),
    joinedload(Application.call),
    joinedload(Application.partner),
)
_LIMITS = joinedload(Application.call).selectinload(Call.categories).joinedload(Category.closings)


def by_id(actor: Actor, id: UUID) -> Application | None:  # noqa: A002 - the house's name in addresses
    """A file with its organisation, contact, partner and the limits of its call; None where ``actor`` may not know."""
    query = visible_to(actor).where(Application.id == id)
    return db.session.scalar(query.options(*_HEAD, _LIMITS))


def with_members(actor: Actor, id: UUID) -> Application | None:  # noqa: A002
    """As ``by_id``, with the people of the lead organisation: who may see and change it."""
    query = visible_to(actor).where(Application.id == id)
    members = (
        joinedload(Application.lead)
        .selectinload(Organisation.memberships)
        .joinedload(Membership.person)
        .lazyload(Person.role_grants)
    )
    return db.session.scalar(query.options(*_HEAD, _LIMITS, members))


#: A step is written by a member of the lead organisation; the call's limits are read where it asks for them.
_AT_STEP = (
    joinedload(Application.lead).joinedload(Organisation.memberships),
    *_HEAD[1:],
    defaultload(Application.call).defaultload(Call.categories).joinedload(Category.closings),
)


@dataclass(frozen=True, slots=True)
class AtStep:
    """A file opened at one of its steps."""

    application: Application
    step: StepName


def at_step(actor: Actor, id: UUID, step: str) -> AtStep | None:  # noqa: A002
    """The file at a step; None where either does not exist for ``actor``."""
    try:
        name = StepName(step)
    except ValueError:
        return None
    query = visible_to(actor).where(Application.id == id).options(*_AT_STEP)
    application = db.session.scalars(query).unique().one_or_none()
    return AtStep(application, name) if application else None


@dataclass(frozen=True, slots=True)
class OwnLetter:
    """A printed letter of a file, for its recipient."""

    application: Application
    letter: Letter


def letter_of(actor: Actor, id: UUID, letter_id: UUID) -> OwnLetter | None:  # noqa: A002
    """One printed letter of a visible file."""
    application = by_id(actor, id)
    letter = letters.ready_of_application(id, letter_id) if application else None
    return OwnLetter(application, letter) if application and letter else None


def of_applicant(actor: Actor) -> Sequence[Application]:
    """The actor's own files, the last touched first."""
    query = (
        select(Application)
        .where(policy.visible(actor))
        .options(joinedload(Application.lead), joinedload(Application.call))
        .order_by(Application.updated_at.desc(), Application.id)
    )
    return db.session.scalars(query).all() if Role.APPLICANT in actor.roles else []


def last_submission(application: Application) -> Submission | None:
    """What was sent last."""
    return db.session.scalar(
        select(Submission)
        .where(Submission.application_id == application.id)
        .order_by(Submission.version.desc())
        .limit(1)
    )


def consents(application: Application) -> Sequence[Consent]:
    """What stands agreed to: nothing where the acts come by post."""
    query = select(Consent).where(Consent.application_id == application.id, Consent.withdrawn_at.is_(None))
    return db.session.scalars(query.options(joinedload(Consent.person)).order_by(Consent.law)).all()


# --- what decides whether it can be sent -----------------------------------------------------------


def terms(call: Call) -> rules.CallTerms:
    """A call's limits as plain values, with what the agreements cover."""
    agreements = db.session.scalars(select(Agreement).order_by(Agreement.valid_from)).all()
    periods = [(a.valid_from, a.valid_to) for a in agreements]
    first = next(i for i, agreement in enumerate(agreements) if agreement.id == call.agreement_id)
    covered_from, covered_until = rules.covered(periods, first)
    return rules.CallTerms(
        opens_at=call.opens_at,
        closes_at=call.closes_at,
        categories=category_terms(call),
        covered_from=covered_from,
        covered_until=covered_until,
    )


def category_terms(call: Call) -> list[rules.CategoryTerms]:
    return [
        rules.CategoryTerms(
            number=category.number,
            up_to_cents=category.up_to_cents,
            share_bp=category.share_bp,
            min_score=category.min_score,
            lead_days=category.lead_days,
            closings=[closing.closes_at for closing in category.closings],
        )
        for category in call.categories
    ]


def lines(application: Application, kind: LineKind | None = None) -> list[rules.Line]:
    """The budget's lines as plain values: costs, income, contributions in kind, each in its own order."""
    order = list(LineKind)
    return [
        rules.Line(kind=line.kind, type=line.type, description=line.description, side=line.side, cents=line.cents)
        for line in sorted(application.lines, key=lambda line: (order.index(line.kind), line.position))
        if kind is None or line.kind is kind
    ]


def filing(application: Application, now: datetime) -> rules.Filing:
    """Everything that decides whether ``application`` can be sent at ``now``."""
    partner = application.partner
    return rules.Filing(
        now=now,
        state=application.state,
        call=terms(application.call),
        kind=application.lead.kind,
        country=application.lead.country,
        lead_side=application.lead_side,
        organisation_missing=organisations.missing(application.lead),
        first_sent_at=application.first_submitted_at,
        return_until=application.return_until,
        already_filed=already_filed(application),
        partner=None
        if partner is None
        else rules.PartnerView(
            name=partner.name,
            country=partner.country,
            city=partner.city,
            contact_name=partner.contact_name,
            email=partner.email,
            role=partner.role,
        ),
        partner_search=application.partner_search,
        equal_roles=application.equal_roles,
        answers=answers(application),
        starts_on=application.starts_on,
        ends_on=application.ends_on,
        participants_german=application.participants_german,
        participants_french=application.participants_french,
        volunteers=application.volunteers,
        mostly_minors=application.mostly_minors,
        is_school_trip=application.is_school_trip,
        requested_cents=application.requested_cents,
        lines=lines(application),
        other_public_funding=application.other_public_funding,
        declared=frozenset(declaration.code for declaration in application.declarations),
        channel=application.channel,
    )


def answers(application: Application) -> dict[str, Any]:
    return {name: getattr(application, name) for names in rules.ANSWERS.values() for name in names}


def missing(application: Application, now: datetime) -> list[Reason]:
    """What stands between this file and sending, each with the step that mends it."""
    return rules.why_not_submit(filing(application, now))


def already_filed(application: Application) -> bool:
    """Whether this organisation has sent the same project in this call before (R6).

    Of what others have filed nothing is asked here: the answer is theirs to keep (D39). Asked with the call's row
    locked while sending: two equal drafts cannot slip through together.
    """
    if not application.title_key:
        return False
    twin = exists().where(
        Application.call_id == application.call_id,
        Application.title_key == application.title_key,
        Application.lead_id == application.lead_id,
        Application.id != application.id,
        *_STANDING,
    )
    return bool(db.session.scalar(select(twin)))


#: Sent, and neither withdrawn nor inadmissible.
_STANDING = (Application.number.is_not(None), Application.state.in_(sorted(OPEN | DECIDED)))


# --- one file, to be read ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class File:
    """What ``pages/applications/_file.html`` shows: the answers and the budget, never bank data."""

    application: Application
    money: rules.Money
    lines: Mapping[LineKind, Sequence[rules.Line]]
    #: Money from elsewhere was named: to be checked against double funding (R6).
    double_funding: bool

    @property
    def words(self) -> dict[str, Any]:
        """Names of the enums among the answers."""
        lead, partner = self.application.lead, self.application.partner
        return {
            "theme": texts.THEMES.get(self.application.theme, ""),
            "format": texts.FORMATS.get(self.application.format, ""),
            "lead_kind": organisation_texts.KINDS[lead.kind],
            "lead_run_by": texts.PARTIES.get(lead.run_by, ""),
            "partner_kind": organisation_texts.KINDS[partner.kind] if partner else "",
            "partner_run_by": texts.PARTIES.get(partner.run_by, "") if partner else "",
            "costs": texts.COSTS,
            "incomes": texts.INCOMES,
            "in_kind": texts.IN_KIND,
            "office": OFFICES,
        }


def file_context(application: Application) -> File:
    """The file as offices, reviewers and signatories read it; whoever calls knows that they may."""
    found = lines(application)
    public = any(line.type == IncomeType.OTHER_PUBLIC for line in found)
    return File(
        application=application,
        money=rules.money_of(found, application.requested_cents, category_terms(application.call)),
        lines={kind: [line for line in found if line.kind is kind] for kind in LineKind},
        double_funding=public or bool(application.other_public_funding),
    )


def formal_checks(application: Application) -> list[tuple[StepName, list[Reason]]]:
    """What the rules say of a file as it was sent, step by step: what a computer can say for the formal check."""
    sent = application.first_submitted_at
    if sent is None:
        return []
    # As at the first sending: a file that came back in time is not late because the call has closed since (D13).
    found = rules.why_not_submit(replace(filing(application, sent), state=State.DRAFT))
    return [(step, [reason for reason in found if reason.step == step]) for step in StepName]


# --- what an office compares -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lookalike:
    """Another file that an office compares with the one it reads: perhaps the same project, filed twice."""

    id: UUID
    number: str
    title: str
    lead_name: str
    same_title: bool


#: More than these tell an office nothing new.
MOST_LOOKALIKES = 20


def lookalikes(actor: Actor, application: Application) -> list[Lookalike]:
    """Files with this one's title, whoever sent them, and those of organisations with a register number of this one's.

    A hint to the offices and to nobody else: any title counts within a call, because partners are named by hand and
    who files twice may name them otherwise each time (D39). One statement; only what ``actor`` may see.
    """
    if not policy.is_office(actor) or application.number is None:
        return []
    titled = select(Application.id).where(
        Application.call_id == application.call_id, Application.title_key == application.title_key
    )
    numbered = select(Application.id).join(Application.lead).where(organisations.shares_a_number_with(application.lead))
    query = (
        select(
            Application.id,
            Application.number,
            Application.title,
            Application.call_id,
            Application.title_key,
            Organisation.name,
        )
        .join(Application.lead)
        .where(
            Application.id.in_(union(titled, numbered)),
            Application.id != application.id,
            *_STANDING,
            policy.visible(actor),
        )
        .order_by(Application.submitted_at.desc(), Application.id)
        .limit(MOST_LOOKALIKES)
    )
    own = (application.call_id, application.title_key)
    return [
        Lookalike(id_, number or "", title, name, same_title=(call_id, title_key) == own)
        for id_, number, title, call_id, title_key, name in db.session.execute(query)
    ]


# --- staff -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A filter of the staff list; empty values do not restrict."""

    state: State | None = None
    side: Side | None = None
    category: int | None = None
    text: str = ""

    @property
    def is_active(self) -> bool:
        return any((self.state, self.side, self.category, self.text))


#: Where a page ends: the keyset of its last row.
Cursor = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class Page:
    rows: Sequence[Row[*tuple[Any, ...]]]
    #: Keyset of the neighbours, None at the ends.
    after: Cursor | None
    before: Cursor | None
    categories: Mapping[UUID, Sequence[Category]]

    @property
    def files(self) -> Iterator[tuple[Row[*tuple[Any, ...]], int]]:
        """The rows, each with the number of its category."""
        for row in self.rows:
            yield row, call_rules.category_of(self.categories[row.call_id], row.requested_cents).number


_STAFF_COLUMNS = (
    select(
        Application.id,
        Application.call_id,
        Application.number,
        Application.title,
        Application.language,
        Application.state,
        Application.lead_side,
        Application.requested_cents,
        Application.submitted_at,
        Organisation.name.label("lead_name"),
        Partner.name.label("partner_name"),
        Partner.country.label("partner_country"),
    )
    .join(Application.lead)
    .outerjoin(Application.partner)
)


def staff_page(actor: Actor, wanted: Wanted, *, after: Cursor | None = None, before: Cursor | None = None) -> Page:
    """One page of what offices and signatories see, the last sent first; three statements whatever the size.

    Keyset paging: the deepest page costs what the first does. Text is searched inside the visible set only (H5).
    """
    categories = _categories_by_call()
    query = _STAFF_COLUMNS.where(policy.visible(actor), Application.submitted_at.is_not(None)).where(
        *_conditions(wanted, categories)
    )
    key = tuple_(Application.submitted_at, Application.id)
    if before is not None:
        query = query.where(key > before).order_by(Application.submitted_at.asc(), Application.id.asc())
    else:
        query = query.order_by(Application.submitted_at.desc(), Application.id.desc())
        if after is not None:
            query = query.where(key < after)
    found = list(db.session.execute(query.limit(PAGE + 1)))
    more = len(found) > PAGE
    rows = found[:PAGE]
    if before is not None:
        rows.reverse()
    ends = [(row.submitted_at, row.id) for row in (rows[0], rows[-1])] if rows else []
    is_last, is_first = (
        (before is None and not more),
        (after is None and before is None) or (before is not None and not more),
    )
    return Page(
        rows=rows,
        after=None if not ends or is_last else ends[1],
        before=None if not ends or is_first else ends[0],
        categories=categories,
    )


def _conditions(wanted: Wanted, categories: Mapping[UUID, Sequence[Category]]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.state:
        found.append(Application.state == wanted.state)
    if wanted.side:
        found.append(Application.lead_side == wanted.side)
    if wanted.category:
        found.append(_in_category(wanted.category, categories))
    return [*found, *_saying(wanted.text)]


def _saying(text: str) -> list[ColumnElement[bool]]:
    """Every word of ``text`` stands in the file's words, at their beginning or within („partnerschaft“ in
    „Städtepartnerschaft“): by the index over all ends of all words (``word_ends``, migration 0001). What is one piece,
    as a file's number is, must stand there as one."""
    pieces = search_words(text)
    words = (word[:WORD].replace("\\", "\\\\").replace("'", "''") for piece in pieces for word in piece.split())
    wanted = " & ".join(f"'{word}':*" for word in words)
    if not wanted:
        return []
    whole = (f"%{_escape(piece)}%" for piece in pieces if " " in piece)
    return [
        func.word_ends(Application.search_text).op("@@")(cast(wanted, TSQUERY)),
        *(Application.search_text.like(pattern, escape="\\") for pattern in whole),
    ]


def _in_category(number: int, categories: Mapping[UUID, Sequence[Category]]) -> ColumnElement[bool]:
    ways = []
    for call_id, of_call in categories.items():
        for category in of_call:
            if category.number != number:
                continue
            lowest = call_rules.floor_of(of_call, category) if category.number > 1 else 0
            within = [Application.call_id == call_id, Application.requested_cents >= lowest]
            if category.up_to_cents is not None:
                within.append(Application.requested_cents <= category.up_to_cents)
            ways.append(and_(*within))
    return or_(*ways) if ways else Application.id.is_(None)


def _categories_by_call() -> dict[UUID, list[Category]]:
    found: dict[UUID, list[Category]] = {}
    for category in db.session.scalars(select(Category).order_by(Category.call_id, Category.number)):
        found.setdefault(category.call_id, []).append(category)
    return found


def _escape(text: str) -> str:
    """A text that LIKE takes literally (T29 of warehouse: wildcards are not ours to give away)."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def counts(actor: Actor, side: Side | None = None) -> dict[State, int]:
    """How many visible files stand in each state, from the stored counters.

    Files the actor is barred from are taken off again, so that a count betrays nothing (H4). For offices, who see
    everything that was sent.
    """
    if not policy.is_office(actor):
        return {}
    stored = select(StateCount.state, func.sum(StateCount.files)).group_by(StateCount.state)
    barred = (
        select(Application.state, func.count())
        .where(Application.number.is_not(None), policy.barred(actor))
        .group_by(Application.state)
    )
    if side:
        stored = stored.where(StateCount.side == side)
        barred = barred.where(Application.lead_side == side)
    found = {state: int(files) for state, files in db.session.execute(stored)}
    for state, files in db.session.execute(barred):
        found[state] -= files
    return {state: files for state, files in found.items() if files}
