"""Rows are the outbox. This module rings Celery after commit, and lets workers claim rows under a lease.

The promise: what is committed gets done within sweep + lease + one attempt, once in effect, whatever
happens to broker or worker. The lease's clock is the database's; the token fences out late writers.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar, cast
from uuid import UUID, uuid4

import structlog
from celery import Celery
from flask import Flask, current_app
from sqlalchemy import (
    ColumnElement,
    Index,
    Interval,
    Select,
    and_,
    delete,
    event,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy import (
    cast as sql_cast,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column
from sqlalchemy.sql import literal

from grantflow.config import Settings

from . import settings
from .db import Identified, Instant, db
from .models import Heartbeat

log = structlog.get_logger()

#: After this many attempts a row is failed, and a person is asked.
MAX_ATTEMPTS = 6


class JobName(StrEnum):
    RENDER_LETTER = "letters.render"
    SEND_MESSAGE = "notifications.send"
    SWEEP = "housekeeping.sweep"
    BEAT = "housekeeping.beat"


class Leased(Identified):
    """Columns of an outbox row. Done and failed rows are no longer claimed."""

    __tablename__: str

    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    lease_token: Mapped[UUID | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    try_after: Mapped[datetime | None] = mapped_column(Instant)
    rang_at: Mapped[datetime | None] = mapped_column(Instant)
    #: What must be done first; whoever does it lets the row go (``let_go``).
    held_by: Mapped[UUID | None]
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    failed_at: Mapped[datetime | None] = mapped_column(Instant)
    last_error: Mapped[str | None]


L = TypeVar("L", bound=Leased)


@dataclass(frozen=True, slots=True)
class Claim(Generic[L]):
    """A row in our hands until the lease ends; ``token`` proves it. ``row`` is detached: a frozen copy."""

    row: L
    token: UUID
    attempt: int


def claimable(model: type[Leased]) -> ColumnElement[bool]:
    """Rows that wait, for nothing and for nobody, by the database's clock."""
    return and_(
        model.done_at.is_(None),
        model.failed_at.is_(None),
        model.held_by.is_(None),
        or_(model.leased_until.is_(None), model.leased_until < func.clock_timestamp()),
        or_(model.try_after.is_(None), model.try_after <= func.clock_timestamp()),
    )


def _seconds(count: float) -> ColumnElement[Any]:
    return func.clock_timestamp() + sql_cast(literal(timedelta(seconds=count)), Interval)


def claim(model: type[L], row_id: UUID) -> Claim[L] | None:
    """Take the row for the length of one lease, in a short transaction of its own.

    None: it is done, failed, in other hands, or its transaction never committed - all fine.
    """
    with Session(db.engine, expire_on_commit=False) as session:
        row = session.scalar(
            select(model).where(model.id == row_id, claimable(model)).with_for_update(skip_locked=True)
        )
        if row is None:
            return None
        token = uuid4()
        row.lease_token = token
        row.leased_until = _seconds(settings().lease_seconds)
        row.attempts += 1
        session.flush()
        session.refresh(row)
        session.commit()
        session.expunge_all()
        return Claim(row=row, token=token, attempt=row.attempts)


def finish(session: Session, claim: Claim[L], **values: Any) -> bool:
    """Write the result if the lease is still ours (fencing); the caller commits. False: a later worker has it."""
    model = type(claim.row)
    done = session.scalar(
        update(model)
        .where(
            model.id == claim.row.id,
            model.lease_token == claim.token,
            model.done_at.is_(None),
        )
        .values(done_at=func.clock_timestamp(), leased_until=None, last_error=None, **values)
        .returning(model.id)
        .execution_options(synchronize_session=False)
    )
    if done is None:
        log.warning("late_write_refused", row=str(claim.row.id), table=model.__tablename__)
    return done is not None


def release(
    claim: Claim[L],
    error: str,
    *,
    permanent: bool = False,
    attempts: int = MAX_ATTEMPTS,
    longest: float = 300.0,
) -> None:
    """Give the row back after a fault: again after a jittered pause, or failed for a person to see.

    ``attempts`` is how often the row is tried, ``longest`` the longest pause between two tries in seconds.
    """
    model = type(claim.row)
    over = permanent or claim.attempt >= attempts
    pause = min(2.0 ** min(claim.attempt, 30), longest) * random.uniform(0.7, 1.3)  # noqa: S311 - jitter, not a secret
    values: dict[str, Any] = {
        "leased_until": None,
        "lease_token": None,
        "last_error": error[:500],
    }
    values |= {"failed_at": func.clock_timestamp()} if over else {"try_after": _seconds(pause)}
    with Session(db.engine) as session:
        session.execute(
            update(model)
            .where(
                model.id == claim.row.id,
                model.lease_token == claim.token,
                model.done_at.is_(None),
            )
            .values(**values)
        )
        session.commit()
    log.error(
        "job_failed" if over else "job_postponed",
        row=str(claim.row.id),
        table=model.__tablename__,
        error=error,
    )


def restart(row: Leased) -> None:
    """Let a failed row be tried afresh; the caller's transaction commits and rings."""
    row.failed_at = row.try_after = row.leased_until = row.lease_token = None
    row.attempts = 0


