"""Work is a row of its own. Celery is rung after commit, and workers claim jobs under a lease.

The promise: what is committed gets done within sweep + lease + one attempt, once in effect, whatever
happens to broker or worker. Only the database's clock counts; the token fences out late writers.

To add a kind of work: ``@job("room.verb", queue=..., patience=...)`` at the function that does it, or
``@periodic("room.verb", at="03:10")`` where the calendar asks for it. To ask for it: ``begin``, or ``promised`` within
the statement that causes it.
"""

from ..models import Job
from .adding import Promise, begin, promised, restart, restart_failed, settle
from .broker import BEAT, SWEEP, celery, init_app, make_celery
from .heartbeats import Heard, forget_old_heartbeats, gone, heard, heartbeats, is_due, now, touch
from .leasing import Claim, claim, claim_next, finish, happened, keep, release
from .periods import Daily, Every
from .register import DAY, JOBS, LETTERS, MAIL, QUEUES, UPKEEP, URGENT, Kind, job, periodic
from .reminders import give_due, remind, reminder
from .ringing import left_behind, ring_left_behind, send
from .rows import Backlog, backlog, backlogs, blocked, claimable
from .running import MAX_UNHEARD, Hopeless, progress, reason, run, run_next
from .tending import Tended, begin_due, sweep, tended

__all__ = [
    "BEAT",
    "DAY",
    "JOBS",
    "LETTERS",
    "MAIL",
    "MAX_UNHEARD",
    "QUEUES",
    "SWEEP",
    "UPKEEP",
    "URGENT",
    "Backlog",
    "Claim",
    "Daily",
    "Every",
    "Heard",
    "Hopeless",
    "Job",
    "Kind",
    "Promise",
    "Tended",
    "backlog",
    "backlogs",
    "begin",
    "begin_due",
    "blocked",
    "celery",
    "claim",
    "claim_next",
    "claimable",
    "finish",
    "forget_old_heartbeats",
    "give_due",
    "gone",
    "happened",
    "heard",
    "heartbeats",
    "init_app",
    "is_due",
    "job",
    "keep",
    "left_behind",
    "make_celery",
    "now",
    "periodic",
    "progress",
    "promised",
    "reason",
    "release",
    "remind",
    "reminder",
    "restart",
    "restart_failed",
    "ring_left_behind",
    "run",
    "run_next",
    "send",
    "settle",
    "sweep",
    "tended",
    "touch",
]
