"""What an application says, version by version: one being written, those that were sent."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
    and_,
    text,
)
from sqlalchemy.orm import Mapped, attribute_keyed_dict, mapped_column, relationship

from grantflow.kernel.parties import Party, Side
from grantflow.organisations.models import Organisation
from grantflow.organisations.states import Country, Kind
from grantflow.platform.db import Base, Identified, Instant, enum_column
from grantflow.platform.saving import Change

from ..rules import FROZEN, plain
from ..states import Declared, Format, LineKind, Part, Purpose, Theme

if TYPE_CHECKING:
    from .files import Application

#: What a party's row keeps in columns of its own of what is frozen of a lead organisation.
LEAD_COLUMNS = ("name", "kind", "country", "street", "postal_code", "city", "run_by")


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

    application: Mapped["Application"] = relationship(back_populates="versions")
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
