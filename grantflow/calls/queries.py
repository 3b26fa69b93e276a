"""Reads of calls, funders and their rules."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from grantflow.kernel import clock
from grantflow.kernel.parties import Actor, Party
from grantflow.notifications.service.composing import Contact
from grantflow.platform.db import db, own_transaction, to_write
from grantflow.releases import queries as releases
from grantflow.releases.models import Edition
from grantflow.releases.states import EditionState

from . import rules
from .documents import CallDocument
from .models import Agreement, Call, Category, Criterion, Envelope, Funder, PageText, Question, Reservation
from .rules import Around
from .states import DutyPage, Stage

_WHOLE = (
    selectinload(Call.categories).selectinload(Category.closings),
    selectinload(Call.criteria),
    selectinload(Call.questions).lazyload(Question.criteria),
    selectinload(Call.papers),
    selectinload(Call.agreement),
)


def open_calls(*, whole: bool = True) -> Sequence[Call]:
    """Calls one can apply to now, the nearest deadline first; ``whole``: with categories, criteria and agreement."""
    now = clock.now()
    query = select(Call).where(Call.opens_at <= now, Call.closes_at >= now).order_by(Call.closes_at)
    return db.session.scalars(query.options(*_WHOLE) if whole else query).all()


def next_opening() -> datetime | None:
    """When the next call opens, if one is announced."""
    return db.session.scalar(select(func.min(Call.opens_at)).where(Call.opens_at > clock.now()))


def any_by_code(actor: Actor, code: str) -> Call | None:
    """A call with all its parts, whether or not it has opened."""
    parts = selectinload(Call.questions), selectinload(Call.papers)
    return db.session.scalar(select(Call).where(Call.code == code).options(*_WHOLE, *parts))


@dataclass(frozen=True, slots=True)
class Entry:
    """A call as the desk lists it: what is in force, what is being prepared."""

    code: str
    stage: Stage
    #: Of what is in force.
    call: Call | None
    #: A draft, or a release that waits.
    pending: Edition | None


def desk(actor: Actor) -> dict[Stage, list[Entry]]:
    """Every call by its stage, the latest first."""
    pending = {
        its.key: its for its in releases.alive(actor) if its.kind == "call" and its.state is not EditionState.IN_FORCE
    }
    calls = {call.code: call for call in db.session.scalars(select(Call).order_by(Call.opens_at.desc()))}
    found: dict[Stage, list[Entry]] = {stage: [] for stage in Stage}
    for code in [*(code for code in pending if code not in calls), *calls]:
        call = calls.get(code)
        stage = rules.stage(call.opens_at, call.closes_at, clock.now()) if call else Stage.DRAFT
        found[stage].append(Entry(code, stage, call, pending.get(code)))
    return found


def editions(call: Call) -> Sequence[Edition]:
    """Every edition that was in force, the latest first."""
    return [its for its in releases.history("call", call.code) if its.in_force_at]


def corrections(call: Call) -> list[tuple[Edition, Edition]]:
    """What was changed after the opening: the edition before and the one after, the latest first."""
    signed = editions(call)
    pairs = zip(signed[1:], signed, strict=False)
    return [(before, after) for before, after in pairs if after.in_force_at and after.in_force_at > call.opens_at]


def changed_by(edition_id: UUID) -> tuple[Edition, Call]:
    """An edition of a call that came into force, with the rows of that call."""
    edition = db.session.get_one(Edition, edition_id)
    return edition, db.session.scalars(select(Call).where(Call.code == edition.key)).one()


def signed_calls() -> Sequence[Edition]:
    """What a new call can be begun from, the latest first."""
    found = [its for its in releases.all_in_force() if its.kind == "call"]
    return sorted(found, key=lambda its: str(its.content["opens_at"]), reverse=True)


def call_edition(actor: Actor, id: UUID) -> Edition | None:  # noqa: A002 - the house's name in addresses
    """An edition of a call, for those who may read any."""
    edition = releases.visible(actor, id)
    return edition if edition and edition.kind == "call" else None


def draft_of(call: Call) -> Edition | None:
    return releases.draft_of("call", call.code)


def is_taken(code: str) -> bool:
    """Whether a call has this code already."""
    query = select(Call.id).where(Call.code == code)
    return db.session.scalar(query) is not None or releases.latest_signed("call", code) is not None


def next_code() -> str:
    """The next code of the coming year: calls are prepared in the autumn before."""
    year = clock.today().year + (clock.today().month > 6)
    drafted = db.session.scalars(select(Edition.key).where(Edition.kind == "call"))
    return rules.next_code(year, {*db.session.scalars(select(Call.code)), *drafted})


def agreements() -> Sequence[Agreement]:
    return db.session.scalars(select(Agreement).order_by(Agreement.valid_from)).all()


def begun() -> Sequence[Call]:
    """Every call that has opened, closed since or not, the latest first: last year's stay in reach."""
    query = select(Call).where(Call.opens_at <= clock.now()).order_by(Call.opens_at.desc(), Call.code.desc())
    return db.session.scalars(query).all()


