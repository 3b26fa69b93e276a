"""Letters are frozen when issued: words, facts, key and number never change, and a file, once there, is the file."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ColumnElement, ForeignKey, Index, case, literal, select, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.sql.elements import SQLColumnExpression

from grantflow.kernel.parties import Party
from grantflow.platform.db import Base, Identified, Instant, enum_column
from grantflow.platform.jobs import Job

from . import rules
from .states import PRINTING, Channel, Desk, Kind, Standing, State


class Body(Base):
    """The words of an act in one language, as they were put to the cities, with marks for the slots (``rules.Slot``).

    Stored once under the SHA-256 of its bytes; nothing evaluates it. Empty once it was erased.
    """

    __tablename__ = "body"

    digest: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]

    __table_args__ = (
        CheckConstraint("text = '' OR digest = encode(sha256(convert_to(text, 'UTF8')), 'hex')", name="digest_of_text"),
    )


class Letter(Identified, Base):
    """One PDF to be: an act, or its courtesy translation. It prints its body and its slots."""

    __tablename__ = "letter"

    #: Names the deed it belongs to: issuing twice under one key is issuing once.
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[Kind] = mapped_column(enum_column(Kind))
    standing: Mapped[Standing] = mapped_column(enum_column(Standing))
    funder: Mapped[Party] = mapped_column(enum_column(Party))
    language: Mapped[str]
    #: The act it belongs to, and the file; no foreign keys, because letters outlive and know no upper feature.
    act_id: Mapped[UUID]
    application_id: Mapped[UUID]
    application_number: Mapped[str]
    project_title: Mapped[str]
    recipient_name: Mapped[str]
    #: This funder's part; None on a rejection.
    amount_cents: Mapped[int | None] = mapped_column(BigInteger)
    #: On paper, somebody prints and posts it.
    channel: Mapped[Channel] = mapped_column(enum_column(Channel))
    #: ``D-2026-0001``, gapless per funder and year; a courtesy translation carries its act's number.
    register_number: Mapped[str]
    #: What was signed: nothing else is printed but the slots.
    body_digest: Mapped[str] = mapped_column(ForeignKey("body.digest"), index=True)
    #: The day of the second key, and what it brought (``rules.Slots``).
    issued_on: Mapped[date]
    signatory: Mapped[str]
    signatory_function: Mapped[str]
    funding_start: Mapped[date | None]
    #: ``rules.Facts`` with their schema number: for lists, and for whoever writes about this act later.
    facts: Mapped[dict[str, Any]]
    #: Accent-folded number, register number, title and recipient.
    search_text: Mapped[str]
    #: SHA-256 of the file; with ``byte_size`` and ``pages`` set once, by the worker that won.
    digest: Mapped[str | None]
    byte_size: Mapped[int | None]
    pages: Mapped[int | None]
    #: When the file was found gone or damaged; None again once its bytes are back.
    rotten_at: Mapped[datetime | None] = mapped_column(Instant)
    #: Its printing.
    job_id: Mapped[UUID] = mapped_column(ForeignKey("job.id"), unique=True)
    #: Its printing again, once its file was found damaged; where that failed, a person is asked.
    repair_id: Mapped[UUID | None] = mapped_column(ForeignKey("job.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    #: The personal texts were taken out, and the file is no longer kept.
    purged_at: Mapped[datetime | None] = mapped_column(Instant)

    job: Mapped[Job] = relationship(foreign_keys=[job_id], lazy="joined", innerjoin=True)
    repair: Mapped[Job | None] = relationship(foreign_keys=[repair_id])

    __table_args__ = (
        CheckConstraint("language IN ('de', 'fr')", name="language"),
        CheckConstraint("register_number <> ''", name="register"),
        CheckConstraint("(kind = 'award') = (funding_start IS NOT NULL)", name="funding_start"),
        CheckConstraint("(kind = 'award') = (amount_cents IS NOT NULL)", name="amount"),
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        CheckConstraint(
            "(digest IS NULL) = (byte_size IS NULL) AND (digest IS NULL) = (pages IS NULL)", name="ready_means_file"
        ),
        CheckConstraint("rotten_at IS NULL OR (digest IS NOT NULL AND repair_id IS NOT NULL)", name="rot"),
        Index("uq_letter_register", "register_number", unique=True, postgresql_where="standing = 'act'"),
        Index("ix_letter_desk", "funder", "created_at", "id"),
        Index("ix_letter_act", "act_id"),
        Index(None, "application_id"),
        Index("ix_letter_rotten", "rotten_at", postgresql_where=text("rotten_at IS NOT NULL")),
        Index(None, "repair_id", postgresql_where=text("repair_id IS NOT NULL")),
    )

    @hybrid_property
    def state(self) -> State:
        """Read from its file and its printing, so that it can never disagree with them."""
        if self.digest is not None:
            return State.READY
        return State.FAILED if self.job.failed_at is not None else State.QUEUED

    @state.inplace.expression
    @classmethod
    def _state_expression(cls) -> SQLColumnExpression[State]:
        return case(
            (cls.digest.is_not(None), literal(State.READY, enum_column(State))),
            (cls.gave_up(), literal(State.FAILED, enum_column(State))),
            else_=literal(State.QUEUED, enum_column(State)),
        )

    @classmethod
    def gave_up(cls) -> ColumnElement[bool]:
        """Its printing failed: few do, and they are looked up by themselves."""
        return cls.job_id.in_(select(Job.id).where(Job.name == PRINTING, Job.failed_at.is_not(None)))

    @property
    def is_lost(self) -> bool:
        """Printing its damaged file again did not bring its bytes back."""
        return self.rotten_at is not None and self.repair is not None and self.repair.failed_at is not None

    @property
    def slots(self) -> rules.Slots:
        return rules.Slots(
            day=self.issued_on,
            register_number=self.register_number,
            signatory=self.signatory,
            signatory_function=self.signatory_function,
            funding_start=self.funding_start,
        )

    @property
    def label(self) -> str:
        return self.register_number

    @property
    def file_name(self) -> str:
        return rules.file_name(self.register_number, self.standing, self.language, self.project_title)


class RegisterCounter(Base):
    """The last register number of a funder in a year; locked while a letter is issued, so that there are no gaps."""

    __tablename__ = "letter_register"

    funder: Mapped[Party] = mapped_column(enum_column(Party), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]

    __table_args__ = (CheckConstraint("last >= 0", name="last"),)


class Download(Identified, Base):
    """Somebody fetched a file. The recipient's first fetch is what notifies the act (§ 41 (2a) VwVfG, D17)."""

    __tablename__ = "letter_download"

    letter_id: Mapped[UUID] = mapped_column(ForeignKey("letter.id"))
    desk: Mapped[Desk] = mapped_column(enum_column(Desk))
    #: The person; no foreign key, letters know no accounts.
    person_id: Mapped[UUID]
    person_name: Mapped[str]
    digest: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index(None, "letter_id", "desk", "at"),)
