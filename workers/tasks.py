"""A task for every kind of work, made from the register (``jobs.JOBS``): one task, one job."""

from typing import Any
from uuid import UUID

import structlog
from celery.signals import worker_init, worker_shutting_down

from grantflow.platform import jobs, pdf
from grantflow.platform.db import db

from .celery_app import app
from .lanes import WIDTHS, Lane

log = structlog.get_logger()

LANES = {queue: Lane(width) for queue, width in WIDTHS.items()}


def _task(kind: jobs.Kind) -> None:
    limits = {"soft_time_limit": kind.limit, "time_limit": kind.limit + 5.0} if kind.limit else {}
    lane = LANES.get(kind.queue)

    def follow() -> bool:
        db.session.remove()  # what was read for the job before is not the present
        return jobs.run_next(kind.queue)

    @app.task(name=kind.name, **limits)
    def attempt(job_id: str) -> None:
        wanted = UUID(job_id)
        if lane is None:
            jobs.run(wanted)
        else:
            lane.enter(lambda: jobs.run(wanted), follow)


for kind in jobs.JOBS.values():
    _task(kind)


@app.task(name=jobs.BEAT)
def beat() -> None:
    """Beat, broker, worker and database have just worked together."""
    jobs.touch("beat")


@app.task(name=jobs.SWEEP)
def sweep() -> None:
    """What keeps the promise: begin what is due, and ring again for every job left behind - lost by a broker, a worker
    or a crash."""
    jobs.sweep()


@worker_init.connect(weak=False)
def warm(sender: Any, **kwargs: Any) -> None:
    """Before the children are forked: they inherit the loaded engine and fonts, and start in no time."""
    if sender.hostname.startswith("worker@"):  # prints nothing, and saves the memory
        return
    try:
        pdf.warm()
    except Exception as error:  # the rest must go on all the same; each letter will say what is missing
        log.critical("letters_cannot_be_made", error=str(error))


@worker_shutting_down.connect(weak=False)
def close(**kwargs: Any) -> None:
    for lane in LANES.values():
        lane.close()
