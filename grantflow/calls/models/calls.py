"""Calls with all their limits: what is asked, what is scored, what is paid."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grantflow.platform.db import Base, Identified, Instant, Printed, enum_column

from ..states import Step
from .funders import Agreement
from .money import Envelope


class Call(Identified, Printed, Base):
    """A call for projects, open between two instants, deciding on a rolling basis (D1)."""

    __tablename__ = "call"

    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("agreement.id"), index=True)
    #: ``27-1``: year and count; part of every file's number.
    code: Mapped[str] = mapped_column(unique=True)
    title_de: Mapped[str]
    title_fr: Mapped[str]
    summary_de: Mapped[str]
    summary_fr: Mapped[str]
    opens_at: Mapped[datetime] = mapped_column(Instant)
    closes_at: Mapped[datetime] = mapped_column(Instant)
    guideline_version: Mapped[str]
    guideline_on: Mapped[date]
    #: Days between sending and the project's start (R2), unless the category says otherwise.
    lead_days: Mapped[int]
    #: Days to complete a returned file (D13).
    return_days: Mapped[int]
    #: Reviewers of each side for every file: equally many, so that both cities weigh alike (D6).
    reviewers_per_side: Mapped[int]
    #: A gap between the sides from which a third review is due (R11).
    gap_limit: Mapped[int]
    #: What the criteria add up to (``rules.points_max``).
    points_max: Mapped[int]
    #: First instalment in hundredths of a percent (R18).
    first_instalment_bp: Mapped[int]
    #: Months after the end until the report is due (R21).
    report_months: Mapped[int]
    #: What costs are compared with; None: the call says nothing of it.
    kilometre_cents: Mapped[int | None]
    day_cents: Mapped[int | None]
    night_cents: Mapped[int | None]
    interpreter_cents: Mapped[int | None]
    #: Last number given; the row is locked while a number is drawn, so that there are no gaps.
    last_number: Mapped[int] = mapped_column(default=0)

    agreement: Mapped[Agreement] = relationship()
    categories: Mapped[list["Category"]] = relationship(
        back_populates="call", order_by="Category.number", cascade="all, delete-orphan"
    )
    criteria: Mapped[list["Criterion"]] = relationship(
        back_populates="call", order_by="Criterion.position", cascade="all, delete-orphan"
    )
    questions: Mapped[list["Question"]] = relationship(
        back_populates="call", order_by="Question.position", cascade="all, delete-orphan"
    )
    papers: Mapped[list["Paper"]] = relationship(
        back_populates="call", order_by="Paper.position", cascade="all, delete-orphan"
    )
    envelopes: Mapped[list[Envelope]] = relationship(
        back_populates="call", order_by="Envelope.position", cascade="all, delete-orphan"
    )

    __table_args__ = (
        CheckConstraint("opens_at < closes_at", name="period"),
        CheckConstraint("reviewers_per_side > 0", name="reviewers"),
    )

    @property
    def label(self) -> str:
        return self.code


class Category(Identified, Base):
    """A funding category; the amount asked for decides (R1)."""

    __tablename__ = "category"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"))
    number: Mapped[int]
    #: Largest amount in cents, inclusive; None: no upper limit.
    up_to_cents: Mapped[int | None] = mapped_column(BigInteger)
    #: Largest share of the eligible costs in hundredths of a percent.
    share_bp: Mapped[int]
    min_score: Mapped[int]
    #: The threshold is our own interpolation, not the Fund's (domain 1.2).
    min_score_is_assumed: Mapped[bool] = mapped_column(default=False)
    #: None: the category has closing instants of its own instead of a lead time (D15).
    lead_days: Mapped[int | None]
    #: Median minutes at the form of the files sent so far; None: too few to say (``applications.service.measuring``).
    median_minutes: Mapped[int | None]

    call: Mapped[Call] = relationship(back_populates="categories")
    closings: Mapped[list["Closing"]] = relationship(order_by="Closing.closes_at", cascade="all, delete-orphan")

    __table_args__ = (
        UniqueConstraint("call_id", "number"),
        CheckConstraint("share_bp BETWEEN 1 AND 10000", name="share"),
    )


class Closing(Identified, Base):
    """One of a category's own closing instants."""

    __tablename__ = "category_closing"

    category_id: Mapped[UUID] = mapped_column(ForeignKey("category.id", ondelete="CASCADE"))
    closes_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (UniqueConstraint("category_id", "closes_at"),)


