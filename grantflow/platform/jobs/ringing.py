"""Rings: the workers are told after commit, and told again by the sweep. Losing a ring costs time, never the job."""

from uuid import UUID

import structlog
from sqlalchemy import Select, event, func, or_, select, update
from sqlalchemy.orm import Session, SessionTransaction

from .. import settings
from ..db import db
from ..models import Job
from .broker import celery
from .register import JOBS, UPKEEP
from .rows import claimable, from_now

log = structlog.get_logger()


def ring(job_id: UUID, name: str, *, within: Session | None = None) -> None:
    """Once this transaction has committed, tell the workers."""
    (within or db.session()).info.setdefault("rings", {})[job_id] = name


def left_behind(limit: int = 200) -> Select[UUID, str]:
    """Jobs to be claimed that no sweep rang for lately: lost by the broker, a worker, or a crash before the ring."""
    return (
        select(Job.id, Job.name)
        .where(claimable(), or_(Job.rang_at.is_(None), Job.rang_at < from_now(-settings().sweep_seconds / 2)))
        .order_by(Job.created_at, Job.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


def ring_left_behind() -> int:
    """The sweep's part: mark as rung, commit and ring again, some hundred jobs at a time. Returns how many."""
    count = 0
    while found := db.session.execute(left_behind()).all():
        ids = [job_id for job_id, _ in found]
        db.session.execute(update(Job).where(Job.id.in_(ids)).values(rang_at=func.clock_timestamp()))
        for job_id, name in found:
            ring(job_id, name)
        db.session.commit()
        count += len(ids)
    return count


@event.listens_for(Session, "after_commit")
def _ring_after_commit(session: Session) -> None:
    # A SAVEPOINT's release fires this hook too; nothing is committed then.
    if session.in_nested_transaction():
        return
    for job_id, name in session.info.pop("rings", {}).items():
        if not send(name, job_id):
            # Nobody waits for a broker that does not answer: the sweep rings for the rest.
            return


@event.listens_for(Session, "after_soft_rollback")
def _forget_rings(session: Session, previous: SessionTransaction) -> None:
    # Not for a SAVEPOINT: a ring for a job that went with it claims nothing.
    if not previous.nested:
        session.info.pop("rings", None)


def send(name: str, job_id: UUID | None = None) -> bool:
    """Hand a message - a name and an id - to the broker. A broker that is away is logged, never raised.

    It never expires: by which clock? One that comes late finds its job done, and does nothing.
    """
    queue = JOBS[name].queue if name in JOBS else UPKEEP
    try:
        celery().send_task(name, args=[str(job_id)] if job_id else [], queue=queue, retry=False)
    except Exception as error:  # any broker trouble: the sweep rings again
        log.warning("ring_failed", job=name, row=str(job_id), error=type(error).__name__)
        return False
    return True
