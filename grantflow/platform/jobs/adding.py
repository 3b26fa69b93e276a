"""Promise work, in the transaction that causes it; start again what failed, or what is due again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CTE, ColumnElement, Uuid, column, func, or_, select, update, values
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ..db import db
from ..models import Job, JobNeed
from .register import JOBS
from .ringing import ring


@dataclass(frozen=True, slots=True)
class Promise:
    """A job to be added. ``key`` names the deed within its kind; ``needs`` are the jobs that must be done first."""

    name: str
    key: str
    payload: dict[str, str] = field(default_factory=dict)
    needs: Collection[UUID] = ()
    id: UUID = field(default_factory=uuid4)

    @property
    def row(self) -> dict[str, Any]:
        kind = JOBS[self.name]
        key = f"{self.name}:{self.key}"
        return {"id": self.id, "name": self.name, "key": key, "queue": kind.queue, "payload": self.payload}


def promised(promises: Sequence[Promise]) -> list[CTE]:
    """The rows of these jobs and of what they need, as parts of a statement that inserts what they are about.

    A job whose key is taken is not added: its deed was asked for before. Rung for after commit.
    """
    rows = insert(Job).values([promise.row for promise in promises]).on_conflict_do_nothing(index_elements=[Job.key])
    added = rows.returning(Job.id).cte("job_added")
    parts = [added]
    if pairs := [(promise.id, first) for promise in promises for first in set(promise.needs)]:
        wanted = values(column("job_id", Uuid), column("needs_id", Uuid), name="wanted").data(pairs)
        query = select(wanted.c.job_id, wanted.c.needs_id).join(added, added.c.id == wanted.c.job_id)
        parts.append(insert(JobNeed).from_select(["job_id", "needs_id"], query).cte("need_added"))
    for promise in promises:
        if not promise.needs:
            ring(promise.id, promise.name)
    return parts


#: What a job is that nobody has tried yet.
_AFRESH: dict[str, Any] = {
    "done_at": None,
    "failed_at": None,
    "leased_until": None,
    "lease_token": None,
    "patience_until": None,
    "rang_at": None,
    "done": None,
    "total": None,
    "attempts": 0,
    "unheard": 0,
    "quiet": False,
}


def begin(
    name: str, key: str, *, ended_before: datetime | None = None, within: Session | None = None, **payload: str
) -> UUID | None:
    """A job that may be done more than once under one key: added, or begun afresh if it came to an end before (where
    ``ended_before`` is given: before that instant). Rung for after commit. None: it waits already, or need not begin.
    """
    session = within or db.session()
    ended: ColumnElement[Any] = func.coalesce(Job.done_at, Job.failed_at)
    over = ended.is_not(None) if ended_before is None else ended < ended_before
    promise = Promise(name, key, payload)
    query = insert(Job).values(promise.row)
    again = {**_AFRESH, "created_at": func.clock_timestamp(), "not_before": None, "last_error": None}
    query = query.on_conflict_do_update(index_elements=[Job.key], set_=again, where=over)
    job_id: UUID | None = session.scalar(query.returning(Job.id))
    if job_id is not None:
        ring(job_id, name, within=session)
    return job_id


def restart(job: Job) -> None:
    """Let a failed job be tried afresh; the caller holds its row, commits, and the workers are rung."""
    for name, value in _AFRESH.items():
        setattr(job, name, value)
    # From now on it is due: how long it had waited before is not the queue's fault.
    job.not_before = db.session.scalar(select(func.clock_timestamp()))
    db.session.flush()
    ring(job.id, job.name)


def restart_failed(*names: str) -> int:
    """All failed jobs of these kinds afresh, in one statement; the sweep rings for them. Returns how many."""
    query = (
        update(Job)
        .where(Job.failed_at.is_not(None), Job.name.in_(names))
        .values(**_AFRESH, not_before=func.clock_timestamp())
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )
    return len(db.session.scalars(query).all())


def settle(job_ids: Collection[UUID], *, within: Session | None = None) -> None:
    """What these jobs were to do has come about without them."""
    query = update(Job).where(Job.id.in_(job_ids), or_(Job.done_at.is_(None), Job.failed_at.is_not(None)))
    ended = {"done_at": func.clock_timestamp(), "failed_at": None, "leased_until": None, "last_error": None}
    (within or db.session()).execute(query.values(ended).execution_options(synchronize_session=False))
