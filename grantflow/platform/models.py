"""Tables of the plumbing itself: work to be done, heartbeats of workers, counters of attempts, answered forms."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from .db import Base, Identified, Instant


class Job(Identified, Base):
    """A piece of work, promised in the transaction that causes it. ``jobs.JOBS`` says by ``name`` how it is done.

    Every instant is the database's. Waiting: neither done nor failed; in hands: leased.
    """

    __tablename__ = "job"

    name: Mapped[str]
    #: Names the deed: what is asked for twice is done once.
    key: Mapped[str] = mapped_column(unique=True)
    queue: Mapped[str]
    #: Names and ids, never facts about anybody.
    payload: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    created_at: Mapped[datetime] = mapped_column(Instant, server_default=func.clock_timestamp())
    not_before: Mapped[datetime | None] = mapped_column(Instant)
    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    lease_token: Mapped[UUID | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    #: Attempts in a row whose end nobody heard of; begins anew with each that ends in good order.
    unheard: Mapped[int] = mapped_column(server_default="0")
    #: From the first fault on: when patience ends.
    patience_until: Mapped[datetime | None] = mapped_column(Instant)
    rang_at: Mapped[datetime | None] = mapped_column(Instant)
    #: How far it has come, for work that counts its parts.
    done: Mapped[int | None]
    total: Mapped[int | None]
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    failed_at: Mapped[datetime | None] = mapped_column(Instant)
    last_error: Mapped[str | None]
    #: What failed is a person's task, such as an address that nobody has: no alarm rings for it.
    quiet: Mapped[bool] = mapped_column(server_default="false")

    __table_args__ = (
        CheckConstraint("done_at IS NULL OR failed_at IS NULL", name="one_end"),
        # Only what still waits, or failed, is indexed: the sweep stays fast however many letters were ever sent.
        Index(
            "ix_job_waiting",
            *("queue", "created_at", "id"),
            postgresql_where=text("done_at IS NULL AND failed_at IS NULL"),
        ),
        Index("ix_job_failed", "name", "failed_at", postgresql_where=text("failed_at IS NOT NULL")),
    )


class JobNeed(Base):
    """``job_id`` is not begun before ``needs_id`` is done."""

    __tablename__ = "job_need"

    job_id: Mapped[UUID] = mapped_column(ForeignKey("job.id"), primary_key=True)
    needs_id: Mapped[UUID] = mapped_column(ForeignKey("job.id"), primary_key=True, index=True)

    __table_args__ = (CheckConstraint("job_id <> needs_id", name="of_another"),)


class Reminder(Base):
    """``subject_id`` is to be reminded of something on a civil day: once, however often that is noted."""

    __tablename__ = "reminder"

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    due_on: Mapped[date] = mapped_column(primary_key=True)
    given_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (Index("ix_reminder_due", "due_on", postgresql_where=text("given_at IS NULL")),)


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
