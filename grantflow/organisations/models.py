"""Organisations and who acts for them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grantflow.accounts.models import Person
from grantflow.kernel.parties import Party, Side
from grantflow.platform.db import Base, Identified, Instant, Printed, enum_column

from .rules import NUMBERS
from .states import Country, Kind, MemberRole


class Organisation(Identified, Printed, Base):
    """A party to applications. One that an applicant has only named has no members, and is seen by nobody."""

    __tablename__ = "organisation"

    name: Mapped[str]
    kind: Mapped[Kind] = mapped_column(enum_column(Kind))
    country: Mapped[Country] = mapped_column(enum_column(Country))
    street: Mapped[str] = mapped_column(default="")
    postal_code: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    website: Mapped[str] = mapped_column(default="")
    #: Who signs for it by law or statute.
    representative: Mapped[str] = mapped_column(default="")

    #: Germany: register court and number (VR, HRB), exemption notice of the tax office.
    register_court: Mapped[str] = mapped_column(default="")
    register_number: Mapped[str] = mapped_column(default="")
    exemption_on: Mapped[date | None]
    #: France: RNA and SIRET; a young association may still wait for its SIRET.
    rna: Mapped[str] = mapped_column(default="")
    #: Alsace-Moselle, in place of the RNA: the tribunal that keeps the register, volume and folio.
    local_court: Mapped[str] = mapped_column(default="")
    local_volume: Mapped[str] = mapped_column(default="")
    local_folio: Mapped[str] = mapped_column(default="")
    siret: Mapped[str] = mapped_column(default="")
    siret_pending: Mapped[bool] = mapped_column(default=False)
    #: Authorities: the body that may decide, and the city whose own institution this is, if any.
    competent_body: Mapped[str] = mapped_column(default="")
    run_by: Mapped[Party | None] = mapped_column(enum_column(Party))
    #: Informal groups: the three or more people, ``[{"name", "city"}]``; the first is liable.
    people: Mapped[list[dict[str, Any]]] = mapped_column(default=list)

    iban: Mapped[str] = mapped_column(default="")
    bic: Mapped[str] = mapped_column(default="")
    account_holder: Mapped[str] = mapped_column(default="")

    #: The same organisation, entered twice: this row stays for what refers to it. Never a chain.
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))

    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)

    memberships: Mapped[list["Membership"]] = relationship(
        back_populates="organisation",
        cascade="all, delete-orphan",
        order_by=lambda: (Membership.since, Membership.person_id),
    )

    __table_args__ = (
        CheckConstraint("merged_into_id <> id", name="merged_elsewhere"),
        Index(None, "merged_into_id", postgresql_where="merged_into_id IS NOT NULL"),
        # Not unique: who enters another's number first must not keep them out, nor learn that it is taken (D39).
        *(Index(None, *names, postgresql_where=f"{names[-1]} <> ''") for names in NUMBERS),
    )

    @property
    def side(self) -> Side:
        """The seat decides the office (D9)."""
        return Side.GERMAN if self.country is Country.GERMANY else Side.FRENCH

    @property
    def label(self) -> str:
        return self.name

    @property
    def language(self) -> str:
        """In which its name is read."""
        return self.country.language


class Membership(Base):
    """A person acting for an organisation."""

    __tablename__ = "membership"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[MemberRole] = mapped_column(enum_column(MemberRole))
    since: Mapped[datetime] = mapped_column(Instant)

    organisation: Mapped[Organisation] = relationship(back_populates="memberships")
    person: Mapped[Person] = relationship()

    __table_args__ = (Index(None, "person_id"),)
