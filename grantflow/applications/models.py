"""The application, its versions, its budget, its history: what is being written, and what was sent."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

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
from sqlalchemy.orm import Mapped, attribute_keyed_dict, mapped_column, relationship

from grantflow.accounts.models import Person
from grantflow.calls.models import Call
from grantflow.kernel.parties import Party, Side
from grantflow.letters.states import Channel
from grantflow.organisations.models import Organisation
from grantflow.organisations.states import Country, Kind
from grantflow.platform.db import Base, Identified, Instant, Printed, enum_column
from grantflow.platform.saving import Change

from .rules import FROZEN, plain
from .states import Action, Declared, Format, LineKind, Part, ParticipationState, Purpose, State, Theme

#: What a party's row keeps in columns of its own of what is frozen of a lead organisation.
LEAD_COLUMNS = ("name", "kind", "country", "street", "postal_code", "city", "run_by")


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
    # By lambdas: decisions have a ``Version``, too.
    versions: Mapped[list["Version"]] = relationship(
        lambda: Version, back_populates="application", order_by=lambda: Version.number
    )
    #: The version being written; None while nothing may be written.
    open: Mapped["Version | None"] = relationship(
        lambda: Version,
        primaryjoin=lambda: and_(
            Version.application_id == Application.id, Version.sealed_at.is_(None), Version.lapsed_at.is_(None)
        ),
        viewonly=True,
    )
    #: The version sent last: what everybody but the applicant reads.
    sent: Mapped["Version | None"] = relationship(
        lambda: Version,
        primaryjoin=lambda: and_(Version.application_id == Application.id, Version.number == Application.sent_number),
        foreign_keys=lambda: [Version.application_id, Version.number],
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


class Version(Identified, Base):
    """What an application says, from its opening to its sending. A sealed or lapsed one is final by trigger."""

    __tablename__ = "application_version"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    #: 1, 2, … within the file.
    number: Mapped[int]
    purpose: Mapped[Purpose] = mapped_column(enum_column(Purpose), default=Purpose.FIRST)
    #: Goes up with each save, so that a save can say which one it saw.
    revision: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    saved_at: Mapped[datetime] = mapped_column(Instant)
    sealed_at: Mapped[datetime | None] = mapped_column(Instant)
    sent_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    #: The deadline was over before it was sent.
    lapsed_at: Mapped[datetime | None] = mapped_column(Instant)
    #: What was sent, as bytes (``rules.canonical``), by which schema, and SHA-256 over exactly these bytes (D14).
    content: Mapped[bytes | None] = mapped_column(deferred=True)
    schema: Mapped[int | None]
    hash: Mapped[str | None]
    #: The personal texts were taken out, here and in all that belongs to it.
    purged_at: Mapped[datetime | None] = mapped_column(Instant)

    title: Mapped[str] = mapped_column(default="")
    summary: Mapped[str] = mapped_column(default="")
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

    application: Mapped[Application] = relationship(back_populates="versions")
    #: The narrative answers, by the code of their question.
    answers: Mapped[dict[str, "VersionAnswer"]] = relationship(
        collection_class=attribute_keyed_dict("code"), cascade="all, delete-orphan"
    )
    lines: Mapped[list["BudgetLine"]] = relationship(cascade="all, delete-orphan", order_by="BudgetLine.position")
    declarations: Mapped[list["Declaration"]] = relationship(cascade="all, delete-orphan")
    partner: Mapped["VersionParty | None"] = relationship(
        primaryjoin=lambda: and_(VersionParty.version_id == Version.id, VersionParty.part == Part.PARTNER),
        cascade="all, delete-orphan",
        overlaps="frozen_lead",
    )
    frozen_lead: Mapped["VersionParty | None"] = relationship(
        primaryjoin=lambda: and_(VersionParty.version_id == Version.id, VersionParty.part == Part.LEAD),
        cascade="all, delete-orphan",
        overlaps="partner",
    )

    __table_args__ = (
        UniqueConstraint("application_id", "number"),
        Index(
            "uq_version_open",
            "application_id",
            unique=True,
            postgresql_where=text("sealed_at IS NULL AND lapsed_at IS NULL"),
        ),
        CheckConstraint("requested_cents >= 0 AND eligible_cents >= 0 AND income_cents >= 0", name="money"),
        CheckConstraint("sealed_at IS NULL OR lapsed_at IS NULL", name="sealed_or_lapsed"),
        CheckConstraint(
            "num_nulls(sealed_at, sent_by, content, schema, hash) IN (0, 5)",
            name="sealed_whole",
        ),
    )

    @property
    def lead(self) -> "VersionParty":
        """The lead organisation: frozen at sealing, as it stands today until then."""
        if self.sealed_at and self.frozen_lead:
            return self.frozen_lead
        return VersionParty.of(self.application.lead)

    @property
    def language(self) -> str:
        return self.application.language

    def answer(self, code: str) -> str:
        """The text answering the question of that code; empty where nothing was said."""
        found = self.answers.get(code)
        return found.text if found else ""


class VersionChange(Change, Base):
    """What the saves of an open version changed: for the merge, and to say who did (``part``: the step)."""

    __tablename__ = "version_change"

    version_id: Mapped[UUID] = mapped_column(ForeignKey("application_version.id", ondelete="CASCADE"))

    __table_args__ = (UniqueConstraint("version_id", "revision"),)


class VersionAnswer(Base):
    """The answer to one question."""

    __tablename__ = "version_answer"

    version_id: Mapped[UUID] = mapped_column(ForeignKey("application_version.id", ondelete="CASCADE"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]


class VersionParty(Base):
    """An organisation as one version names it. The lead's row is written by sealing; the partner's is typed."""

    __tablename__ = "version_party"

    version_id: Mapped[UUID] = mapped_column(ForeignKey("application_version.id", ondelete="CASCADE"), primary_key=True)
    part: Mapped[Part] = mapped_column(enum_column(Part), primary_key=True)
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str]
    kind: Mapped[Kind] = mapped_column(enum_column(Kind))
    country: Mapped[Country] = mapped_column(enum_column(Country))
    street: Mapped[str] = mapped_column(default="")
    postal_code: Mapped[str] = mapped_column(default="")
    city: Mapped[str]
    run_by: Mapped[Party | None] = mapped_column(enum_column(Party))
    #: The lead's representative, numbers and whatever else ``rules.FROZEN`` names, as JSON values.
    profile: Mapped[dict[str, Any]] = mapped_column(default=dict)
    contact_name: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    #: What each side does.
    role: Mapped[str] = mapped_column(default="")

    @property
    def language(self) -> str:
        """In which its name is read."""
        return self.country.language

    @classmethod
    def of(cls, organisation: Organisation) -> "VersionParty":
        """A lead organisation as it stands now."""
        columns = {name: getattr(organisation, name) for name in LEAD_COLUMNS}
        profile = {name: plain(getattr(organisation, name)) for name in FROZEN if name not in columns}
        return cls(part=Part.LEAD, organisation_id=organisation.id, profile=profile, **columns)


class BudgetLine(Base):
    """One line of a version's budget; the same line keeps its key in every version."""

    __tablename__ = "budget_line"

    version_id: Mapped[UUID] = mapped_column(ForeignKey("application_version.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[LineKind] = mapped_column(enum_column(LineKind))
    position: Mapped[int]
    #: A CostType, IncomeType or InKindType, as the kind says.
    type: Mapped[str]
    description: Mapped[str]
    #: Who pays a cost: the side's name.
    side: Mapped[Side | None] = mapped_column(enum_column(Side))
    cents: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        UniqueConstraint("version_id", "kind", "position"),
        CheckConstraint("cents >= 0", name="cents"),
    )


class Declaration(Base):
    __tablename__ = "declaration"

    version_id: Mapped[UUID] = mapped_column(ForeignKey("application_version.id", ondelete="CASCADE"), primary_key=True)
    code: Mapped[Declared] = mapped_column(enum_column(Declared), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    declared_at: Mapped[datetime] = mapped_column(Instant)


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
