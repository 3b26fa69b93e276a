"""Funders, the agreement, and calls with all their limits: rows with validity, never constants (R28). And the ledger of
their money."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Table,
    UniqueConstraint,
    column,
    func,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grantflow.accounts.models import Person
from grantflow.kernel.parties import Party
from grantflow.platform.db import Base, Identified, Instant, Printed, enum_column

from .states import DutyPage, Movement, Step


class Funder(Printed, Base):
    """A partner of the agreement as it appears on letters and pages."""

    __tablename__ = "funder"

    code: Mapped[Party] = mapped_column(enum_column(Party), primary_key=True)
    name_de: Mapped[str]
    name_fr: Mapped[str]
    #: Who acts by law (Der Oberbürgermeister, Le Maire, Le Président), in the funder's own language.
    authority: Mapped[str]
    department: Mapped[str]
    #: The function that a signatory signs in, by form of address; the name is that of whoever turned the key.
    function_ms: Mapped[str]
    function_mr: Mapped[str]
    function_neutral: Mapped[str]
    street: Mapped[str]
    postal_code: Mapped[str]
    city: Mapped[str]
    contact_name: Mapped[str]
    phone: Mapped[str]
    email: Mapped[str]
    #: Whom finance staff ask about payments; empty: nobody was named.
    treasury_name: Mapped[str] = mapped_column(default="")
    treasury_phone: Mapped[str] = mapped_column(default="")
    treasury_email: Mapped[str] = mapped_column(default="")
    #: Letters of the register number: D-2026-0001.
    register_prefix: Mapped[str] = mapped_column(unique=True)
    #: Digest of the arms or logo in the store.
    logo: Mapped[str | None]


class LegalText(Identified, Printed, Base):
    """What a funder's acts rest on, in both languages, valid from a day on (R28)."""

    __tablename__ = "legal_text"

    funder_code: Mapped[Party] = mapped_column(ForeignKey("funder.code"))
    #: ``legal_basis``
    kind: Mapped[str]
    text_de: Mapped[str]
    text_fr: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    __table_args__ = (UniqueConstraint("funder_code", "kind", "valid_from"),)


class RemedyRule(Identified, Printed, Base):
    """Where and how long a funder's acts can be fought, valid from a day on (R16, R28)."""

    __tablename__ = "remedy_rule"

    funder_code: Mapped[Party] = mapped_column(ForeignKey("funder.code"))
    court: Mapped[str]
    street: Mapped[str]
    postal_code: Mapped[str]
    city: Mapped[str]
    months: Mapped[int]
    #: Added for recipients who live abroad (art. R. 421-7 CJA).
    months_abroad: Mapped[int] = mapped_column(default=0)
    #: Where a claim can be lodged online; empty: nowhere.
    online: Mapped[str] = mapped_column(default="")
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    __table_args__ = (
        UniqueConstraint("funder_code", "valid_from"),
        CheckConstraint("months > 0", name="months"),
    )


class Agreement(Identified, Printed, Base):
    __tablename__ = "agreement"

    #: The year it was signed in.
    code: Mapped[str] = mapped_column(unique=True)
    title_de: Mapped[str]
    title_fr: Mapped[str]
    signed_on: Mapped[date]
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    #: Not yet signed as far as we know; shown as such.
    is_assumed: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        CheckConstraint("valid_from < valid_to", name="period"),
        # On each day there is at most one.
        ExcludeConstraint(
            (func.daterange(column("valid_from"), column("valid_to"), "[]"), "&&"), name="ex_agreement_day"
        ),
    )