def left_behind(model: type[L], *, limit: int = 200) -> Select[UUID]:
    """Claimable rows that no sweep rang for lately: lost by the broker, a worker, or a crash before the ring."""
    quiet = func.clock_timestamp() - sql_cast(literal(timedelta(seconds=settings().sweep_seconds / 2)), Interval)
    return (
        select(model.id)
        .where(claimable(model), or_(model.rang_at.is_(None), model.rang_at < quiet))
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
        ring(job, type(row), row.id)


# --- ringing -------------------------------------------------------------------------------------


def ring(job: JobName, model: type[Leased], row_id: UUID) -> None:
    """Once this transaction has committed, tell the workers. Losing the ring costs time, never the row."""
    db.session.info.setdefault("rings", {})[(job, row_id)] = model


def ring_left_behind(job: JobName, model: type[Leased]) -> int:
    """The sweep's part: mark as rung, commit and ring again, some hundred rows at a time. Returns how many."""
    count = 0
    while ids := db.session.scalars(left_behind(model)).all():
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
    """Hand a message - a name and an id - to the broker. A broker that is away is logged, never raised."""
    try:
        celery().send_task(job, args=[str(row_id)] if row_id else [], expires=600, retry=False)
    except Exception as error:  # any broker trouble: the sweep rings again
        log.warning("ring_failed", job=job, row=str(row_id), error=type(error).__name__)
        return False
    return True


# --- Celery --------------------------------------------------------------------------------------


def celery() -> Celery:
    return cast(Celery, current_app.extensions["celery"])


def make_celery(settings: Settings) -> Celery:
    """The Celery application both for ringing and for working; messages are JSON and nothing else (T39)."""
    app = Celery("grantflow", broker=settings.broker_url, set_as_current=False)
    options: dict[str, Any] = {"visibility_timeout": max(600, settings.lease_seconds * 10)}
    if settings.redis_url:
        options |= {
            "socket_timeout": 5,
            "socket_connect_timeout": 2,
            "retry_on_timeout": False,
            # A dead broker never holds up a click: kombu would try again even where Celery does not (D34).
            "max_retries": 0,
            "interval_start": 0,
        }
    else:
        folder = settings.data_dir / "broker"
        for name in ("queue", "processed", "control"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        options |= {
            "data_folder_in": str(folder / "queue"),
            "data_folder_out": str(folder / "queue"),
            "processed_folder": str(folder / "processed"),
            "control_folder": str(folder / "control"),
            "polling_interval": 0.05,
        }
    app.conf.update(
        broker_transport_options=options,
        broker_connection_retry_on_startup=True,
        broker_connection_timeout=2,
        accept_content=["json"],
        task_serializer="json",
        result_backend=None,
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_default_queue="grantflow",
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_max_tasks_per_child=200,
        task_soft_time_limit=max(5, settings.lease_seconds - 10),
        task_time_limit=max(6, settings.lease_seconds - 5),
        timezone="UTC",
        beat_schedule_filename=str(settings.data_dir / "beat-schedule"),
    )
    return app


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions["celery"] = make_celery(settings)


# --- heartbeats ----------------------------------------------------------------------------------


def touch(name: str) -> None:
    """Note that ``name`` (a worker, ``beat``, ``sweep``) was alive just now; commits by itself."""
    with Session(db.engine) as session:
        session.execute(
            insert(Heartbeat)
            .values(name=name, seen_at=func.clock_timestamp())
            .on_conflict_do_update(
                index_elements=[Heartbeat.name],
                set_={"seen_at": func.clock_timestamp()},
            )
        )
        session.commit()


def gone(name: str) -> None:
    """``name`` has ended in good order: it is not missed."""
    with Session(db.engine) as session:
        session.execute(delete(Heartbeat).where(Heartbeat.name == name))
        session.commit()


def forget_old_heartbeats(seconds: float = 86400.0) -> None:
    """Drop the rows of workers that were last seen long ago; the caller's transaction commits."""
    db.session.execute(delete(Heartbeat).where(Heartbeat.seen_at < _seconds(-seconds)))


def heartbeats() -> dict[str, float]:
    """Seconds since each part was last seen."""
    age = func.extract("epoch", func.clock_timestamp() - Heartbeat.seen_at)
    return {name: float(seconds) for name, seconds in db.session.execute(select(Heartbeat.name, age))}


def outbox_index(table: str) -> Index:
    """Only rows that still wait are indexed: the sweep stays fast however many letters were ever sent."""
    return Index(
        f"ix_{table}_waiting",
        "id",
        postgresql_where=text("done_at IS NULL AND failed_at IS NULL"),
    )


def waiting(model: type[Leased]) -> Iterator[tuple[str, int]]:
    """Counts for the workers' page: rows that wait, and rows that failed."""
    counts = db.session.execute(
        select(
            func.count().filter(model.done_at.is_(None), model.failed_at.is_(None)),
            func.count().filter(model.failed_at.is_not(None)),
        )
    ).one()
    yield "waiting", counts[0]
    yield "failed", counts[1]
