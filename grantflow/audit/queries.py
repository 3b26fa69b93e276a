"""Reads of the trail, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, or_, select

from grantflow.platform.db import db

from .models import Entry

PAGE = 50


@dataclass(frozen=True, slots=True)
class Filters:
    """What the trail is narrowed to; ``who`` and ``what`` match parts of names, labels and ids."""

    action: str = ""
    who: str = ""
    what: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Entries from newest to oldest, and the number after which the next page goes on."""

    entries: Sequence[Entry]
    before: int | None


def trail(filters: Filters, before: int | None = None) -> Page:
    """One page of entries numbered below ``before``."""
    query = select(Entry).where(*_narrowed(filters)).order_by(Entry.seq.desc()).limit(PAGE + 1)
    if before is not None:
        query = query.where(Entry.seq < before)
    found = db.session.scalars(query).all()
    return Page(found[:PAGE], found[PAGE - 1].seq if len(found) > PAGE else None)


def is_noted(action: str) -> bool:
    """Whether a deed of that kind has ever been noted."""
    return bool(db.session.scalar(select(exists().where(Entry.action == action))))


def _narrowed(filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.action:
        conditions.append(Entry.action == filters.action)
    if filters.who:
        conditions.append(Entry.actor_name.icontains(filters.who, autoescape=True))
    if filters.what:
        conditions.append(
            or_(Entry.subject_label.icontains(filters.what, autoescape=True), Entry.subject_id == filters.what)
        )
    return conditions
