"""The trail: who did what to what, when. Append-only (migration 0002), each bound to the one before."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from grantflow.platform.db import Base, Instant


class Entry(Base):
    __tablename__ = "audit_entry"

    #: Gapless, given under the lock of the chain and part of the hash: a missing entry shows.
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant)
    action: Mapped[str]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    actor_party: Mapped[str | None]
    #: The language in which the actor gives a reason.
    actor_language: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[str]
    subject_label: Mapped[str] = mapped_column(server_default="")
    #: The language that the subject was named and described in; "" where it has none.
    subject_language: Mapped[str] = mapped_column(server_default="")
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    reason: Mapped[str]
    request_id: Mapped[str]
    #: Hash of the entry before; unique, so that the chain cannot fork.
    prev: Mapped[str] = mapped_column(unique=True)
    hash: Mapped[str] = mapped_column(unique=True)

    __table_args__ = (
        Index(None, "subject_type", "subject_id", "seq"),
        Index(None, "action", "seq"),
        Index(None, "actor_id", "seq"),
    )
