"""Promise a message: a row in the transaction that causes it."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from grantflow.kernel import clock
from grantflow.kernel.parties import Party
from grantflow.platform import jobs
from grantflow.platform.db import insert_once

from .. import rules
from ..models import Message


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
