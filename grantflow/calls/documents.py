"""What a fund consists of, as documents: the content of editions, the fund file, and the schema that docs publish.

What stands below a field describes it to whoever writes a fund file: in the file itself, in ``docs/fund-file.md`` and
in the schema. Pure: what a document says about itself; whatever needs other rows is a kind's.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, LiteralString

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer
from pydantic_core import PydanticCustomError

from grantflow.kernel import emails, identifiers, text
from grantflow.kernel.parties import Party
from grantflow.organisations.states import Country, Kind

from .states import DutyPage, Step


class Document(BaseModel):
    """Nothing unknown gets in: a name that is misspelt is a mistake, not a comment."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


# --- how values are written ------------------------------------------------------------------------


def _typed(form: Callable[[str], str]) -> BeforeValidator:
    """Texts in the form that everything judges them in."""
    return BeforeValidator(lambda value: form(value) if isinstance(value, str) else value)


def _printable(value: str) -> str:
    """What no letter can print is refused here, never at the last key."""
    if strange := text.unprintable(value):
        raise PydanticCustomError("unprintable", "unprintable", {"characters": " ".join(strange)})
    return value


def _two_digits(value: Decimal) -> Decimal:
    if value != value.quantize(Decimal("0.01")):
        raise PydanticCustomError("too_many_digits", "too_many_digits")
    return value


def _plainly(value: Decimal) -> str:
    """``5000``, ``0.38``: one spelling for equal values."""
    return f"{value.normalize():f}"


def _dated(pattern: str, read: Callable[[str], date], flaw: LiteralString) -> BeforeValidator:
    """Days and minutes as people write them. A bare number is neither, though pydantic would count it in seconds from
    1970, nor is a time with a zone, which could only contradict the one that both cities share."""

    def judge(value: object) -> date:
        try:
            if found := re.fullmatch(pattern, str(value).strip()):
                return read(found[1])
        except ValueError:
            pass
        raise PydanticCustomError(flaw, flaw)

    return BeforeValidator(judge)


