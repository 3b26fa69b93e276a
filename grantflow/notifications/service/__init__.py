"""Promise a message in the transaction that causes it; deliver it later, from the row alone."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

import structlog

from grantflow.audit import service as audit
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, IllegalStep, Transient
from grantflow.kernel.parties import Actor, Party
from grantflow.platform import jobs, mail
from grantflow.platform.db import db, insert_once

from .. import policy, rules
from ..models import Message
from .composing import compose

log = structlog.get_logger()


class Recipient(Protocol):
    """Whoever can be written to; accounts' Person is one."""

    @property
    def id(self) -> UUID: ...
    @property
    def email(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def party(self) -> Party | None: ...


def send(
    kind: str,
    *,
    to: Recipient,
    key: str,
    token_id: UUID | None = None,
    office: Party | None = None,
    held_by: UUID | None = None,
    **facts: Any,
) -> UUID | None:
    """Write the message's row and ring the workers after commit. Asked for twice with one ``key``: sent once.

    With ``held_by`` it goes out only when what it speaks of is there (``held``, ``let_go``).

    ``facts`` are those of ``rules.KINDS``; ``office`` signs (else the recipient's own party, else the office that
    speaks the recipient's language). Returns the row's id, None if there is one with this key already.
    """
    wanted = rules.KINDS[kind]
    if not wanted.needs <= facts.keys() <= wanted.needs | wanted.may or wanted.keyed is (token_id is None):
        raise TypeError(f"{kind} needs {sorted(wanted.needs)}, got {sorted(facts)}, token {token_id is not None}")
    row_id: UUID | None = insert_once(
        Message,
        kind=kind,
        key=key,
        person_id=to.id,
        email=to.email,
        name=to.name,
        language=to.language,
        office=office or to.party or (Party.DUESSELDORF if to.language == "de" else Party.TOULOUSE),
        facts=json.loads(json.dumps(facts, default=_plain)),
        token_id=token_id,
        held_by=held_by,
        created_at=clock.now(),
    )
    if row_id is not None and held_by is None:
        jobs.ring(jobs.JobName.SEND_MESSAGE, Message, row_id)
    return row_id


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


def held(held_by: UUID) -> list[Message]:
    """The messages that wait for this, locked until the caller's transaction ends."""
    return jobs.held(Message, held_by)


def let_go(messages: Iterable[Message]) -> None:
    """What these messages speak of is there: the workers are rung after commit."""
    jobs.let_go(jobs.JobName.SEND_MESSAGE, messages)


def deliver(message_id: UUID) -> bool:
    """The worker's verb: claim the row, compose, send, finish; the boundary commits. True if this call sent it.

    No transaction is open while the mail server is spoken to. A crash after the server took it sends it again,
    with the same Message-ID; nothing else can.
    """
    claim = jobs.claim(Message, message_id)
    if claim is None:
        return False
    row = claim.row
    if claim.attempt > rules.ATTEMPTS:
        jobs.release(claim, "its worker was ended at every attempt", permanent=True)
        return False
    try:
        if rules.KINDS[row.kind].keyed and (row.token_id is None or _over(row)):
            raise mail.Refused("the link ended before the message could be sent")
        mail.send(compose(row))
    except mail.Refused as refused:
        jobs.release(claim, str(refused), permanent=True)
        return False
    except Transient as fault:
        jobs.release(claim, str(fault), attempts=rules.ATTEMPTS, longest=rules.LONGEST_PAUSE)
        return False
    except Exception as fault:  # a poison row must not stop the others; a person sees it on the workers' page
        log.exception("message_broken", message=str(row.id), kind=row.kind)
        jobs.release(claim, f"{type(fault).__name__}: {fault}")
        return False
    return jobs.finish(db.session(), claim)


def _over(row: Message) -> bool:
    until = rules.moment(row.facts["valid_until"])
    return isinstance(until, datetime) and until <= clock.now()


def restart(message: Message, *, by: Actor) -> None:
    """Try a failed message afresh. Raises IllegalStep where it has not failed."""
    if not policy.can_restart(by):
        raise Forbidden()
    db.lock(message, by=by)
    if message.failed_at is None:
        raise IllegalStep("not_failed")
    reason = message.last_error or ""
    jobs.restart(message)
    audit.record("message_restarted", on=message, by=by, reason=reason)
    db.session.flush()
    jobs.ring(jobs.JobName.SEND_MESSAGE, Message, message.id)