class Criterion(Identified, Base):
    """What is scored, from 0 to 10 points. A criterion that no question informs is refused at commit (migration 0002):
    nobody scores what nobody asked."""

    __tablename__ = "criterion"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"))
    code: Mapped[str]
    position: Mapped[int]
    title_de: Mapped[str]
    title_fr: Mapped[str]
    question_de: Mapped[str]
    question_fr: Mapped[str]
    #: What 0, 5 and 10 points mean.
    zero_de: Mapped[str]
    zero_fr: Mapped[str]
    five_de: Mapped[str]
    five_fr: Mapped[str]
    ten_de: Mapped[str]
    ten_fr: Mapped[str]
    #: Its points count as often as this.
    weight: Mapped[int] = mapped_column(default=1)

    call: Mapped[Call] = relationship(back_populates="criteria")
    questions: Mapped[list["Question"]] = relationship(
        secondary="question_criterion", back_populates="criteria", order_by="Question.position"
    )

    __table_args__ = (
        UniqueConstraint("call_id", "code"),
        UniqueConstraint("call_id", "position"),
        CheckConstraint("weight > 0", name="weight"),
    )


#: Which criteria a question informs.
question_criterion = Table(
    "question_criterion",
    Base.metadata,
    Column("question_id", ForeignKey("question.id", ondelete="CASCADE"), primary_key=True),
    Column("criterion_id", ForeignKey("criterion.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Question(Identified, Base):
    """What the call asks in the applicant's own words; facts such as dates and people are no questions.

    How deep a call asks follows from the size of the grant: a question is put from one category on, and must be
    answered from one on.
    """

    __tablename__ = "question"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"))
    #: ``why_two_cities``: the same question in every call, and the name of its field.
    code: Mapped[str]
    position: Mapped[int]
    step: Mapped[Step] = mapped_column(enum_column(Step))
    label_de: Mapped[str]
    label_fr: Mapped[str]
    help_de: Mapped[str]
    help_fr: Mapped[str]
    #: Of an answer, in characters.
    longest: Mapped[int]
    #: Number of the first category in which it is asked.
    asked_from: Mapped[int] = mapped_column(default=1)
    #: Number of the first category in which it must be answered; None: in none.
    required_from: Mapped[int | None]

    call: Mapped[Call] = relationship(back_populates="questions")
    #: Nobody reads a question without the criteria it informs.
    criteria: Mapped[list[Criterion]] = relationship(
        secondary=question_criterion, back_populates="questions", order_by=Criterion.position, lazy="joined"
    )

    __table_args__ = (
        UniqueConstraint("call_id", "code"),
        UniqueConstraint("call_id", "position"),
        CheckConstraint("code ~ '^[a-z][a-z0-9_]*$'", name="code"),
        CheckConstraint("longest > 0", name="longest"),
        CheckConstraint("required_from >= asked_from", name="depth"),
    )


class Paper(Identified, Base):
    """A paper that is asked for, by kind of organisation and from a category on."""

    __tablename__ = "paper"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"))
    code: Mapped[str]
    position: Mapped[int]
    title_de: Mapped[str]
    title_fr: Mapped[str]
    help_de: Mapped[str]
    help_fr: Mapped[str]
    #: Values of ``organisations.states.Kind``; empty: all kinds.
    kinds: Mapped[list[str]]
    #: Of ``organisations.states.Country``; empty: both.
    countries: Mapped[list[str]]
    #: Number of the first category in which it is asked.
    asked_from: Mapped[int] = mapped_column(default=1)

    call: Mapped[Call] = relationship(back_populates="papers")

    __table_args__ = (UniqueConstraint("call_id", "code"), UniqueConstraint("call_id", "position"))
