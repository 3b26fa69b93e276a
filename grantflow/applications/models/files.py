"""The application itself: who takes part, where it stands, what lists show of it, and its history."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    and_,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grantflow.accounts.models import Person
from grantflow.calls.models import Call
from grantflow.kernel.parties import Party, Side
from grantflow.letters.states import Channel
from grantflow.organisations.models import Organisation
from grantflow.platform.db import Base, Identified, Instant, Printed, enum_column

from ..states import Action, Part, ParticipationState, State
from .versions import Version


class Application(Identified, Printed, Base):
    """One project asking for one grant: who asks whom, where it stands, and what lists show of it.

    What was written is in its versions. Only ``service.advance`` writes ``state``, only sealing what lists show.
    """

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
    #: How the acts shall reach the applicant; None until they have said. ``Consent`` is the proof.
    channel: Mapped[Channel | None] = mapped_column(enum_column(Channel))

    created_at: Mapped[datetime] = mapped_column(Instant)
    #: The lead time counts from the first sending (D13).
    first_submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    return_reason: Mapped[str] = mapped_column(default="")
    return_until: Mapped[datetime | None] = mapped_column(Instant)
    #: Minutes at the form until it was first sent; None: not sent, or not yet measured.
    active_minutes: Mapped[int | None]

    # What lists show of the version sent last; empty before the first sending.
    sent_number: Mapped[int | None]
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    title: Mapped[str] = mapped_column(default="")
    #: The title as titles are compared (``rules.title_key``).
    title_key: Mapped[str] = mapped_column(default="")
    lead_name: Mapped[str] = mapped_column(default="")
    partner_name: Mapped[str] = mapped_column(default="")
    requested_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    eligible_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    #: The project's first day.
    starts_on: Mapped[date | None]
    #: Folded title, organisations, number and contacts for search.
    search_text: Mapped[str] = mapped_column(default="")

    call: Mapped[Call] = relationship()
    lead: Mapped[Organisation] = relationship()
    contact: Mapped[Person] = relationship()
    participations: Mapped[list["Participation"]] = relationship(
        back_populates="application",
        primaryjoin=lambda: Participation.application_id == Application.id,
        order_by=lambda: (Participation.part, Participation.since, Participation.id),
    )
    # Not by its name: decisions have a ``Version``, too.
    versions: Mapped[list[Version]] = relationship(Version, back_populates="application", order_by=Version.number)
    #: The version being written; None while nothing may be written.
    open: Mapped[Version | None] = relationship(
        Version,
        primaryjoin=lambda: and_(
            Version.application_id == Application.id, Version.sealed_at.is_(None), Version.lapsed_at.is_(None)
        ),
        viewonly=True,
    )
    #: The version sent last: what everybody but the applicant reads.
    sent: Mapped[Version | None] = relationship(
        Version,
        primaryjoin=lambda: and_(Version.application_id == Application.id, Version.number == Application.sent_number),
        foreign_keys=[Version.application_id, Version.number],
        viewonly=True,
        uselist=False,
    )
    events: Mapped[list["Event"]] = relationship(back_populates="application", order_by="Event.seq")

    __table_args__ = (
        # What the lead's participation refers to.
        UniqueConstraint("id", "lead_id"),
        CheckConstraint("requested_cents >= 0 AND eligible_cents >= 0", name="money"),
        CheckConstraint("(number IS NULL) = (first_submitted_at IS NULL)", name="number_on_sending"),
        CheckConstraint("(number IS NULL) = (sent_number IS NULL)", name="sent_with_number"),
        CheckConstraint(
            "number IS NOT NULL OR state IN ('draft', 'withdrawn')",
            name="number_beyond_draft",
        ),
        # The staff list: newest sending first in a call, whole or by state, by keyset.
        Index("ix_application_list", "call_id", "submitted_at", "id"),
        Index("ix_application_list_by_state", "call_id", "state", "submitted_at", "id"),
        Index(None, "call_id", "title_key"),
        Index(None, "contact_id"),
        Index(None, "lead_id"),
        Index("ix_application_search", text("word_ends(search_text)"), postgresql_using="gin"),
    )

    @property
    def label(self) -> str:
        """For the trail, which nothing is ever taken from: no word of an applicant's."""
        return self.number or str(self.id)[:8]

    @property
    def return_language(self) -> str:
        """Of the office that gave ``return_reason``."""
        return next((event.language for event in reversed(self.events) if event.action is Action.RETURN), "")


class Participation(Identified, Base):
    """The part that an organisation has in an application, and how far: sight and conflicts of interest follow it."""

    __tablename__ = "participation"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    part: Mapped[Part] = mapped_column(enum_column(Part))
    state: Mapped[ParticipationState] = mapped_column(enum_column(ParticipationState))
    #: Since when it is in this state.
    since: Mapped[datetime] = mapped_column(Instant)
    #: What was noted of a withdrawal, and in which language.
    note: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    #: The lead's row can only name the lead that the application names: a foreign key holds them together.
    lead_id: Mapped[UUID | None] = mapped_column(
        Computed("CASE WHEN part = 'lead' THEN organisation_id END", persisted=True)
    )

    application: Mapped[Application] = relationship(
        back_populates="participations", primaryjoin=lambda: Participation.application_id == Application.id
    )
    organisation: Mapped[Organisation] = relationship(
        primaryjoin=lambda: Participation.organisation_id == Organisation.id
    )

    __table_args__ = (
        ForeignKeyConstraint(["application_id", "lead_id"], ["application.id", "application.lead_id"]),
        Index(None, "application_id", "organisation_id"),
        Index(None, "organisation_id", "application_id"),
        Index("uq_participation_part", "application_id", "part", unique=True, postgresql_where="state <> 'withdrawn'"),
        CheckConstraint("part <> 'lead' OR state IN ('joined', 'confirmed')", name="lead_takes_part"),
    )


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
