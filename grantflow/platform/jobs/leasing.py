"""Jobs in a worker's hands: taken, kept, finished or given back, each in a short transaction of its own."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import structlog
from sqlalchemy import ColumnElement, Select, and_, case, false, func, select, update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from grantflow.kernel.errors import Transient

from .. import settings
from ..db import db
from ..models import Job, JobNeed
from .register import JOBS
from .ringing import ring
from .rows import claimable, from_now, is_held

log = structlog.get_logger()

#: Seconds between two tries at most: what is mended is noticed within minutes.
LONGEST_PAUSE = 300.0
#: Seconds between the tries to note what has happened.
NOTING = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)


@dataclass(frozen=True, slots=True)
class Claim:
    """A job in our hands until the lease ends; ``token`` proves it. ``job`` is detached: a frozen copy.

    ``at`` is the database's time when it was taken.
    """

    job: Job
    token: UUID
    at: datetime

    @property
    def is_ours(self) -> ColumnElement[bool]:
        return and_(Job.id == self.job.id, Job.lease_token == self.token, Job.done_at.is_(None))


def claim(job_id: UUID) -> Claim | None:
    """Take the job for the length of one lease.

    None: it is done, failed, held, in other hands, or its transaction never committed - all fine.
    """
    return _take(select(Job).where(Job.id == job_id, claimable()))


def claim_next(queue: str) -> Claim | None:
    """Take the job that has waited longest in a queue."""
    due = select(Job).where(Job.queue == queue, claimable()).order_by(Job.created_at, Job.id).limit(1)
    return _take(due)


def _take(wanted: Select[Job]) -> Claim | None:
    with Session(db.engine, expire_on_commit=False) as session:
        job = session.scalar(wanted.with_for_update(skip_locked=True, of=Job))
        if job is None:
            return None
        token = uuid4()
        job.lease_token = token
        job.leased_until = from_now(settings().lease_seconds)
        job.attempts += 1
        job.unheard += 1
        session.flush()
        session.refresh(job)
        at = session.execute(select(func.clock_timestamp())).scalar_one()
        session.commit()
        session.expunge_all()
        return Claim(job, token, at)


def keep(claim: Claim, *, done: int | None = None, total: int | None = None) -> bool:
    """Begin the lease anew, for work that may last longer than one, and note how far it has come.

    False: the job is no longer ours.
    """
    query = update(Job).where(claim.is_ours).values(leased_until=from_now(settings().lease_seconds))
    if total is not None:
        query = query.values(done=done, total=total)
    with Session(db.engine) as session:
        kept = session.scalar(query.returning(Job.id))
        session.commit()
    return kept is not None


def finish(claim: Claim) -> bool:
    """Note in the caller's transaction that the job is done, if the lease is still ours (fencing); what waited for it
    alone is let go. The caller commits. False: a later worker has it, and nothing may be written."""
    session = db.session()
    # Locked before the job: of two that finish the last two, the second sees the first one's.
    waiting = session.scalars(_waiting_for(claim.job.id).with_for_update(of=Job)).all()
    done = session.scalar(
        update(Job)
        .where(claim.is_ours)
        .values(done_at=func.clock_timestamp(), failed_at=None, leased_until=None, last_error=None, unheard=0)
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )
    if done is None:
        log.warning("late_write_refused", row=str(claim.job.id), job=claim.job.name)
        return False
    _let_go(session, waiting)
    return True


def _waiting_for(job_id: UUID) -> Select[UUID]:
    query = select(Job.id).join(JobNeed, JobNeed.job_id == Job.id)
    return query.where(JobNeed.needs_id == job_id, Job.done_at.is_(None)).order_by(Job.id)


def _let_go(session: Session, waiting: Sequence[UUID]) -> None:
    """Due from now on: their queue is not late because something else was. Rung for after commit."""
    if not waiting:
        return
    free = update(Job).where(Job.id.in_(waiting), ~is_held()).values(not_before=func.clock_timestamp())
    for job_id, name in session.execute(
        free.returning(Job.id, Job.name).execution_options(synchronize_session=False)
    ).all():
        ring(job_id, name, within=session)


def happened(claim: Claim) -> bool:
    """Note what cannot be undone, such as a message that a server has taken: at once, and whoever holds the job by now.

    A database that is away for a moment is asked again (``NOTING``). False: it was noted before.
    """
    fact = (
        update(Job)
        .where(Job.id == claim.job.id, Job.done_at.is_(None))
        .values(done_at=func.clock_timestamp(), failed_at=None, leased_until=None, last_error=None, unheard=0)
        .returning(Job.id)
    )
    for pause in NOTING:
        try:
            with Session(db.engine) as session:
                first = session.scalar(fact)
                session.commit()
            return first is not None
        except (OperationalError, InterfaceError) as error:
            log.critical("done_but_not_noted", row=str(claim.job.id), job=claim.job.name, error=str(error))
            time.sleep(pause)
    raise Transient("what was done could not be noted")


def release(
    claim: Claim,
    error: str,
    *,
    permanent: bool = False,
    quiet: bool = False,
    endless: bool = False,
    heard: bool = True,
) -> None:
    """Give the job back after a fault: again after a jittered pause, or failed for a person to see.

    It fails at once where the fault is ``permanent``, else when the patience of its kind has ended; ``quiet`` where it
    is a person's task and nothing that an operator could mend.

    ``endless``: the fault lies with us and never fails the job. ``heard=False``: how the attempt ended is not known.
    """
    now = func.clock_timestamp()
    until = None if endless else func.coalesce(Job.patience_until, from_now(JOBS[claim.job.name].patience))
    over: ColumnElement[bool] = false() if until is None else now >= until
    if permanent:
        over = now.is_not(None)
    pause = min(2.0 ** min(claim.job.attempts, 30), LONGEST_PAUSE) * random.uniform(0.7, 1.3)  # noqa: S311 - jitter, not a secret
    values: dict[str, Any] = {
        "leased_until": None,
        "lease_token": None,
        "last_error": error[:500],
        "quiet": quiet,
        "patience_until": until,
        "not_before": from_now(pause),
        "failed_at": case((over, now), else_=Job.failed_at),
        **({"unheard": 0} if heard else {}),
    }
    with Session(db.engine) as session:
        failed = session.scalar(update(Job).where(claim.is_ours).values(**values).returning(Job.failed_at.is_not(None)))
        session.commit()
    log.error("job_failed" if failed else "job_postponed", row=str(claim.job.id), job=claim.job.name, error=error)
