"""Rows are the outbox. Celery is rung after commit, and workers claim rows under a lease.

The promise: what is committed gets done within sweep + lease + one attempt, once in effect, whatever
happens to broker or worker. Only the database's clock counts; the token fences out late writers.
"""

from .broker import MAIL, MAIN, QUEUES, JobName, celery, init_app, make_celery
from .heartbeats import Heard, forget_old_heartbeats, gone, heard, heartbeats, is_due, now, touch
from .leasing import Claim, claim, finish, happened, keep, put_down, release
from .ringing import held, left_behind, let_go, ring, ring_left_behind, send
from .rows import DAY, MAX_UNHEARD, Backlog, Leased, backlog, claimable, free, outbox_indexes, restart, restart_failed

__all__ = [
    "DAY",
    "MAIL",
    "MAIN",
    "MAX_UNHEARD",
    "QUEUES",
    "Backlog",
    "Claim",
    "Heard",
    "JobName",
    "Leased",
    "backlog",
    "celery",
    "claim",
    "claimable",
    "finish",
    "forget_old_heartbeats",
    "free",
    "gone",
    "happened",
    "heard",
    "heartbeats",
    "held",
    "init_app",
    "is_due",
    "keep",
    "left_behind",
    "let_go",
    "make_celery",
    "now",
    "outbox_indexes",
    "put_down",
    "release",
    "restart",
    "restart_failed",
    "ring",
    "ring_left_behind",
    "send",
    "touch",
]
