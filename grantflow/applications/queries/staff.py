"""What offices and signatories list, search, count and compare."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, cast, func, or_, select, tuple_, union, union_all
from sqlalchemy.dialects.postgresql import TSQUERY

from grantflow.calls import rules as call_rules
from grantflow.calls.models import Category
from grantflow.kernel.parties import Actor, Side
from grantflow.kernel.text import search_words
from grantflow.organisations import queries as organisations
from grantflow.platform.db import db

from .. import policy
from ..models import Application, Participation, StateCount
from ..states import State
from .filing import STANDING
from .schedule import first_days, misses

#: Rows of one page of the staff list.
PAGE = 50
#: Letters of a searched word that count; ``word_ends`` keeps as many.
WORD = 100


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
    """Files with this one's title, whoever sent them, and those in which somebody with a register number of this one's
    parties takes part.

    A hint to the offices and to nobody else: any title counts within a call, because partners are named by hand and
    who files twice may name them otherwise each time (D39); in other calls that of the same lead does. One statement;
    only what ``actor`` may see.
    """
    if not policy.is_office(actor) or application.number is None:
        return []
    titled = select(Application.id).where(
        or_(Application.call_id == application.call_id, Application.lead_id == application.lead_id),
        Application.title_key == application.title_key,
    )
    numbered = (
        select(Participation.application_id)
        .join(Participation.organisation)
        .where(or_(*(organisations.shares_a_number_with(party.organisation) for party in application.participations)))
    )
    query = (
        select(
            Application.id,
            Application.number,
            Application.title,
            Application.title_key,
            Application.lead_name,
        )
        .where(
            Application.id.in_(union(titled, numbered)),
            Application.id != application.id,
            *STANDING,
            policy.visible(actor),
        )
        .order_by(Application.submitted_at.desc(), Application.id)
        .limit(MOST_LOOKALIKES)
    )
    return [
        Lookalike(id_, number or "", title, name, same_title=title_key == application.title_key)
        for id_, number, title, title_key, name in db.session.execute(query)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A filter of the staff list; empty values do not restrict."""

    #: Of the call whose files are listed.
    call_id: UUID | None = None
    state: State | None = None
    side: Side | None = None
    category: int | None = None
    #: Whose decision cannot be there before the project starts.
    late: bool = False
    text: str = ""

    @property
    def is_active(self) -> bool:
        """Whether more than the call is asked for."""
        return any((self.state, self.side, self.category, self.late, self.text))


#: Where a page ends: the keyset of its last row.
Cursor = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class Page:
    rows: Sequence[Row[*tuple[Any, ...]]]
    #: Keyset of the neighbours, None at the ends.
    after: Cursor | None
    before: Cursor | None
    categories: Mapping[UUID, Sequence[Category]]
    #: Of the rows those whose decision cannot be there before the project starts.
    late: frozenset[UUID]

    @property
    def files(self) -> Iterator[tuple[Row[*tuple[Any, ...]], int]]:
        """The rows, each with the number of its category."""
        for row in self.rows:
            yield row, call_rules.category_of(self.categories[row.call_id], row.requested_cents).number


_STAFF_COLUMNS = select(
    Application.id,
    Application.call_id,
    Application.number,
    Application.title,
    Application.language,
    Application.state,
    Application.lead_side,
    Application.requested_cents,
    Application.starts_on,
    Application.submitted_at,
    Application.lead_name,
    Application.partner_name,
)


def staff_page(actor: Actor, wanted: Wanted, *, after: Cursor | None = None, before: Cursor | None = None) -> Page:
    """One page of what offices and signatories see, the last sent first; three statements whatever the size.

    Keyset paging: the deepest page costs what the first does. Text is searched inside the visible set only (H5).
    """
    categories = _categories_by_call(wanted.call_id)
    days = first_days(list(categories))
    query = _STAFF_COLUMNS.where(policy.visible(actor), Application.submitted_at.is_not(None)).where(
        *_conditions(wanted, categories), *([misses(days)] if wanted.late else [])
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
        late=frozenset(row.id for row in rows if _is_late(row, days)),
    )


def _is_late(row: Row[*tuple[Any, ...]], days: Mapping[UUID, Mapping[State, date]]) -> bool:
    day = days[row.call_id].get(row.state)
    return day is not None and row.starts_on is not None and row.starts_on <= day


def _conditions(wanted: Wanted, categories: Mapping[UUID, Sequence[Category]]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.call_id:
        found.append(Application.call_id == wanted.call_id)
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


def elsewhere(actor: Actor, wanted: Wanted) -> dict[UUID, int]:
    """How many files of the other calls match a filter that found nothing in its own."""
    everywhere, categories = replace(wanted, call_id=None), _categories_by_call(None)
    late = [misses(first_days(list(categories)))] if wanted.late else []
    query = (
        select(Application.call_id, func.count())
        .where(policy.visible(actor), Application.submitted_at.is_not(None), Application.call_id != wanted.call_id)
        .where(*_conditions(everywhere, categories), *late)
        .group_by(Application.call_id)
    )
    return {call_id: int(files) for call_id, files in db.session.execute(query)}


def _categories_by_call(call_id: UUID | None) -> dict[UUID, list[Category]]:
    query = select(Category).order_by(Category.call_id, Category.number)
    if call_id:
        query = query.where(Category.call_id == call_id)
    found: dict[UUID, list[Category]] = {}
    for category in db.session.scalars(query):
        found.setdefault(category.call_id, []).append(category)
    return found


def _escape(text: str) -> str:
    """A text that LIKE takes literally (T29 of warehouse: wildcards are not ours to give away)."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def counts(actor: Actor, side: Side | None = None) -> dict[UUID, dict[State, int]]:
    """How many visible files of each call stand in each state, from the stored counters.

    Files the actor is barred from are taken off again, so that a count betrays nothing (H4). For offices, who see
    everything that was sent.
    """
    if not policy.is_office(actor):
        return {}
    stored = select(StateCount.call_id, StateCount.state, StateCount.files)
    barred = (
        select(Application.call_id, Application.state, -func.count())
        .where(Application.number.is_not(None), policy.barred(actor))
        .group_by(Application.call_id, Application.state)
    )
    if side:
        stored = stored.where(StateCount.side == side)
        barred = barred.where(Application.lead_side == side)
    # One statement, so that both are of one instant.
    both = union_all(stored, barred).subquery()
    columns = both.c.call_id, both.c.state
    found: dict[UUID, dict[State, int]] = {}
    for call_id, state, files in db.session.execute(select(*columns, func.sum(both.c.files)).group_by(*columns)):
        if files:
            found.setdefault(call_id, {})[state] = int(files)
    return found
