"""Assignments, assessments with their scores, and the standing they add up to."""

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
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from grantflow.accounts.models import Person
from grantflow.applications.models import Application, Version
from grantflow.calls.models import Criterion
from grantflow.kernel.parties import OFFICES, Party, Side
from grantflow.platform.db import Base, Identified, Instant, enum_column
from grantflow.platform.saving import Change
from grantflow.seats import models as seats

from .rules import Seat


class Assignment(seats.Seat):
    """A seat with the file it is at and the assessment that is written in it: the review's view of the same row."""

    application: Mapped[Application] = relationship(
        primaryjoin=lambda: Application.id == foreign(Assignment.application_id)
    )
    assessment: Mapped["Assessment | None"] = relationship(back_populates="assignment")

    @property
    def is_submitted(self) -> bool:
        return self.submitted_at is not None

    @property
    def mark(self) -> str:
        """Whose mark it bears in pictures: the party's, or that of the third review."""
        return "third" if self.is_third else self.party.value

    @property
    def seat(self) -> Seat:
        return Seat(self.party.side, self.conflict, self.is_submitted, self.is_third)


class Nomination(Base):
    """Whom one office proposes for the third review; a seat, and known to the person, once the other confirms."""

    __tablename__ = "nomination"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    reviewer_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    #: The proposing office, whoever sits in it.
    office: Mapped[Party] = mapped_column(enum_column(Party))
    nominated_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    nominated_at: Mapped[datetime] = mapped_column(Instant)

    application: Mapped[Application] = relationship()
    reviewer: Mapped[Person] = relationship(foreign_keys=[reviewer_id])


class Assessment(Identified, Base):
    """A reviewer's scores and recommendation; immutable once its seat is submitted (R11; trigger in migration 0002)."""

    __tablename__ = "assessment"

    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("seat.id"), unique=True)
    #: What its scores are about: the version that was sent last when they were saved last.
    version_id: Mapped[UUID] = mapped_column(ForeignKey("application_version.id"), index=True)
    recommended_cents: Mapped[int | None] = mapped_column(BigInteger)
    comment: Mapped[str] = mapped_column(default="")
    #: Goes up with each save, so that a save can say which one it saw.
    revision: Mapped[int] = mapped_column(default=0)
    #: What the points given so far add up to, each criterion by its weight.
    total: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[datetime] = mapped_column(Instant)

    assignment: Mapped[Assignment] = relationship(back_populates="assessment")
    version: Mapped[Version] = relationship()
    scores: Mapped[list["Score"]] = relationship(back_populates="assessment", cascade="all, delete-orphan")


class AssessmentChange(Change, Base):
    """What a reviewer's saves of a draft changed: for the merge of two windows of theirs, and nobody else's eyes."""

    __tablename__ = "assessment_change"

    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessment.id", ondelete="CASCADE"))

    __table_args__ = (UniqueConstraint("assessment_id", "revision"),)


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
    #: What the file is ranked by: the mean of both sides; with a third review the median of the three (D6).
    score: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    #: Each side's total, the mean of its reviews, and the third review's.
    german: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    french: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    third: Mapped[int | None]
    #: Between the two sides.
    gap: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    #: The sides lie too far apart and no third review is in: no proposal before (R11, D6).
    third_due: Mapped[bool]
    #: What the reviewers recommend, put together like the score.
    recommended_cents: Mapped[int] = mapped_column(BigInteger)
    #: When the last outstanding review came in. What is submitted later shows only once that round is settled too.
    settled_at: Mapped[datetime] = mapped_column(Instant)

    application: Mapped[Application] = relationship()

    @property
    def marks(self) -> list[tuple[str, float]]:
        """What weighs, for pictures: each side's total under its office's mark, and the third review's."""
        found = [(OFFICES[Side.GERMAN].value, float(self.german)), (OFFICES[Side.FRENCH].value, float(self.french))]
        return found if self.third is None else [*found, ("third", float(self.third))]

    __table_args__ = (Index("ix_standing_ranking", "call_id", "score", "application_id"),)
