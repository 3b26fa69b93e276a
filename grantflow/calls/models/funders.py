"""Funders, what their acts rest on, and the agreement between them: rows with validity, never constants (R28)."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, column, func
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grantflow.kernel.parties import Party
from grantflow.platform.db import Base, Identified, Printed, enum_column

from ..states import DutyPage


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
