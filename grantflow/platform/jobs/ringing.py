"""Rings: the workers are told after commit, and told again by the sweep. Losing a ring costs time, never the row."""

from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, Select, event, func, or_, select, update
from sqlalchemy.orm import Session, SessionTransaction

from .. import settings
from ..db import db
from .broker import JobName, celery
from .rows import Leased, claimable, from_now

log = structlog.get_logger()

L = TypeVar("L", bound=Leased)


def left_behind(model: type[L], *, among: ColumnElement[bool] | None = None, limit: int = 200) -> Select[UUID]:
    """Rows to be claimed that no sweep rang for lately: lost by the broker, a worker, or a crash before the ring."""
    wanted = claimable(model) if among is None else among
    return (
        select(model.id)
        .where(wanted, or_(model.rang_at.is_(None), model.rang_at < from_now(-settings().sweep_seconds / 2)))
        .order_by(model.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


def held(model: type[L], held_by: UUID) -> list[L]:
    """The rows that wait for this, locked: of two that may let them go, the second sees what the first did."""
    return list(db.session.scalars(select(model).where(model.held_by == held_by).order_by(model.id).with_for_update()))


def let_go(job: JobName, rows: Iterable[Leased]) -> None:
    """What held these rows is done; the caller commits, and the workers are rung."""
    for row in rows:
        row.held_by = None
        # Due from now on: its queue is not late because something else was.
        row.try_after = func.clock_timestamp()
        ring(job, type(row), row.id)


# --- ringing -------------------------------------------------------------------------------------


def ring(job: JobName, model: type[Leased], row_id: UUID) -> None:
    """Once this transaction has committed, tell the workers. Losing the ring costs time, never the row."""
    db.session.info.setdefault("rings", {})[(job, row_id)] = model


def ring_left_behind(job: JobName, model: type[Leased], *, among: ColumnElement[bool] | None = None) -> int:
    """The sweep's part: mark as rung, commit and ring again, some hundred rows at a time. Returns how many."""
    count = 0
    while ids := db.session.scalars(left_behind(model, among=among)).all():
        db.session.execute(update(model).where(model.id.in_(ids)).values(rang_at=func.clock_timestamp()))
        for row_id in ids:
            ring(job, model, row_id)
        db.session.commit()
        count += len(ids)
    return count


@event.listens_for(Session, "after_commit")
def _ring_after_commit(session: Session) -> None:
    # A SAVEPOINT's release fires this hook too; nothing is committed then.
    if session.in_nested_transaction():
        return
    for job, row_id in session.info.pop("rings", {}):
        if not send(job, row_id):
            # Nobody waits for a broker that does not answer: the sweep rings for the rest.
            return


@event.listens_for(Session, "after_soft_rollback")
def _forget_rings(session: Session, previous: SessionTransaction) -> None:
    # Not for a SAVEPOINT: a ring for a row that went with it claims nothing.
    if not previous.nested:
        session.info.pop("rings", None)


def send(job: JobName, row_id: UUID | None = None) -> bool:
    """Hand a message - a name and an id - to the broker. A broker that is away is logged, never raised.

    It never expires: by which clock? One that comes late finds its row done, and does nothing.
    """
    try:
        celery().send_task(job, args=[str(row_id)] if row_id else [], retry=False)
    except Exception as error:  # any broker trouble: the sweep rings again
        log.warning("ring_failed", job=job, row=str(row_id), error=type(error).__name__)
        return False
    return True
