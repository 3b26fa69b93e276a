"""Reads of letters. One predicate, ``visible_to``, feeds list, detail, search, count and download."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, tuple_
from sqlalchemy.orm import aliased, contains_eager, defer, joinedload

from grantflow.kernel.parties import Actor, Party, Role
from grantflow.kernel.text import search_words
from grantflow.platform import health, jobs
from grantflow.platform.db import db, in_order
from grantflow.platform.health import Finding
from grantflow.platform.jobs import Job

from .models import Body, Download, Letter
from .states import PRINTING, Channel, Desk, Kind, Standing, State

#: Rows on a page: as many as fit into 60 kB of HTML.
PAGE = 40
#: Printed, and not erased since.
HAS_FILE = and_(Letter.digest.is_not(None), Letter.purged_at.is_(None))


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Finance, office and signatories see their own funder's letters; everybody else none.

    Applicants see theirs through the application (``of_application``); administrators see ``failures``, no letters.
    """
    readers = {Role.FINANCE, Role.OFFICE, Role.SIGNATORY}
    if actor.party is None or not readers & actor.roles:
        return false()
    return Letter.funder == actor.party


def by_keys(keys: Collection[str]) -> dict[str, Letter]:
    """The letters that were issued under ``keys``."""
    return {letter.key: letter for letter in db.session.scalars(select(Letter).where(Letter.key.in_(keys)))}


def bodies(digests: Collection[str]) -> dict[str, str]:
    """The words that lie under ``digests``."""
    return {body.digest: body.text for body in db.session.scalars(select(Body).where(Body.digest.in_(digests)))}


def body(letter: Letter) -> Select[Body]:
    """The words of a letter."""
    return select(Body).where(Body.digest == letter.body_digest)


def visible(actor: Actor, letter_id: UUID) -> Letter | None:
    """The letter, if it exists for ``actor``."""
    return db.session.scalar(select(Letter).where(Letter.id == letter_id, visible_to(actor)))


def of_act(act_id: UUID) -> list[Letter]:
    """The letters of one act, the binding ones first, in the order of the parties; whoever calls knows who may see
    them."""
    return _of(Letter.act_id == act_id)


def of_application(application_id: UUID) -> list[Letter]:
    """The letters on one file, of all its acts: else as above."""
    return _of(Letter.application_id == application_id)


def _of(whose: ColumnElement[bool]) -> list[Letter]:
    query = (
        select(Letter).where(whose).order_by(Letter.standing, in_order(Letter.funder, Party), Letter.register_number)
    )
    return list(db.session.scalars(query.options(defer(Letter.facts), defer(Letter.search_text))))


def ready_of_application(application_id: UUID, letter_id: UUID) -> Letter | None:
    """One printed letter on one file: for the recipient's download."""
    whose = Letter.application_id == application_id
    return db.session.scalar(select(Letter).where(Letter.id == letter_id, whose, HAS_FILE))


# --- the finance desk ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filter:
    """What the desk looks for; empty fields match everything."""

    call: str = ""
    kind: Kind | None = None
    #: ``new``, ``fetched``, ``queued`` or ``failed``.
    status: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the desk's list, without the facts."""

    id: UUID
    register_number: str
    standing: Standing
    language: str
    application_number: str
    project_title: str
    title_language: str
    recipient_name: str
    recipient_country: str
    kind: Kind
    amount_cents: int | None
    created_at: datetime
    state: State
    byte_size: int | None
    channel: Channel
    purged_at: datetime | None
    fetched_at: datetime | None

    @property
    def recipient_language(self) -> str:
        """In which the name of the recipient is read."""
        return "de" if self.recipient_country == "DE" else "fr"


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Row]
    #: All that match, and the sum of the acts' amounts among them.
    count: int
    cents: int
    #: Keysets of the neighbouring pages; None at either end.
    before: str | None
    after: str | None


def _fetched() -> ColumnElement[bool]:
    return exists().where(Download.letter_id == Letter.id, Download.desk == Desk.FINANCE)


