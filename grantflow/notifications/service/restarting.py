"""Start again what has failed: one message, or all of them."""

from grantflow.audit import service as audit
from grantflow.kernel.errors import Forbidden, IllegalStep
from grantflow.kernel.parties import SYSTEM, Actor
from grantflow.platform import jobs
from grantflow.platform.db import db

from .. import policy, rules
from ..models import Message


def restart(message: Message, *, by: Actor) -> None:
    """Try a failed message afresh. Raises IllegalStep where it has not failed."""
    if not policy.can_restart(by):
        raise Forbidden()
    db.lock(message.job, message, by=by)
    if message.job.failed_at is None:
        raise IllegalStep("not_failed")
    reason = message.job.last_error or ""
    audit.record("message_restarted", on=message, by=by, reason=reason)
    jobs.restart(message.job)


def restart_all(*, by: Actor) -> int:
    """Try all failed messages afresh, and note that on the trail; the next sweep rings for them. Returns how many."""
    if by is not SYSTEM and not policy.can_restart(by):
        raise Forbidden()
    count = jobs.restart_failed(rules.SEND, rules.SEND_URGENT)
    if count:
        audit.record("messages_restarted", on=("message", "failed"), by=by, after={"count": count})
    db.session.flush()
    return count
