"""Messages out. A row is the promise; the worker composes and sends it in the recipient's language."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grantflow.kernel.parties import Party
from grantflow.platform.db import Base, Identified, Instant, enum_column
from grantflow.platform.jobs import Job


class Message(Identified, Base):
    """One e-mail to one person. ``key`` makes it unique: what is asked for twice is sent once.

    Address, name and language are frozen when the message is asked for: a later change does not redirect it.
    """

    __tablename__ = "message"

    kind: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    email: Mapped[str]
    name: Mapped[str]
    language: Mapped[str]
    #: The office that signs.
    office: Mapped[Party] = mapped_column(enum_column(Party))
    #: What the templates need; never a token in clear (D22).
    facts: Mapped[dict[str, Any]]
    #: The link's row; it may be swept away long after the mail has gone.
    token_id: Mapped[UUID | None] = mapped_column(ForeignKey("token.id", ondelete="SET NULL"))
    #: Its sending: done when the server has taken it.
    job_id: Mapped[UUID] = mapped_column(ForeignKey("job.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)

    job: Mapped[Job] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (Index(None, "person_id"), Index(None, "token_id"))

    @property
    def label(self) -> str:
        """For the audit trail: what it is, not to whom."""
        return self.kind
