"""The application: what the associations wrote, its budget, its history, and what was sent."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grantflow.accounts.models import Person
from grantflow.calls.models import Call
from grantflow.kernel.parties import Party, Side
from grantflow.letters.states import Channel
from grantflow.organisations.models import Organisation
from grantflow.organisations.states import Country, Kind
from grantflow.platform.db import Base, Identified, Instant, Printed, enum_column

from .states import Action, Declared, Format, LineKind, State, Theme


class Application(Identified, Printed, Base):
    """One project asking for one grant. Only ``service.advance`` writes ``state``."""

    __tablename__ = "application"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"))
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    #: Frozen from the lead's seat when the draft begins: the office that handles it.
    lead_side: Mapped[Side] = mapped_column(enum_column(Side))
    #: The language it is written in.
    language: Mapped[str]
    state: Mapped[State] = mapped_column(enum_column(State), default=State.DRAFT)
    #: ``DT-27-1-001``, given on first sending, gapless per call (D14).
    number: Mapped[str | None] = mapped_column(unique=True)

    title: Mapped[str] = mapped_column(default="")
    #: The title as titles are compared (``rules.title_key``); kept by ``service``.
    title_key: Mapped[str] = mapped_column(default="")
    summary: Mapped[str] = mapped_column(default="")
    why_two_cities: Mapped[str] = mapped_column(default="")
    encounter: Mapped[str] = mapped_column(default="")
    success: Mapped[str] = mapped_column(default="")
    theme: Mapped[Theme | None] = mapped_column(enum_column(Theme))
    format: Mapped[Format | None] = mapped_column(enum_column(Format))
    places: Mapped[str] = mapped_column(default="")
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    #: People taking part from each side, volunteers and their hours.
    participants_german: Mapped[int | None]
    participants_french: Mapped[int | None]
    volunteers: Mapped[int | None]
    volunteer_hours: Mapped[int | None]
    who_works: Mapped[str] = mapped_column(default="")
    #: Mostly under 18: belongs to the DFJW / OFAJ (domain 1.4).
    mostly_minors: Mapped[bool | None]
    is_school_trip: Mapped[bool | None]
    #: Other public money asked for the same project (R6), in words.
    other_public_funding: Mapped[str] = mapped_column(default="")
    #: Looking for a partner is itself fundable (R5).
    partner_search: Mapped[bool] = mapped_column(default=False)
    equal_roles: Mapped[bool] = mapped_column(default=False)

    #: The grant asked for; the sums below are kept by ``service`` with every budget change.
    requested_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    eligible_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    #: Income without the grant.
    income_cents: Mapped[int] = mapped_column(BigInteger, default=0)

    #: How the acts shall reach the applicant; None until they have said. ``Consent`` is the proof.
    channel: Mapped[Channel | None] = mapped_column(enum_column(Channel))

    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)
    #: The lead time counts from the first sending (D13).
    first_submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    return_reason: Mapped[str] = mapped_column(default="")
    return_until: Mapped[datetime | None] = mapped_column(Instant)
    #: Folded title, organisations, number and contacts for search; kept by ``service``.
    search_text: Mapped[str] = mapped_column(default="")

    call: Mapped[Call] = relationship()
    lead: Mapped[Organisation] = relationship()
    contact: Mapped[Person] = relationship()
    partner: Mapped["Partner | None"] = relationship(back_populates="application", cascade="all, delete-orphan")
    lines: Mapped[list["BudgetLine"]] = relationship(
        back_populates="application",
        cascade="all, delete-orphan",
        order_by="BudgetLine.position",
    )
    declarations: Mapped[list["Declaration"]] = relationship(back_populates="application", cascade="all, delete-orphan")
    events: Mapped[list["Event"]] = relationship(back_populates="application", order_by="Event.seq")
    submissions: Mapped[list["Submission"]] = relationship(back_populates="application", order_by="Submission.version")

    __table_args__ = (
        CheckConstraint(
            "requested_cents >= 0 AND eligible_cents >= 0 AND income_cents >= 0",
            name="money",
        ),
        CheckConstraint("(number IS NULL) = (first_submitted_at IS NULL)", name="number_on_sending"),
        CheckConstraint(
            "number IS NOT NULL OR state IN ('draft', 'withdrawn')",
            name="number_beyond_draft",
        ),
        # The staff list: newest sending first, whole or by state, by keyset.
        Index("ix_application_list", "submitted_at", "id"),
        Index("ix_application_list_by_state", "state", "submitted_at", "id"),
        Index(None, "call_id", "state"),
        Index(None, "call_id", "title_key"),
        Index(None, "contact_id"),
        Index(None, "lead_id"),
        Index("ix_application_search", text("word_ends(search_text)"), postgresql_using="gin"),
    )

    @property
    def label(self) -> str:
        return self.number or self.title or str(self.id)[:8]

    @property
    def return_language(self) -> str:
        """Of the office that gave ``return_reason``."""
        return next((event.language for event in reversed(self.events) if event.action is Action.RETURN), "")


class Partner(Base):
    """The organisation from the other country."""

    __tablename__ = "partner"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str]
    kind: Mapped[Kind] = mapped_column(enum_column(Kind))
    country: Mapped[Country] = mapped_column(enum_column(Country))
    city: Mapped[str]
    contact_name: Mapped[str]
    email: Mapped[str]
    run_by: Mapped[Party | None] = mapped_column(enum_column(Party))
    #: What each side does.
    role: Mapped[str]

    application: Mapped[Application] = relationship(back_populates="partner")

    @property
    def language(self) -> str:
        """In which its name is read."""
        return self.country.language


class BudgetLine(Identified, Base):
    __tablename__ = "budget_line"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    kind: Mapped[LineKind] = mapped_column(enum_column(LineKind))
    position: Mapped[int]
    #: A CostType, IncomeType or InKindType, as the kind says.
    type: Mapped[str]
    description: Mapped[str]
    #: Who pays a cost: the side's name.
    side: Mapped[Side | None] = mapped_column(enum_column(Side))
    cents: Mapped[int] = mapped_column(BigInteger)

    application: Mapped[Application] = relationship(back_populates="lines")

    __table_args__ = (
        UniqueConstraint("application_id", "kind", "position"),
        CheckConstraint("cents >= 0", name="cents"),
    )


class Declaration(Base):
    __tablename__ = "declaration"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), primary_key=True)
    code: Mapped[Declared] = mapped_column(enum_column(Declared), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    declared_at: Mapped[datetime] = mapped_column(Instant)

    application: Mapped[Application] = relationship(back_populates="declarations")


class Consent(Identified, Base):
    """That one legal order's acts may be notified through the portal (D41): § 41 (2a) VwVfG NRW asks for a consent,
    art. L. 112-15 CRPA for an express agreement. Kept word for word, and after its withdrawal."""

    __tablename__ = "consent"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), index=True)
    #: Whose law: that of Düsseldorf, or that of Toulouse and the Métropole.
    law: Mapped[Side] = mapped_column(enum_column(Side))
    #: ``rules.CONSENT_VERSION`` and the words themselves, in the language they were read in.
    version: Mapped[str]
    language: Mapped[str]
    wording: Mapped[str]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    given_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)

    person: Mapped[Person] = relationship(foreign_keys=[person_id])

    __table_args__ = (
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn"),
        Index("uq_consent_live", "application_id", "law", unique=True, postgresql_where="withdrawn_at IS NULL"),
    )


class Submission(Identified, Base):
    """What was sent, frozen; the receipt's hash is over exactly these answers (D14)."""

    __tablename__ = "submission"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    version: Mapped[int]
    sent_at: Mapped[datetime] = mapped_column(Instant)
    sent_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    answers: Mapped[dict[str, Any]]
    hash: Mapped[str]

    application: Mapped[Application] = relationship(back_populates="submissions")

    __table_args__ = (UniqueConstraint("application_id", "version"),)


class Event(Base):
    """One move through the workflow: the timeline that applicants and staff see."""

    __tablename__ = "application_event"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    action: Mapped[Action] = mapped_column(enum_column(Action))
    source: Mapped[State] = mapped_column(enum_column(State))
    target: Mapped[State] = mapped_column(enum_column(State))
    at: Mapped[datetime] = mapped_column(Instant)
    party: Mapped[Party | None] = mapped_column(enum_column(Party))
    #: Shown to the applicant; never a reviewer's name or word.
    note: Mapped[str] = mapped_column(default="")
    #: The language of whoever wrote the note.
    language: Mapped[str] = mapped_column(default="", server_default="")

    application: Mapped[Application] = relationship(back_populates="events")

    __table_args__ = (Index(None, "application_id", "seq"),)


class StateCount(Base):
    """How many files of a call stand in each state on each side; counting 10,000 rows per page is too slow."""

    __tablename__ = "state_count"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"), primary_key=True)
    side: Mapped[Side] = mapped_column(enum_column(Side), primary_key=True)
    state: Mapped[State] = mapped_column(enum_column(State), primary_key=True)
    files: Mapped[int]

    __table_args__ = (CheckConstraint("files >= 0", name="files"),)