class PageText(Base):
    """The text of a duty page, below what the funders' data say there."""

    __tablename__ = "page_text"

    key: Mapped[DutyPage] = mapped_column(enum_column(DutyPage), primary_key=True)
    text_de: Mapped[str]
    text_fr: Mapped[str]


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
    points_max: Mapped[int]
    #: First instalment in hundredths of a percent (R18).
    first_instalment_bp: Mapped[int]
    #: Months after the end until the report is due (R21).
    report_months: Mapped[int]
    #: Last number given; the row is locked while a number is drawn, so that there are no gaps.
    last_number: Mapped[int] = mapped_column(default=0)

    agreement: Mapped[Agreement] = relationship()
    categories: Mapped[list["Category"]] = relationship(back_populates="call", order_by="Category.number")
    criteria: Mapped[list["Criterion"]] = relationship(back_populates="call", order_by="Criterion.position")
    questions: Mapped[list["Question"]] = relationship(back_populates="call", order_by="Question.position")
    envelopes: Mapped[list["Envelope"]] = relationship(back_populates="call", order_by="Envelope.position")

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

    call: Mapped[Call] = relationship(back_populates="categories")
    closings: Mapped[list["Closing"]] = relationship(order_by="Closing.closes_at")

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
    """What is scored. A criterion that no question informs is refused at commit (migration 0002): nobody scores what
    nobody asked."""

    __tablename__ = "criterion"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"))
    position: Mapped[int]
    title_de: Mapped[str]
    title_fr: Mapped[str]
    question_de: Mapped[str]
    question_fr: Mapped[str]
    points_max: Mapped[int]

    call: Mapped[Call] = relationship(back_populates="criteria")
    questions: Mapped[list["Question"]] = relationship(
        secondary="question_criterion", back_populates="criteria", order_by="Question.position"
    )

    __table_args__ = (UniqueConstraint("call_id", "position"),)


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
        CheckConstraint("code ~ '^[a-z][a-z_]*$'", name="code"),
        CheckConstraint("longest > 0", name="longest"),
        CheckConstraint("required_from >= asked_from", name="depth"),
    )


class Envelope(Identified, Base):
    """What one funder puts into a call. Its two sums follow the ledger's rows, by trigger, and never pass the limit:
    committed + reserved + free = limit at every moment."""

    __tablename__ = "envelope"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"))
    funder_code: Mapped[Party] = mapped_column(ForeignKey("funder.code"))
    position: Mapped[int]
    limit_cents: Mapped[int] = mapped_column(BigInteger)
    #: Sum of the ``Commitment`` rows.
    committed_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    #: Sum of the ``Reservation`` rows.
    reserved_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    #: Weight of this funder in the proposed split (D7).
    weight: Mapped[int]

    call: Mapped[Call] = relationship(back_populates="envelopes")
    funder: Mapped[Funder] = relationship()

    __table_args__ = (
        UniqueConstraint("call_id", "funder_code"),
        CheckConstraint(
            "committed_cents >= 0 AND reserved_cents >= 0 AND committed_cents + reserved_cents <= limit_cents",
            name="within_limit",
        ),
        Index(None, "funder_code"),
    )

    @property
    def free_cents(self) -> int:
        """What can still be offered."""
        return self.limit_cents - self.committed_cents - self.reserved_cents


class Commitment(Identified, Base):
    """The ledger: what an act has taken from an envelope, for ever. Append-only, by trigger."""

    __tablename__ = "commitment"

    envelope_id: Mapped[UUID] = mapped_column(ForeignKey("envelope.id"))
    #: Of ``decisions``; no foreign key, calls know no upper feature.
    act_id: Mapped[UUID]
    cents: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[Movement] = mapped_column(enum_column(Movement))
    at: Mapped[datetime] = mapped_column(Instant)

    envelope: Mapped[Envelope] = relationship()

    __table_args__ = (UniqueConstraint("act_id", "envelope_id"), Index(None, "envelope_id"))


class Reservation(Base):
    """What an act that is still open would take from an envelope: gone as soon as it is decided or sent back."""

    __tablename__ = "reservation"

    act_id: Mapped[UUID] = mapped_column(primary_key=True)
    envelope_id: Mapped[UUID] = mapped_column(ForeignKey("envelope.id"), primary_key=True, index=True)
    cents: Mapped[int] = mapped_column(BigInteger)
    #: Since when the act holds money of this envelope, and whoever set what it holds now.
    since: Mapped[datetime] = mapped_column(Instant)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)

    envelope: Mapped[Envelope] = relationship()
    holder: Mapped[Person] = relationship()

    __table_args__ = (CheckConstraint("cents > 0", name="cents"),)
