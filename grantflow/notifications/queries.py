"""Reads of messages, for the page that shows the state of the workers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from grantflow.kernel.parties import Actor
from grantflow.platform import health, jobs
from grantflow.platform.db import db
from grantflow.platform.health import Finding

from . import policy, rules
from .models import Message


@dataclass(frozen=True, slots=True)
class Outbox:
    """How many messages wait and how many failed; ``oldest`` is since when the longest waits."""

    waiting: int
    failed: int
    oldest: datetime | None


def outbox() -> Outbox:
    waits = Message.done_at.is_(None) & Message.failed_at.is_(None)
    row = db.session.execute(
        select(
            func.count().filter(waits),
            func.count().filter(Message.failed_at.is_not(None)),
            func.min(Message.created_at).filter(waits),
        )
    ).one()
    return Outbox(*row)


def failures(limit: int = 100) -> Sequence[Message]:
    """Failed messages, the latest first."""
    query = select(Message).where(Message.failed_at.is_not(None)).order_by(Message.failed_at.desc(), Message.id)
    return db.session.scalars(query.limit(limit)).all()


def failures_to_report() -> int:
    """How many messages failed; reports of failures themselves are not counted, or they would never end."""
    query = select(func.count()).where(Message.failed_at.is_not(None), Message.kind != "failed_work")
    return db.session.scalar(query) or 0


def postponed(limit: int = 20) -> Sequence[Message]:
    """Messages that met a fault and are tried again."""
    query = select(Message).where(
        Message.done_at.is_(None), Message.failed_at.is_(None), Message.last_error.is_not(None)
    )
    return db.session.scalars(query.order_by(Message.created_at, Message.id).limit(limit)).all()


#: Seconds for which a word of the mail server holds: it is asked every minute, and with every message.
PROBE_HOLDS, LAST_HOLDS = 300.0, 900.0


def _queue() -> Finding:
    return health.queue(jobs.backlog(Message, Message.created_at))


def _failed() -> Finding:
    """A message that reaches nobody stays on the workers' page; the alarm rings for a day."""
    backlog = jobs.backlog(Message, Message.created_at)
    lately = backlog.failed_lately
    return Finding(
        f"{lately} gave up within a day and wait for a person" if lately else "",
        {"count": backlog.failed, "within_a_day": lately},
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