#: What a desk can ask for; ``new`` and ``fetched`` are what this desk has not, and has, downloaded.
STATUSES: dict[str, ColumnElement[bool]] = {
    "new": and_(HAS_FILE, ~_fetched()),
    "fetched": and_(Letter.digest.is_not(None), _fetched()),
    "queued": and_(Letter.digest.is_(None), ~Letter.gave_up()),
    "failed": Letter.gave_up(),
}


def matching(actor: Actor, wanted: Filter) -> list[ColumnElement[bool]]:
    """The conditions of the desk's list: what is visible, then what is looked for."""
    conditions = [visible_to(actor)]
    if wanted.call:
        conditions.append(Letter.application_number.startswith(f"DT-{wanted.call}-", autoescape=True))
    if wanted.kind:
        conditions.append(Letter.kind == wanted.kind)
    if wanted.status:
        conditions.append(STATUSES[wanted.status])
    return [*conditions, *(Letter.search_text.contains(word, autoescape=True) for word in search_words(wanted.text))]


def desk(
    actor: Actor, wanted: Filter, *, after: str | None = None, before: str | None = None, size: int = PAGE
) -> Page:
    """One page of the desk's list, newest first, by keyset: two statements whatever the size.

    ``after`` and ``before`` are keysets that a ``Page`` gave; anything unreadable begins at the top.
    """
    conditions = matching(actor, wanted)
    last_fetch = (
        select(func.max(Download.at))
        .where(Download.letter_id == Letter.id, Download.desk == Desk.FINANCE)
        .correlate(Letter)
        .scalar_subquery()
    )
    query = select(
        Letter.id,
        Letter.register_number,
        Letter.standing,
        Letter.language,
        Letter.application_number,
        Letter.project_title,
        Letter.facts["title_language"].astext,
        Letter.recipient_name,
        Letter.facts["recipient", "address", "country"].astext,
        Letter.kind,
        Letter.amount_cents,
        Letter.created_at,
        Letter.state,
        Letter.byte_size,
        Letter.channel,
        Letter.purged_at,
        last_fetch,
    ).where(*conditions)
    place, up, down = tuple_(Letter.created_at, Letter.id), _edge(before), _edge(after)
    if up:
        query = query.where(place > tuple_(*up)).order_by(Letter.created_at, Letter.id)
    else:
        query = query.order_by(Letter.created_at.desc(), Letter.id.desc())
        query = query.where(place < tuple_(*down)) if down else query
    found = db.session.execute(query.limit(size + 1)).all()
    more, rows = len(found) > size, [Row(*tuple(row)) for row in found[:size]]
    if up:
        rows.reverse()
    count, cents = db.session.execute(
        select(func.count(), func.sum(Letter.amount_cents).filter(Letter.standing == Standing.ACT))
        .select_from(Letter)
        .where(*conditions)
    ).one()
    return Page(
        rows,
        count,
        int(cents or 0),
        before=_keyset(rows[0]) if rows and (more if up else down) else None,
        after=_keyset(rows[-1]) if rows and (up or more) else None,
    )


def _keyset(row: Row) -> str:
    return f"{row.created_at.isoformat()}~{row.id}"


def _edge(after: str | None) -> tuple[datetime, UUID] | None:
    moment, _, key = (after or "").partition("~")
    try:
        return datetime.fromisoformat(moment), UUID(key)
    except ValueError:
        return None


def counts(actor: Actor, wanted: Filter) -> dict[str, int]:
    """How many of the desk's letters match, by the code (``27-1``) of their call: ``wanted`` names none."""
    code = func.substring(Letter.application_number, r"^DT-(\d+-\d+)-")
    query = select(code, func.count()).where(*matching(actor, wanted), code.is_not(None)).group_by(code)
    return {row[0]: row[1] for row in db.session.execute(query)}


