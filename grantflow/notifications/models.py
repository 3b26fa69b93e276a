"""Messages out. A row is the promise; the worker composes and sends it in the recipient's language."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grantflow.accounts.models import Person
from grantflow.platform.db import Base, Instant
from grantflow.platform.jobs import Leased, outbox_index


class Message(Leased, Base):
    """One e-mail to one person. ``key`` makes it unique: what is asked for twice is sent once."""

    __tablename__ = "message"

    kind: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    #: Frozen when asked for: a later change of address or language does not redirect it.
    email: Mapped[str]
    language: Mapped[str]
    #: What the templates need; never a token in clear (D22).
    facts: Mapped[dict[str, Any]]
    token_id: Mapped[UUID | None] = mapped_column(ForeignKey("token.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)

    person: Mapped[Person] = relationship()

    __table_args__ = (outbox_index("message"), Index(None, "person_id"))
