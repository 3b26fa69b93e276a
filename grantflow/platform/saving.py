"""One door for what people write over days: each save says which revision its page showed.

It is merged into what is saved by now (``kernel.merging``). What a save changed is kept as a row: for the merge, and to
say who changed what.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy import ForeignKey, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, declared_attr, mapped_column
from wtforms import HiddenField

from grantflow.kernel import clock, merging
from grantflow.kernel.errors import Clash
from grantflow.kernel.merging import Merged, Values
from grantflow.kernel.parties import Actor

from .db import Identified, Instant, db
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


#: Where no page lies between reading and writing.
NOW: Any = object()

#: Before the name of a conflict: the choice.
CHOICE = "choice."


class SavingForm(Form):
    """A form that says which revision it shows: ``show`` fills it in, ``saw`` tells the door.

    ``mark`` names the record beside its revisions: what a page of another one showed is gone.
    """

    seen = HiddenField()

    def show(self, mark: object, revision: int) -> None:
        if not self.is_submitted():
            self.seen.data = f"{mark}.{revision}.{secrets.token_urlsafe(6)}"

    def saw(self, mark: object) -> Seen:
        sent = request.form
        choices = {name.removeprefix(CHOICE): sent[name] for name in sent if name.startswith(CHOICE)}
        shown, page = _read(self.seen.data, mark)
        return Seen(shown, page, choices, _read(sent.get("offered"), mark)[0])


def _read(text: str | None, mark: object) -> tuple[int | None, str]:
    found = re.fullmatch(r"(\w+)\.([0-9]{1,8})(?:\.([\w-]{1,20}))?", text or "", re.ASCII)
    if found is None or found[1] != str(mark):
        return None, ""
    return int(found[2]), found[3] or ""


# --- the door ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Saved:
    """What is to be written, the names that somebody else had changed, and the record's revision from now on."""

    values: dict[str, Any]
    taken: tuple[str, ...]
    revision: int


@dataclass(frozen=True, slots=True)
class Door:
    """For one part of the record ``id``, which is held for writing and stands at ``revision``."""

    kind: Any
    owner: InstrumentedAttribute[UUID]
    id: UUID
    part: str
    revision: int
    by: Actor

    def save(self, theirs: Values, mine: Values, seen: Seen) -> Saved:
        """Merge ``mine`` into what is saved, and note what changes: one statement to read, one to write.

        Raises Clash while a field that both changed waits for a choice.
        """
        later = self._rows(self.revision if seen is NOW else seen.revision)
        merged = Merged(dict(mine)) if seen is NOW else self._merged(later, theirs, mine, seen)
        entries = merging.changes(theirs, merged.values, "" if seen is NOW else seen.page)
        if entries:
            self._note(later[-1] if later else None, entries)
        return Saved(merged.values, merged.taken, self.revision + bool(entries))

    def _merged(self, later: Sequence[Any], theirs: Values, mine: Values, seen: Seen) -> Merged:
        merged = merging.weigh(
            later, seen=seen.revision, page=seen.page, revision=self.revision, theirs=theirs, mine=mine
        )
        settled = merging.settle(merged, seen.choices if seen.offered == self.revision else {})
        if settled.conflicts:
            changed = {c.name: change for c in merged.conflicts for change in later if _touches(change, c.name)}
            raise Clash(merged.conflicts, changed, self.revision)
        return settled

    def _note(self, last: Any | None, entries: dict[str, Any]) -> None:
        now, revision = clock.now(), self.revision + 1
        if last and last.by_id == self.by.id and now - last.since < TOGETHER:
            last.entries = merging.joined(last.entries, last.revision, entries)
            last.revision, last.at = revision, now
        else:
            its = {self.owner.key: self.id, "part": self.part, "by_id": self.by.id, "since": now, "at": now}
            db.session.add(self.kind(**its, revision=revision, entries=entries))

    def _rows(self, seen: int | None) -> Sequence[Any]:
        """The changes of this part after ``seen``, and in any case the last one."""
        its = (self.owner == self.id, self.kind.part == self.part)
        last = select(func.max(self.kind.revision)).where(*its).scalar_subquery()
        wanted = self.kind.revision == last
        if seen is not None:
            wanted = or_(wanted, self.kind.revision > seen)
        return db.session.scalars(select(self.kind).where(*its, wanted).order_by(self.kind.revision)).all()


def _touches(change: Any, name: str) -> bool:
    return any(entry == name or entry.startswith(f"{name}.") for entry in change.entries)
