"""Funders, their law, the agreement between the cities, and the duty pages."""

from typing import Annotated

from pydantic import Field

from .values import Both, Day, Document, Email, Line, MaybeLine, Phone, PostalCode, Prefix, Titled


class Function(Document):
    """The function somebody signs in, by form of address: a woman signs as Directrice."""

    ms: Line
    """Of a woman."""
    mr: Line
    """Of a man."""
    neutral: Line
    """Of whoever chose no form of address."""


class Postal(Document):
    """Where letters go."""

    street: Line
    postal_code: PostalCode
    city: Line


class Contact(Document):
    """Somebody to ask, or the office where somebody answers."""

    name: Line
    """A person or an office."""
    phone: Phone
    """With the country's code: +49 211 …, +33 5 …"""
    email: Email
    """Their address of e-mail."""


class FunderDocument(Document):
    """A partner of the agreement as it appears on letters and pages. Its key is the party."""

    name: Titled
    """The funder's name as its letterhead has it."""
    authority: Line
    """Who acts by law (Der Oberbürgermeister, Le Maire), in the funder's own language like department and function."""
    department: Line
    """The department that writes."""
    signatory_function: Function
    """The function that whoever turns the key signs in."""
    address: Postal
    """The postal address of the department."""
    contact: Contact
    """Whom letters, messages and pages name for questions."""
    treasury: Contact | None = None
    """Whom finance staff of the others ask about payments."""
    register_prefix: Prefix
    """First letters of the register number: D gives D-2027-0001."""


class Remedy(Document):
    """Where and how long acts can be fought."""

    court: Line
    """The court as the instruction on remedies names it."""
    address: Postal
    """The court's postal address."""
    months: Annotated[int, Field(ge=1, le=12)]
    """How many months there are after the notification."""
    months_abroad: Annotated[int, Field(ge=0, le=12)] = 0
    """How many more for recipients who live abroad (art. R. 421-7 CJA)."""
    online: MaybeLine = ""
    """Where a claim can be lodged online; empty: nowhere."""


class LawDocument(Document):
    """What a funder's acts rest on. Its key is the party."""

    legal_basis: Both
    """The statutes; the agreement and the guideline of the call are added to them by themselves."""
    remedy: Remedy
    """Remedies against an act of this funder."""


class AgreementDocument(Document):
    """The agreement between the cities. Its key is the year it was signed in."""

    title: Titled
    """As acts quote it."""
    signed_on: Day
    """The day of its signature."""
    valid_from: Day
    """Its first day."""
    valid_to: Day
    """Its last day."""
    is_assumed: bool = False
    """Not yet signed as far as we know; shown as such."""


class PageDocument(Document):
    """The text of a duty page, below what funders' data say there. Its key: ``DutyPage``."""

    text: Both
    """Paragraphs, with an empty line between them."""
