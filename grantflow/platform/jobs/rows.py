"""What a job's row says: waiting, held, blocked, failed, for how long."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Interval, Select, and_, func, literal, or_, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import aliased

from ..db import db
from ..models import Job, JobNeed
from .register import DAY


def from_now(seconds: float) -> ColumnElement[Any]:
    """The database's present, and ``seconds`` more."""
    return func.clock_timestamp() + sql_cast(literal(timedelta(seconds=seconds)), Interval)


def waits() -> ColumnElement[bool]:
    """Neither done nor given up."""
    return and_(Job.done_at.is_(None), Job.failed_at.is_(None))


def is_held() -> ColumnElement[bool]:
    """Something that must be done first is not done yet."""
    first = aliased(Job)
    undone = select(JobNeed.job_id).join(first, first.id == JobNeed.needs_id)
    return undone.where(JobNeed.job_id == Job.id, first.done_at.is_(None)).correlate(Job).exists()


def claimable() -> ColumnElement[bool]:
    """What waits for nothing and for nobody, by the database's clock."""
    return and_(
        waits(),
        or_(Job.leased_until.is_(None), Job.leased_until < func.clock_timestamp()),
        or_(Job.not_before.is_(None), Job.not_before <= func.clock_timestamp()),
        ~is_held(),
    )


def blocked() -> Select[UUID]:
    """Ids of the jobs that wait, directly or by others, for one that failed: nothing but a person sets them going."""
    failed = select(Job.id).where(Job.failed_at.is_not(None))
    after = select(JobNeed.job_id).where(JobNeed.needs_id.in_(failed)).cte("blocked", recursive=True)
    return select(after.union(select(JobNeed.job_id).join(after, JobNeed.needs_id == after.c.job_id)).c.job_id)


@dataclass(frozen=True, slots=True)
class Backlog:
    """Jobs in figures: those that wait and the age of the oldest, in seconds; how long what is due has been due and in
    nobody's hands; those that something else holds, and of them the blocked ones; those that failed, and of them those
    that failed within the last day and were no person's task."""

    waiting: int = 0
    oldest_s: float = 0.0
    overdue_s: float = 0.0
    held: int = 0
    blocked: int = 0
    failed: int = 0
    failed_lately: int = 0


def backlogs() -> Mapping[str, Backlog]:
    """The state of every kind of work that waits or failed, by name, in one statement and by the database's clock.

    What something else holds does not wait.
    """
    now, failed, held = func.clock_timestamp(), Job.failed_at.is_not(None), is_held()
    free = and_(waits(), ~held)
    due_since = func.greatest(Job.created_at, Job.not_before, Job.leased_until)

    def age(instant: ColumnElement[Any]) -> ColumnElement[float]:
        return func.coalesce(func.extract("epoch", now - instant), 0.0)

    rows = db.session.execute(
        select(
            Job.name,
            func.count().filter(free),
            age(func.min(Job.created_at).filter(free)),
            age(func.min(due_since).filter(claimable())),
            func.count().filter(waits(), held),
            func.count().filter(waits(), held, Job.id.in_(blocked())),
            func.count().filter(failed),
            func.count().filter(failed, ~Job.quiet, Job.failed_at > from_now(-DAY)),
        )
        .where(or_(waits(), failed))
        .group_by(Job.name)
    )
    return {
        name: Backlog(waiting, float(oldest), float(overdue), *counts)
        for name, waiting, oldest, overdue, *counts in rows
    }


def backlog(*names: str) -> Backlog:
    """The state of these kinds of work together."""
    parts = [its for name, its in backlogs().items() if name in names] or [Backlog()]
    return Backlog(
        sum(its.waiting for its in parts),
        max(its.oldest_s for its in parts),
        max(its.overdue_s for its in parts),
        *(sum(getattr(its, name) for its in parts) for name in ("held", "blocked", "failed", "failed_lately")),
    )