@dataclass(frozen=True, slots=True)
class Choice:
    """Which call a list shows, and of which calls one can choose. Two calls never mix in a list, a count or a sum."""

    #: Those that have opened, the latest first.
    calls: Sequence[Call]
    #: None: no call has opened yet.
    call: Call | None
    #: How much waits in each for the reader, where the list counts it; not asked while there is one call only.
    work: Mapping[UUID, int]

    @property
    def is_needed(self) -> bool:
        return len(self.calls) > 1

    @property
    def call_id(self) -> UUID | None:
        return self.call.id if self.call else None

    @property
    def kept(self) -> str | None:
        """What addresses of this list carry on as ``call``: nothing while there is nothing to choose."""
        return self.call.code if self.call and self.is_needed else None


def choice(code: str | None, work: Callable[[Sequence[Call]], Mapping[UUID, int]]) -> Choice:
    """The call that an address names; else the latest in which something waits by ``work``, else the latest."""
    calls = begun()
    found = work(calls) if len(calls) > 1 else {}
    return Choice(calls, rules.chosen(calls, code, found), found)


def by_code(actor: Actor, code: str) -> Call | None:
    """A call by its code: calls are public from the day they open."""
    asked = selectinload(Call.criteria).selectinload(Criterion.questions).lazyload(Question.criteria)
    query = select(Call).where(Call.code == code, Call.opens_at <= clock.now()).options(*_WHOLE, asked)
    return db.session.scalar(query)


def to_apply(code: str) -> Call | None:
    """The call held for writing, to be written anew."""
    return db.session.scalar(to_write(select(Call).where(Call.code == code), Call))


def agreement(key: str) -> Agreement:
    """Raises NoResultFound where no such agreement is in force."""
    return db.session.scalars(_agreement(key)).one()


def _agreement(key: str) -> Select[Agreement]:
    return select(Agreement).where(Agreement.code == key)


def around(key: str, before: CallDocument | None, after: CallDocument) -> Around:
    """What a call is judged by beside its own words."""
    call = db.session.scalar(select(Call).where(Call.code == key).options(selectinload(Call.envelopes)))
    its = db.session.scalar(_agreement(after.agreement))
    return Around(
        now=clock.now(),
        agreement=(its.valid_from, its.valid_to) if its else None,
        funders=funders(),
        taken={pot.funder_code: pot.committed_cents + pot.reserved_cents for pot in (call.envelopes if call else ())},
        is_code_taken=before is None and call is not None,
    )


def funders() -> dict[Party, Funder]:
    """All funders, in the order ● ■ ◆."""
    rows = {funder.code: funder for funder in db.session.scalars(select(Funder))}
    return {party: rows[party] for party in Party if party in rows}


def page_text(name: DutyPage) -> PageText | None:
    return db.session.get(PageText, name)


def office_contact(party: Party) -> Contact | None:
    """Where an office can be reached, as messages print it. In a transaction of its own, which ends at once: no other
    may be open while a mail server is spoken to."""
    with own_transaction() as session:
        found = session.execute(
            select(Funder.street, Funder.postal_code, Funder.city, Funder.phone, Funder.email).where(
                Funder.code == party
            )
        ).one_or_none()
    return Contact(f"{found.street}, {found.postal_code} {found.city}", found.phone, found.email) if found else None


def agreement_on(day: date) -> Agreement | None:
    return db.session.scalar(select(Agreement).where(Agreement.valid_from <= day, Agreement.valid_to >= day))


def envelopes(call_id: UUID) -> Sequence[Envelope]:
    """What each funder puts into the call, in the order ● ■ ◆."""
    return db.session.scalars(select(Envelope).where(Envelope.call_id == call_id).order_by(Envelope.position)).all()


def locked(call_id: UUID) -> Call:
    """The call held for writing, with its categories: whoever sends gets the next number (D14)."""
    query = to_write(select(Call).where(Call.id == call_id), Call)
    query = query.options(joinedload(Call.categories).joinedload(Category.closings))
    return db.session.scalars(query.execution_options(populate_existing=True)).unique().one()


def lock_envelopes(call_id: UUID) -> Sequence[Envelope]:
    """The same rows held for writing, always in the same order: proposals and decisions at once queue here."""
    query = select(Envelope).where(Envelope.call_id == call_id).order_by(Envelope.position)
    return db.session.scalars(to_write(query).execution_options(populate_existing=True)).all()


def held(act_id: UUID) -> dict[Party, Reservation]:
    """What an act that is still open holds, by funder."""
    query = select(Reservation).where(Reservation.act_id == act_id).options(joinedload(Reservation.envelope))
    return {its.envelope.funder_code: its for its in db.session.scalars(query)}
