"""What the database says about applications."""

from sqlalchemy import select

from grantflow.applications.models import Application, StateCount
from grantflow.applications.states import State
from grantflow.kernel.parties import Side
from grantflow.notifications.models import Message
from grantflow.platform.db import db


def messages(application: Application) -> list[tuple[str, str]]:
    rows = db.session.execute(
        select(Message.kind, Message.email)
        .where(Message.person_id == application.contact_id)
        .order_by(Message.created_at)
    )
    return [(kind, email) for kind, email in rows]


def counters() -> dict[tuple[Side, State], int]:
    return {(row.side, row.state): row.files for row in db.session.scalars(select(StateCount)) if row.files}


def same(one: str, other: str) -> bool:
    """Equal but for what is random in every answer (token, number of the request) and the address asked for."""
    import re

    mask = re.compile(r'(?<=name="csrf_token" value=")[^"]*|/applications/[0-9a-f-]{36}|\b[0-9a-f]{16}\b')
    return mask.sub("", one) == mask.sub("", other)
