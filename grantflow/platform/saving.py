"""One door for what people write over days: each save says which revision its page showed.

It is merged into what is saved by now (``kernel.merging``). What a save changed is kept as a row: for the merge, and to
say who changed what.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from flask import request
from sqlalchemy import ForeignKey, ScalarSelect, func, or_, select, text
from sqlalchemy.dialects.postgresql import Insert, aggregate_order_by, insert
from sqlalchemy.orm import InstrumentedAttribute, Mapped, declared_attr, mapped_column
from wtforms import HiddenField

from grantflow.kernel import clock, merging
from grantflow.kernel.errors import Clash
from grantflow.kernel.merging import Merged, Values
from grantflow.kernel.parties import Actor

from .db import Identified, Instant
from .forms import Form

#: One person's saves of one part within this time are one change.
TOGETHER = timedelta(minutes=10)
#: So long changes are kept after nobody can save any more.
KEPT_FOR = timedelta(days=30)


class Change(Identified):
    """What one person's saves changed, for a table of its own for each kind of record."""

    revision: Mapped[int]
    #: The step or part of the record that was saved.
    part: Mapped[str]
    #: By name: what the value was and has become (``kernel.merging``).
    entries: Mapped[dict[str, Any]]
    #: The first and the last of the saves.
    since: Mapped[datetime] = mapped_column(Instant)
    at: Mapped[datetime] = mapped_column(Instant)

    @declared_attr
    def by_id(self) -> Mapped[UUID]:
        return mapped_column(ForeignKey("person.id"), index=True)


# --- what a page says ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Seen:
    """The revision that a page showed, None if nobody knows, and what its reader chose where both changed a field."""

    revision: int | None
    #: Whoever saves from one page twice, goes back to it or lets it save by itself, is no two writers.
    page: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    #: The revision that the choices were offered for.
    offered: int | None = None
    #: Only asks what both changed: nothing is written, and Clash names it.
    is_question: bool = False


#: Where no page lies between reading and writing.
NOW: Any = object()

#: Before the name of a conflict: the choice.
CHOICE = "choice."


class SavingForm(Form):
    """A form that says which revision it shows: ``show`` fills it in, ``saw`` tells the door.

    ``mark`` names the record beside its revisions: what a page of another one showed is gone.
    """

    seen = HiddenField()

    def show(self, mark: object, revision: int, *, anew: bool = False) -> None:
        """The page shows that revision: one that was only asked for, or one that is drawn ``anew``."""
        if anew or not self.is_submitted():
            self.seen.data = f"{mark}.{revision}.{secrets.token_urlsafe(6)}"

    def saw(self, mark: object) -> Seen:
        sent = request.form
        choices = {name.removeprefix(CHOICE): sent[name] for name in sent if name.startswith(CHOICE)}
        shown, page = _read(self.seen.data, mark)
        return Seen(shown, page, choices, _read(sent.get("offered"), mark)[0])

    def asks(self, mark: object) -> Seen | None:
        """Where the page sent had something to choose about: what to ask the door to show it once more."""
        return replace(self.saw(mark), is_question=True) if "offered" in request.form else None


def _read(said: str | None, mark: object) -> tuple[int | None, str]:
    found = re.fullmatch(r"(\w+)\.([0-9]{1,8})(?:\.([\w-]{1,20}))?", said or "", re.ASCII)
    if found is None or found[1] != str(mark):
        return None, ""
    return int(found[2]), found[3] or ""


# --- the door ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Met:
    """A change as the door reads it."""

    id: UUID
    part: str
    revision: int
    entries: dict[str, Any]
    by_id: UUID
    since: datetime
    at: datetime

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Met":
        """From the database's JSON."""
        return cls(
            id=UUID(row["id"]),
            part=row["part"],
            revision=row["revision"],
            entries=row["entries"],
            by_id=UUID(row["by_id"]),
            since=datetime.fromisoformat(row["since"]),
            at=datetime.fromisoformat(row["at"]),
        )


@dataclass(frozen=True, slots=True)
class Saved:
    """What is to be written, the names that somebody else had changed, and the record's revision from now on."""

    values: dict[str, Any]
    taken: tuple[str, ...]
    revision: int
    #: Writes the row that says so; None where nothing has changed.
    change: Insert | None


@dataclass(frozen=True, slots=True)
class Door:
    """For one part of the record ``id``, which is held for writing and stands at ``revision``."""

    kind: Any
    owner: InstrumentedAttribute[UUID]
    id: UUID
    part: str
    revision: int
    by: Actor

    def later(self, seen: Seen) -> ScalarSelect[Any]:
        """The changes of this part after ``seen``, and in any case the last one, to be read along with the record."""
        its = (self.owner == self.id, self.kind.part == self.part)
        last = select(func.max(self.kind.revision)).where(*its).scalar_subquery()
        wanted = self.kind.revision == last
        if seen is not NOW and seen.revision is not None:
            wanted = or_(wanted, self.kind.revision > seen.revision)
        return as_json(self.kind, *its, wanted)

    def save(self, later: Sequence[Mapping[str, Any]], theirs: Values, mine: Values, seen: Seen) -> Saved:
        """Merge ``mine`` into what is saved. Raises Clash while a field that both changed waits for a choice."""
        met = [Met.of(row) for row in later]
        merged = Merged(dict(mine)) if seen is NOW else self._merged(met, theirs, mine, seen)
        entries = merging.changes(theirs, merged.values, "" if seen is NOW else seen.page)
        change = self._noted(met[-1] if met else None, entries) if entries else None
        return Saved(merged.values, merged.taken, self.revision + bool(entries), change)

    def _merged(self, later: Sequence[Met], theirs: Values, mine: Values, seen: Seen) -> Merged:
        merged = merging.weigh(
            later, seen=seen.revision, page=seen.page, revision=self.revision, theirs=theirs, mine=mine
        )
        settled = merging.settle(merged, seen.choices if seen.offered == self.revision else {})
        if settled.conflicts or seen.is_question:
            changed = {c.name: change for c in merged.conflicts for change in later if _touches(change, c.name)}
            raise Clash(merged.conflicts, changed, self.revision)
        return settled

    def _noted(self, last: Met | None, entries: dict[str, Any]) -> Insert:
        now = clock.now()
        row = {
            self.owner.key: self.id,
            "part": self.part,
            "by_id": self.by.id,
            "revision": self.revision + 1,
            "at": now,
        }
        if last and last.by_id == self.by.id and now - last.since < TOGETHER:
            entries = merging.joined(last.entries, last.revision, entries)
            row |= {"id": last.id, "since": last.since, "entries": entries}
        else:
            row |= {"id": uuid4(), "since": now, "entries": entries}
        anew = {name: row[name] for name in ("revision", "entries", "at")}
        return insert(self.kind).values(row).on_conflict_do_update(index_elements=["id"], set_=anew)


def as_json(kind: Any, *wanted: Any) -> ScalarSelect[Any]:
    """Changes as one JSON value, the first one first."""
    columns = (kind.id, kind.part, kind.revision, kind.entries, kind.by_id, kind.since, kind.at)
    row = func.jsonb_build_object(*(its for column in columns for its in (column.key, column)))
    rows = func.jsonb_agg(aggregate_order_by(row, kind.revision))
    return select(func.coalesce(rows, text("'[]'::jsonb"))).where(*wanted).scalar_subquery()


def _touches(change: Met, name: str) -> bool:
    return any(entry == name or entry.startswith(f"{name}.") for entry in change.entries)