def _shaped(pattern: str, flaw: LiteralString) -> AfterValidator:
    """The whole of a short text has this form."""

    def judge(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise PydanticCustomError(flaw, flaw)
        return value

    return AfterValidator(judge)


def _email(value: str) -> str:
    try:
        return validate_email(value, check_deliverability=False, allow_smtputf8=False).normalized
    except EmailNotValidError:
        raise PydanticCustomError("email", "email") from None


def _phone(value: str) -> str:
    try:
        return identifiers.phone(value)
    except ValueError:
        raise PydanticCustomError("phone", "phone") from None


def _postal_code(value: str) -> str:
    for country in Country:
        if re.fullmatch("[0-9]{5}", found := identifiers.postal_code(value, country)):
            return found
    raise PydanticCustomError("postal_code", "postal_code")


Euros = Annotated[
    Decimal, Field(ge=0, le=1_000_000_000), AfterValidator(_two_digits), PlainSerializer(_plainly, return_type=str)
]
Percent = Annotated[
    Decimal, Field(gt=0, le=100), AfterValidator(_two_digits), PlainSerializer(_plainly, return_type=str)
]
Line = Annotated[str, Field(min_length=1, max_length=200), _typed(text.line), AfterValidator(_printable)]
#: A line that may be left out.
MaybeLine = Annotated[str, Field(max_length=200), _typed(text.line), AfterValidator(_printable)]
Words = Annotated[str, Field(min_length=1, max_length=20_000), _typed(text.canonical), AfterValidator(_printable)]
Email = Annotated[str, Field(min_length=1, max_length=254), _typed(emails.typed), AfterValidator(_email)]
Phone = Annotated[Line, AfterValidator(_phone)]
PostalCode = Annotated[Line, AfterValidator(_postal_code)]
Code = Annotated[str, Field(max_length=40), _shaped("[a-z][a-z0-9_]*", "code")]
Prefix = Annotated[str, _shaped("[A-Z]{1,3}", "register_prefix")]
Digest = Annotated[str, _shaped("[0-9a-f]{64}", "digest")]
Day = Annotated[date, _dated(r"(\d{4}-\d\d-\d\d)", date.fromisoformat, "day")]
Minute = Annotated[datetime, _dated(r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d)(?::00)?", datetime.fromisoformat, "minute")]
Days = Annotated[int, Field(ge=0, le=366)]
Year = Annotated[str, _shaped(r"\d{4}", "year")]
CallCode = Annotated[str, _shaped(r"\d\d-[1-9]\d?", "call_code")]


class Both(Document):
    """A text in German and in French, of one paragraph or more."""

    de: Words
    """In German."""
    fr: Words
    """In French."""


class Titled(Document):
    """A title of one line in German and in French."""

    de: Line
    """In German."""
    fr: Line
    """In French."""


# --- funders, their law, the agreement, pages ------------------------------------------------------


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
    """Street and number."""
    postal_code: PostalCode
    """Postal code."""
    city: Line
    """City."""


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
    logo: Digest | None = None
    """Arms or logo: the digest of an image that was checked and stored, set in the browser."""


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


# --- the call --------------------------------------------------------------------------------------


class Guideline(Document):
    """The guideline of the fund that this call applies."""

    version: Line
    """Its version, as acts quote it."""
    dated: Day
    """Its date, as acts quote it."""


class CategoryDocument(Document):
    """A funding category; the amount asked for decides which one an application is in."""

    number: Annotated[int, Field(ge=1, le=20)]
    """From 1 on, in the order of the amounts, without a gap."""
    up_to: Euros | None = None
    """Largest amount asked for, inclusive; left out: no upper limit (the last category only)."""
    share: Percent
    """Largest share of the eligible costs, in percent."""
    min_score: Annotated[int, Field(ge=0)]
    """Fewest points with which a grant can be proposed."""
    min_score_is_assumed: bool = False
    """The threshold is an assumption of ours; the public page says so."""
    lead_days: Days | None = None
    """Days between sending and the project's start; left out: the category closes on days of its own."""
    closings: tuple[Minute, ...] = ()
    """The last minute of each closing, for a category without lead days."""


class Scale(Document):
    """What 0, 5 and 10 points mean, so that both cities measure alike."""

    zero: Both
    """0 points."""
    five: Both
    """5 points."""
    ten: Both
    """10 points."""


class CriterionDocument(Document):
    """What is scored, from 0 to 10 points. Every criterion is informed by a question."""

    code: Code
    """Its short name: small letters, digits and _; what questions refer to."""
    title: Titled
    """Its title on the grid and on the public page."""
    question: Both
    """What reviewers ask themselves."""
    scale: Scale
    """What 0, 5 and 10 points mean."""
    weight: Annotated[int, Field(ge=1, le=10)] = 1
    """Its points count as often as this."""


class QuestionDocument(Document):
    """What applicants answer in their own words; facts such as dates, people and costs are asked anyway."""

    code: Code
    """Its short name, the same in every call."""
    step: Step
    """The step of the application it stands on: project or people."""
    label: Titled
    """The question."""
    help: Both
    """What a good answer says."""
    longest: Annotated[int, Field(ge=50, le=10_000)]
    """Longest answer, in characters."""
    asked_from: Annotated[int, Field(ge=1)] = 1
    """The first category in which it is asked."""
    required_from: Annotated[int, Field(ge=1)] | None = None
    """The first category in which it must be answered; left out: it may stay empty in every category."""
    informs: tuple[Code, ...] = ()
    """Codes of the criteria that its answer is read for."""


class PaperDocument(Document):
    """A paper that is asked for, by country and kind of organisation and from a category on."""

    code: Code
    """Its short name, the same in every call."""
    title: Titled
    """What the paper is called."""
    help: Both
    """What must be seen on it."""
    kinds: tuple[Kind, ...] = ()
    """Kinds of organisation that hand it in; left out: all."""
    countries: tuple[Country, ...] = ()
    """Countries whose organisations hand it in, DE or FR; left out: both."""
    asked_from: Annotated[int, Field(ge=1)] = 1
    """The first category in which it is asked."""


class GuideRates(Document):
    """What costs are compared with; a hint to applicants and offices, no limit."""

    kilometre: Euros
    """Per kilometre by car."""
    day: Euros
    """Per person and day, for meals and local transport."""
    night: Euros
    """Per person and night."""
    interpreter: Euros
    """Per hour of interpreting."""


class EnvelopeDocument(Document):
    """What one funder puts into the call."""

    party: Party
    """The funder: duesseldorf, toulouse or metropole."""
    limit: Euros
    """Its money for this call."""
    weight: Annotated[int, Field(ge=0, le=100)]
    """Its weight in the split that the software proposes for a grant."""
    is_released: bool = True
    """false: announced only. Everything can be prepared, nothing decided, until the funder releases it."""


class CallDocument(Document):
    """A call for projects. Its key is its code: 27-1, the year and the count."""

    agreement: Year
    """The key of the agreement it lies in."""
    title: Titled
    """Its title on the public pages and in acts."""
    summary: Both
    """Who it is for and what it funds, in two or three sentences."""
    opens_at: Minute
    """The first minute in which an application can be begun, civil time of both cities."""
    closes_at: Minute
    """The last minute in which one can be sent: 23:59 is open until midnight."""
    guideline: Guideline
    """The guideline it applies."""
    lead_days: Days
    """Days between sending and the project's start, unless the category says otherwise."""
    return_days: Annotated[int, Field(ge=1, le=90)]
    """Days that applicants have to complete a file that was returned."""
    reviewers_per_side: Annotated[int, Field(ge=1, le=5)]
    """Reviewers of each city for every file."""
    gap_limit: Annotated[int, Field(ge=1)]
    """Difference of points between the cities from which a third review is due."""
    first_instalment: Percent
    """Share of the grant that is paid before the project, in percent."""
    report_months: Annotated[int, Field(ge=1, le=24)]
    """Months after the project's end until the report is due."""
    categories: Annotated[tuple[CategoryDocument, ...], Field(min_length=1)]
    """By the amount asked for."""
    criteria: Annotated[tuple[CriterionDocument, ...], Field(min_length=1)]
    """The grid, in the order in which it is shown."""
    questions: Annotated[tuple[QuestionDocument, ...], Field(min_length=1)]
    """In the order in which they are asked."""
    papers: tuple[PaperDocument, ...] = ()
    """The papers it asks for."""
    guide_rates: GuideRates | None = None
    """Guide rates in EUR."""
    envelopes: Annotated[tuple[EnvelopeDocument, ...], Field(min_length=1)]
    """One for each funder that pays."""


class FundDocument(Document):
    """The fund file: all of a fund. What stands in it becomes drafts, which two people release."""

    schema_version: Annotated[int, Field(ge=1, le=1)]
    """Of this format: 1."""
    funders: dict[Party, FunderDocument] = {}
    """By party: duesseldorf, toulouse, metropole."""
    laws: dict[Party, LawDocument] = {}
    """By party."""
    agreements: dict[Year, AgreementDocument] = {}
    """By the year of signature."""
    pages: dict[DutyPage, PageDocument] = {}
    """By name: imprint, contact, privacy, accessibility."""
    calls: dict[CallCode, CallDocument] = {}
    """By code, such as 27-1."""


#: The kind of edition that each part of the file becomes.
PARTS: dict[str, str] = {
    "funders": "funder",
    "laws": "law",
    "agreements": "agreement",
    "pages": "page",
    "calls": "call",
}


def plain(document: Document) -> dict[str, Any]:
    """As JSON holds it."""
    return document.model_dump(mode="json")
