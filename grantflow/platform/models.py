"""Tables of the plumbing itself: heartbeats of workers, counters of attempts, forms that were answered."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from .db import Base, Instant


class Heartbeat(Base):
    """A row that each worker touches, and beat and the sweep too: process-up is not health.

    ``facts`` is what the part noted of itself: a worker its clock and its disk, the mail server its last answer.
    """

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")


class Attempts(Base):
    """A fixed-window counter of the library ``limits``, shared by all web processes (D24)."""

    __tablename__ = "attempts"

    key: Mapped[str] = mapped_column(primary_key=True)
    hits: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index(None, "expires_at"),)


class Answered(Base):
    """A form that was sent and where its answer led: a second click is led there too (``once``)."""

    __tablename__ = "answered"

    #: SHA-256 of session, address and content.
    key: Mapped[str] = mapped_column(primary_key=True)
    location: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index(None, "at"),)
