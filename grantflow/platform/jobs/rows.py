"""The columns of an outbox row, and what they say: waiting, failed, for how long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Index, Interval, and_, func, or_, select, text, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column
from sqlalchemy.sql import literal
from sqlalchemy.sql.elements import SQLColumnExpression

from ..db import Identified, Instant, db

#: Seconds a fault may last before the row is failed and a person is asked.
DAY = 86_400.0
#: After this many attempts in a row of which nobody heard the end, a row is failed: it may be what ends its workers,
#: or a message that arrives each time.
MAX_UNHEARD = 4


class Leased(Identified):
    """Columns of an outbox row. Done and failed rows are no longer claimed."""

    __tablename__: str

    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    lease_token: Mapped[UUID | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    #: Attempts in a row whose end nobody heard of; begins anew with each that ends in good order.
    unheard: Mapped[int] = mapped_column(default=0, server_default="0")
    try_after: Mapped[datetime | None] = mapped_column(Instant)
    #: From the first fault on: when patience ends.
    patience_until: Mapped[datetime | None] = mapped_column(Instant)
    rang_at: Mapped[datetime | None] = mapped_column(Instant)
    #: What must be done first; whoever does it lets the row go (``let_go``).
    held_by: Mapped[UUID | None]
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    failed_at: Mapped[datetime | None] = mapped_column(Instant)
    last_error: Mapped[str | None]


def from_now(seconds: float) -> ColumnElement[Any]:
    """The database's present, and ``seconds`` more."""
    return func.clock_timestamp() + sql_cast(literal(timedelta(seconds=seconds)), Interval)


def free(model: type[Leased]) -> ColumnElement[bool]:
    """Rows in nobody's hands whose pause is over, by the database's clock."""
    return and_(
        or_(model.leased_until.is_(None), model.leased_until < func.clock_timestamp()),
        or_(model.try_after.is_(None), model.try_after <= func.clock_timestamp()),
    )


def _waits(model: type[Leased]) -> ColumnElement[bool]:
    return and_(model.done_at.is_(None), model.failed_at.is_(None), model.held_by.is_(None))


def claimable(model: type[Leased]) -> ColumnElement[bool]:
    """Rows that wait, for nothing and for nobody."""
    return and_(_waits(model), free(model))


def outbox_indexes(table: str) -> tuple[Index, Index]:
    """Only rows that still wait, or failed, are indexed: the sweep stays fast however many letters were ever sent."""
    return (
        Index(f"ix_{table}_waiting", "id", postgresql_where=text("done_at IS NULL AND failed_at IS NULL")),
        Index(f"ix_{table}_failed", "failed_at", postgresql_where=text("failed_at IS NOT NULL")),
    )


# --- starting again --------------------------------------------------------------------------------


_AFRESH: dict[str, Any] = {
    "failed_at": None,
    "leased_until": None,
    "lease_token": None,
    "patience_until": None,
    "attempts": 0,
    "unheard": 0,
}


def restart(row: Leased) -> None:
    """Let a failed row be tried afresh; the caller's transaction commits and rings."""
    for name, value in _AFRESH.items():
        setattr(row, name, value)
    # From now on it is due: how long it had waited before is not the queue's fault.
    row.try_after = db.session.scalar(select(func.clock_timestamp()))


def restart_failed(model: type[Leased], mark: InstrumentedAttribute[datetime | None] | None = None) -> Sequence[UUID]:
    """All failed rows afresh, in one statement; the sweep rings for them. Returns their ids.

    ``mark``: what says that a row failed, where that is not ``failed_at``.
    """
    mark = model.failed_at if mark is None else mark
    query = (
        update(model)
        .where(mark.is_not(None))
        .values(**{**_AFRESH, mark.key: None}, try_after=func.clock_timestamp(), rang_at=None)
        .returning(model.id)
        .execution_options(synchronize_session=False)
    )
    return db.session.scalars(query).all()


# --- how long they wait ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Backlog:
    """A queue in figures: rows that wait and the age of the oldest, in seconds; how long the row that is due has been
    due and in nobody's hands; rows that failed, and those of them that failed within the last day."""

    waiting: int
    oldest_s: float
    overdue_s: float
    failed: int
    failed_lately: int


def backlog(model: type[Leased], created_at: SQLColumnExpression[datetime]) -> Backlog:
    """The state of one queue by the database's clock, in one statement. What another row holds back does not wait."""
    now = func.clock_timestamp()
    waits, failed = _waits(model), model.failed_at.is_not(None)
    due_since = func.greatest(created_at, model.try_after, model.leased_until)

    def age(instant: ColumnElement[Any]) -> ColumnElement[float]:
        return func.coalesce(func.extract("epoch", now - instant), 0.0)

    row = db.session.execute(
        select(
            func.count().filter(waits),
            age(func.min(created_at).filter(waits)),
            age(func.min(due_since).filter(claimable(model))),
            func.count().filter(failed),
            func.count().filter(failed, model.failed_at > from_now(-DAY)),
        ).where(or_(waits, failed))
    ).one()
    return Backlog(row[0], float(row[1]), float(row[2]), row[3], row[4])