def printed(
    actor: Actor, wanted: Filter | None = None, ids: Sequence[UUID] | None = None, *, most: int
) -> list[Letter]:
    """The finished letters among those chosen, or all that match, in the order of their numbers: for a ZIP.

    One more than ``most`` where there are more than that.
    """
    conditions = matching(actor, wanted or Filter())
    if ids is not None:
        conditions.append(Letter.id.in_(ids))
    query = (
        select(Letter)
        .where(*conditions, HAS_FILE)
        .order_by(Letter.register_number, Letter.standing)
        .options(defer(Letter.facts), defer(Letter.search_text))
        .limit(most + 1)
    )
    return list(db.session.scalars(query))


# --- printed files, and whether they are whole -----------------------------------------------------


def files() -> Select[UUID, str | None, int | None, datetime | None, UUID | None, str]:
    """Every printed file, in the order in which they are looked through."""
    columns = Letter.digest, Letter.byte_size, Letter.rotten_at, Letter.repair_id, Letter.register_number
    return select(Letter.id, *columns).where(HAS_FILE).order_by(Letter.id)


def erased() -> Select[str | None]:
    """Digests of files that are to be kept no longer."""
    kept = aliased(Letter)
    still = exists().where(kept.digest == Letter.digest, kept.purged_at.is_(None))
    return select(Letter.digest).where(Letter.purged_at.is_not(None), ~still)


def to_print(job_id: UUID) -> Select[Letter]:
    """The letter that this job prints."""
    return select(Letter).where(Letter.job_id == job_id)


def to_reprint(job_id: UUID) -> Select[Letter]:
    """The letter whose damaged file this job prints again."""
    return select(Letter).where(Letter.repair_id == job_id)


def damaged(limit: int = 100) -> list[Letter]:
    """Letters whose file is gone or damaged, the longest first."""
    query = select(Letter).where(Letter.rotten_at.is_not(None)).order_by(Letter.rotten_at, Letter.id).limit(limit)
    without = defer(Letter.facts), defer(Letter.search_text)
    return list(db.session.scalars(query.options(joinedload(Letter.repair), *without)))


# --- the workers' page ---------------------------------------------------------------------------


def failures(limit: int = 100) -> list[Letter]:
    """Letters that gave up, oldest first: for administrators, who see number, reason and attempts, not the letter."""
    query = (
        select(Letter)
        .join(Letter.job)
        .where(Job.name == PRINTING, Job.failed_at.is_not(None))
        .order_by(Job.failed_at)
        .limit(limit)
        .options(contains_eager(Letter.job), defer(Letter.facts), defer(Letter.search_text))
    )
    return list(db.session.scalars(query))


#: Seconds a letter may wait, whatever it waits for.
PATIENCE = 1800.0


def backlog() -> jobs.Backlog:
    """What waits to be printed, and what failed, in figures."""
    return jobs.backlog(PRINTING)


def _queue() -> Finding:
    return health.queue(backlog(), oldest=PATIENCE)


def _failed() -> Finding:
    count = failures_count()
    return Finding(f"{count} gave up and wait for a person" if count else "", {"count": count})


def _files() -> Finding:
    found = damaged()
    lost = [letter.register_number for letter in found if letter.is_lost]
    reasons = [f"damaged: {', '.join(letter.register_number for letter in found)}"] if found else []
    reasons += [f"not to be printed again: {', '.join(lost)}"] if lost else []
    return Finding("; ".join(reasons)[:500], {"damaged": len(found), "lost": len(lost)})


#: What the state of the house asks of letters.
CHECKS: Mapping[str, health.Check] = {"letters": _queue, "letters_failed": _failed, "letters_files": _files}


def failures_count() -> int:
    query = select(func.count()).where(Job.name == PRINTING, Job.failed_at.is_not(None))
    return db.session.scalar(query) or 0


def failed(letter_id: UUID) -> Letter | None:
    """A letter that gave up, or whose file is lost."""
    lost = Letter.repair.has(Job.failed_at.is_not(None)) & Letter.rotten_at.is_not(None)
    return db.session.scalar(select(Letter).where(Letter.id == letter_id, or_(Letter.gave_up(), lost)))
