"""Promise a message: a row in the transaction that causes it."""

import json
from collections.abc import Collection
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import insert

from grantflow.kernel import clock
from grantflow.kernel.parties import Party
from grantflow.platform import jobs
from grantflow.platform.db import db

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
    after: Collection[UUID] = (),
    **facts: Any,
) -> UUID | None:
    """Write the message's row and ring the workers after commit. Asked for twice with one ``key``: sent once.

    It goes out when what it speaks of is there: when the jobs ``after`` which it comes are done.

    ``facts`` are those of ``rules.KINDS``; ``office`` signs (else the recipient's own party, else the office that
    speaks the recipient's language). Returns the row's id, None if there is one with this key already.
    """
    wanted = rules.KINDS[kind]
    if not wanted.needs <= facts.keys() <= wanted.needs | wanted.may or wanted.keyed is (token_id is None):
        raise TypeError(f"{kind} needs {sorted(wanted.needs)}, got {sorted(facts)}, token {token_id is not None}")
    # One name for the deed in both tables: of two who ask, one writes both rows, in one statement.
    sending = jobs.Promise(rules.SEND_URGENT if wanted.urgent else rules.SEND, key, needs=after)
    row = insert(Message).values(
        id=uuid4(),
        kind=kind,
        key=key,
        person_id=to.id,
        email=to.email,
        name=to.name,
        language=to.language,
        office=office or to.party or (Party.DUESSELDORF if to.language == "de" else Party.TOULOUSE),
        facts=json.loads(json.dumps(facts, default=_plain)),
        token_id=token_id,
        job_id=sending.id,
        created_at=clock.now(),
    )
    once = row.on_conflict_do_nothing(index_elements=[Message.key]).returning(Message.id)
    row_id: UUID | None = db.session.scalar(once.add_cte(*jobs.promised([sending])))
    return row_id


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)
