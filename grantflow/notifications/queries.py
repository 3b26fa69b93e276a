"""Reads of messages, for the page that shows the state of the workers."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager

from grantflow.kernel.parties import Actor
from grantflow.platform import health, jobs
from grantflow.platform.db import db
from grantflow.platform.health import Finding
from grantflow.platform.jobs import Job

from . import policy, rules
from .models import Message


def to_send(job_id: UUID) -> Select[Message]:
    """The message that this job sends."""
    return select(Message).where(Message.job_id == job_id)


def failures(limit: int = 100) -> Sequence[Message]:
    """Failed messages, the latest first."""
    query = select(Message).join(Message.job).options(contains_eager(Message.job)).where(Job.failed_at.is_not(None))
    return db.session.scalars(query.order_by(Job.failed_at.desc(), Message.id).limit(limit)).all()


def failures_to_report() -> int:
    """How many messages failed; reports of failures themselves are not counted, or they would never end."""
    query = select(func.count()).select_from(Message).join(Message.job)
    return db.session.scalar(query.where(Job.failed_at.is_not(None), Message.kind != "failed_work")) or 0


def postponed(limit: int = 20) -> Sequence[Message]:
    """Messages that met a fault and are tried again."""
    query = select(Message).join(Message.job).options(contains_eager(Message.job))
    query = query.where(Job.done_at.is_(None), Job.failed_at.is_(None), Job.last_error.is_not(None))
    return db.session.scalars(query.order_by(Message.created_at, Message.id).limit(limit)).all()


def blocked(limit: int = 20) -> Sequence[Message]:
    """Messages that wait for work that failed, such as a letter they tell of."""
    query = select(Message).join(Message.job).options(contains_eager(Message.job)).where(Job.id.in_(jobs.blocked()))
    return db.session.scalars(query.order_by(Message.created_at, Message.id).limit(limit)).all()


#: Seconds for which a word of the mail server holds: it is asked every minute, and with every message.
PROBE_HOLDS, LAST_HOLDS = 300.0, 900.0


def backlog() -> jobs.Backlog:
    """What waits to be sent, and what failed, in figures."""
    return jobs.backlog(rules.SEND, rules.SEND_URGENT)


def _queue() -> Finding:
    return health.queue(backlog())


def _failed() -> Finding:
    """What failed stays on the workers' page; the alarm rings for a day, and not for an address that nobody has."""
    state = backlog()
    lately = state.failed_lately
    return Finding(
        f"{lately} gave up within a day and wait for a person" if lately else "",
        {"count": state.failed, "within_a_day": lately},
    )


def _mail() -> Finding:
    """What workers heard from the mail server last: no page waits for it."""
    heard = jobs.heard()
    said = [
        one.facts["problem"]
        for name, holds in ((rules.LAST_MAIL, LAST_HOLDS), (rules.LAST_PROBE, PROBE_HOLDS))
        if (one := heard.get(name)) and one.age < holds and one.facts.get("problem")
    ]
    return Finding("; ".join(dict.fromkeys(said)))


#: What the state of the house asks of messages.
CHECKS: Mapping[str, health.Check] = {"messages": _queue, "messages_failed": _failed, "mail": _mail}


def visible(actor: Actor, message_id: UUID) -> Message | None:
    """A message, for those who keep the workers going; nobody else knows of it."""
    return db.session.get(Message, message_id) if policy.can_restart(actor) else None


def last_trial(actor: Actor) -> Message | None:
    """The last message that somebody sent to themselves to try the mail."""
    query = select(Message).where(Message.kind == rules.TRIAL, Message.person_id == actor.id)
    return db.session.scalar(query.order_by(Message.created_at.desc()).limit(1))
