"""One attempt at one job, whatever comes of it."""

from contextvars import ContextVar
from uuid import UUID

import structlog

from ..db import db
from .leasing import Claim, claim, claim_next, keep, release
from .register import JOBS

log = structlog.get_logger()

#: After this many attempts in a row of which nobody heard the end, a job is failed: it may be what ends its workers,
#: or a message that arrives each time.
MAX_UNHEARD = 4


_in_hand: ContextVar[Claim | None] = ContextVar("job_in_hand", default=None)


class Hopeless(Exception):
    """This job cannot be done, however often one tries."""


def run(job_id: UUID) -> bool:
    """Take the job and do it. True if this call did it; commits. A fault is written to its row, and raised nowhere."""
    taken = claim(job_id)
    return taken is not None and _attempt(taken)


def run_next(queue: str) -> bool:
    """The same for whatever has waited longest in a queue. False: nothing is due there."""
    taken = claim_next(queue)
    if taken is not None:
        _attempt(taken)
    return taken is not None


def _attempt(taken: Claim) -> bool:
    if taken.job.unheard > MAX_UNHEARD:
        # Whoever held it was ended each time: a job that ends its worker must not go round for ever.
        release(taken, "no attempt came to an end that anybody heard of", permanent=True)
        return False
    before = _in_hand.set(taken)
    try:
        done = JOBS[taken.job.name].work(taken)
        db.session.commit()
        return done
    except Hopeless as fault:
        db.session.rollback()
        release(taken, str(fault), permanent=True)
    except Exception as fault:
        # Time, memory, disk, poison and whatever nobody thought of: the others go on, a person sees it in the end.
        db.session.rollback()
        log.exception("job_broken", row=str(taken.job.id), job=taken.job.name)
        release(taken, reason(fault))
    finally:
        _in_hand.reset(before)
    return False


def progress(done: int, total: int) -> None:
    """Note how far the job in hand has come, and begin its lease anew; outside a job nobody is told."""
    if taken := _in_hand.get():
        keep(taken, done=done, total=total)


def reason(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}"
