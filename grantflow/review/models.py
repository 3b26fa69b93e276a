"""Assignments, conflict declarations, assessments with their scores, and the standing they add up to."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Numeric,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grantflow.accounts.models import Person
from grantflow.applications.models import Application
from grantflow.calls.models import Criterion
from grantflow.kernel.parties import Party
from grantflow.platform.db import Base, Identified, Instant, enum_column

from .rules import Seat
from .states import Conflict, Progress


class Assignment(Identified, Base):
    """One reviewer on one file."""

    __tablename__ = "assignment"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    reviewer_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    #: The reviewer's party when assigned: it never changes sides later.
    party: Mapped[Party] = mapped_column(enum_column(Party))
    assigned_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    assigned_at: Mapped[datetime] = mapped_column(Instant)
    conflict: Mapped[Conflict] = mapped_column(enum_column(Conflict), default=Conflict.UNDECLARED)
    conflict_reason: Mapped[str] = mapped_column(default="")
    declared_at: Mapped[datetime | None] = mapped_column(Instant)

    application: Mapped[Application] = relationship()
    reviewer: Mapped[Person] = relationship(foreign_keys=[reviewer_id])
    assessment: Mapped["Assessment | None"] = relationship(back_populates="assignment")

    @property
    def is_submitted(self) -> bool:
        return self.assessment is not None and self.assessment.progress is Progress.SUBMITTED

    @property
    def seat(self) -> Seat:
        return Seat(self.party.side, self.conflict, self.is_submitted)

    __table_args__ = (
        UniqueConstraint("application_id", "reviewer_id"),
        Index(None, "reviewer_id", "application_id"),
        CheckConstraint("(conflict = 'undeclared') = (declared_at IS NULL)", name="declared"),
    )


class Assessment(Identified, Base):
    """A reviewer's scores and recommendation; immutable once submitted (R11; trigger in migration 0002)."""

    __tablename__ = "assessment"

    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignment.id"), unique=True)
    progress: Mapped[Progress] = mapped_column(enum_column(Progress), default=Progress.DRAFT)
    recommended_cents: Mapped[int | None] = mapped_column(BigInteger)
    comment: Mapped[str] = mapped_column(default="")
    #: Sum of the points given so far.
    total: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[datetime] = mapped_column(Instant)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)

    assignment: Mapped[Assignment] = relationship(back_populates="assessment")
    scores: Mapped[list["Score"]] = relationship(back_populates="assessment", cascade="all, delete-orphan")

    __table_args__ = (CheckConstraint("(progress = 'submitted') = (submitted_at IS NOT NULL)", name="submitted"),)


class Score(Base):
    __tablename__ = "score"

    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessment.id", ondelete="CASCADE"), primary_key=True)
    criterion_id: Mapped[UUID] = mapped_column(ForeignKey("criterion.id"), primary_key=True, index=True)
    points: Mapped[int | None]
    comment: Mapped[str] = mapped_column(default="")

    assessment: Mapped[Assessment] = relationship(back_populates="scores")
    criterion: Mapped[Criterion] = relationship()

    __table_args__ = (CheckConstraint("points BETWEEN 0 AND 10", name="points"),)


class Standing(Base):
    """What the submitted assessments of a file add up to; stored, so that the ranking is one indexed read.

    The row exists from the moment all outstanding reviews are in: before, nobody sees anything but their own (D12).
    """

    __tablename__ = "standing"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"))
    submitted: Mapped[int]
    #: Mean of all submitted totals, and of each side's.
    mean: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    german: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    french: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    #: Largest minus smallest total.
    gap: Mapped[int]
    #: Two reviews lie too far apart: no proposal until a third is in (R11, D6).
    third_due: Mapped[bool]
    #: Mean of what the reviewers recommend.
    recommended_cents: Mapped[int] = mapped_column(BigInteger)
    #: When the last outstanding review came in. What is submitted later shows only once that round is settled too.
    settled_at: Mapped[datetime] = mapped_column(Instant)

    application: Mapped[Application] = relationship()

    __table_args__ = (Index("ix_standing_ranking", "call_id", "mean", "application_id"),)
