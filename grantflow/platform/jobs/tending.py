"""The sweep, and periodic work: each kind is one row that begins afresh whenever it is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import select

from .. import settings
from ..db import db
from ..models import Job
from .adding import begin
from .heartbeats import is_due, now, touch
from .register import JOBS
from .ringing import ring_left_behind

log = structlog.get_logger()

#: Under this name is noted when the last sweep began; its end is noted as "sweep".
BEGUN = "sweep-begun"


def sweep() -> None:
    """Begin what is due, and ring again for every job left behind.

    Calls that piled up behind a backlog find by the database's clock that one has just begun. What counts is its
    beginning: ringing for thousands takes its time, and the next sweep is not to be left out for it.
    """
    if not is_due(BEGUN, settings().sweep_seconds / 2):
        return
    touch(BEGUN)
    begin_due()
    rung = ring_left_behind()
    touch("sweep")
    if rung:
        log.info("rang_again", jobs=rung)


def begin_due() -> list[UUID]:
    """Begin what came to be due since it was done last, by the database's clock and the civil time of both cities.

    However many beats were missed, it is done once; however many beats there are, likewise. What is not done yet, or
    in hands, is left alone. Commits. Returns what it began.
    """
    present = now()
    begun = [begin(kind.name, "", ended_before=kind.period.last_due(present)) for kind in JOBS.values() if kind.period]
    db.session.commit()
    return [job_id for job_id in begun if job_id is not None]


@dataclass(frozen=True, slots=True)
class Tended:
    """A kind of periodic work as it stands: when it was done or given up last, how far it is, what went wrong."""

    name: str
    done_at: datetime | None = None
    failed_at: datetime | None = None
    done: int | None = None
    total: int | None = None
    last_error: str | None = None


def tended() -> Sequence[Tended]:
    """Every kind of periodic work, by name."""
    names = sorted(kind.name for kind in JOBS.values() if kind.period)
    columns = Job.name, Job.done_at, Job.failed_at, Job.done, Job.total, Job.last_error
    found = {row.name: Tended(*row) for row in db.session.execute(select(*columns).where(Job.name.in_(names)))}
    return [found.get(name, Tended(name)) for name in names]
