"""What a fund consists of, as documents: the content of editions, the fund file, and the schema that docs publish.

Texts are in both languages. Amounts are in EUR with at most two digits, shares in percent, days are civil days of both
cities, instants civil times there. Pure: what a document says about itself; whatever needs other rows is a kind's.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer

from grantflow.kernel.parties import Party

from .states import Step


class Document(BaseModel):
    """Nothing unknown gets in: a name that is misspelt is a mistake, not a comment."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


def _two_digits(value: Decimal) -> Decimal:
    if value != value.quantize(Decimal("0.01")):
        raise ValueError("too_many_digits")
    return value


def _plainly(value: Decimal) -> str:
    """``5000``, ``0.38``: one spelling for equal values."""
    return f"{value.normalize():f}"


Euros = Annotated[Decimal, Field(ge=0), AfterValidator(_two_digits), PlainSerializer(_plainly, return_type=str)]
Percent = Annotated[
    Decimal, Field(gt=0, le=100), AfterValidator(_two_digits), PlainSerializer(_plainly, return_type=str)
]
Line = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\r\n]*$")]
Words = Annotated[str, Field(min_length=1, max_length=20_000)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Days = Annotated[int, Field(ge=0, le=366)]


class Both(Document):
    """A text in German and in French."""

    de: Words
    fr: Words


class Titled(Document):
    """A title of one line in German and in French."""

    de: Line
    fr: Line


# --- funders, their law, the agreement, pages ------------------------------------------------------


class Function(Document):
    """The function somebody signs in, by form of address: Directrice, Directeur, Direction."""

    ms: Line
    mr: Line
    neutral: Line


class Postal(Document):
    street: Line
    postal_code: Line
    city: Line


class Contact(Document):
    name: Line
    phone: Line
    email: Line


class FunderDocument(Document):
    """A partner of the agreement as it appears on letters and pages. Its key is the party."""

    name: Titled
    #: Who acts by law (Der Oberbürgermeister, Le Maire), in the funder's own language; so are department and function.
    authority: Line
    department: Line
    signatory_function: Function
    address: Postal
    contact: Contact
    #: Whom finance staff of the others ask about payments.
    treasury: Contact | None = None
    #: First letter of the register number: D-2026-0001.
    register_prefix: Annotated[str, Field(pattern=r"^[A-Z]{1,3}$")]
    #: Arms or logo: the digest of an image that was checked and stored.
    logo: str | None = None


class Remedy(Document):
    """Where and how long acts can be fought (R16)."""

    court: Line
    address: Postal
    months: Annotated[int, Field(ge=1, le=12)]
    #: Added for recipients who live abroad (art. R. 421-7 CJA).
    months_abroad: Annotated[int, Field(ge=0, le=12)] = 0
    #: Where a claim can be lodged online; empty: nowhere.
    online: str = ""


class LawDocument(Document):
    """What a funder's acts rest on. Its key is the party."""

    legal_basis: Both
    remedy: Remedy


class AgreementDocument(Document):
    """The agreement between the cities. Its key is the year it was signed in."""

    title: Titled
    signed_on: date
    valid_from: date
    valid_to: date
    #: Not yet signed as far as we know; shown as such.
    is_assumed: bool = False


class PageDocument(Document):
    """The text of a duty page, below what funders' data say there. Its key: imprint, privacy, accessibility."""

    text: Both


# --- the call --------------------------------------------------------------------------------------


class Guideline(Document):
    version: Line
    dated: date


class CategoryDocument(Document):
    number: Annotated[int, Field(ge=1, le=20)]
    #: Largest amount, inclusive; None: no upper limit.
    up_to: Euros | None = None
    #: Largest share of the eligible costs.
    share: Percent
    min_score: Annotated[int, Field(ge=0)]
    min_score_is_assumed: bool = False
    #: Days between sending and the project's start; None: the category closes on days of its own.
    lead_days: Days | None = None
    #: Last minute of each.
    closings: tuple[datetime, ...] = ()


class Scale(Document):
    """What 0, 5 and 10 points mean."""

    zero: Both
    five: Both
    ten: Both


class CriterionDocument(Document):
    code: Code
    title: Titled
    question: Both
    scale: Scale
    #: Points count as often as this.
    weight: Annotated[int, Field(ge=1, le=10)] = 1


class QuestionDocument(Document):
    code: Code
    step: Step
    label: Titled
    help: Both
    #: Of an answer, in characters.
    longest: Annotated[int, Field(ge=50, le=10_000)]
    asked_from: Annotated[int, Field(ge=1)] = 1
    #: None: may stay empty in every category.
    required_from: Annotated[int, Field(ge=1)] | None = None
    #: Codes of the criteria it informs.
    informs: tuple[Code, ...] = ()


class PaperDocument(Document):
    """A paper that is asked for, by kind of organisation (``organisations.states``) and from a category on."""

    code: Code
    title: Titled
    help: Both
    #: Empty: all kinds.
    kinds: tuple[str, ...] = ()
    asked_from: Annotated[int, Field(ge=1)] = 1


class GuideRates(Document):
    """What costs are compared with: per kilometre, per person and day, per person and night, per hour."""

    kilometre: Euros
    day: Euros
    night: Euros
    interpreter: Euros


class EnvelopeDocument(Document):
    party: Party
    limit: Euros
    #: In the proposed split (D7).
    weight: Annotated[int, Field(ge=0, le=100)]
    #: Announced only: all can be prepared, nothing decided.
    is_released: bool = True


class CallDocument(Document):
    """A call for projects. Its key is its code: ``27-1``."""

    #: Key of the agreement it lies in.
    agreement: str
    title: Titled
    summary: Both
    #: First and last minute, civil time.
    opens_at: datetime
    closes_at: datetime
    guideline: Guideline
    lead_days: Days
    return_days: Annotated[int, Field(ge=1, le=90)]
    reviewers_per_side: Annotated[int, Field(ge=1, le=5)]
    gap_limit: Annotated[int, Field(ge=1)]
    first_instalment: Percent
    report_months: Annotated[int, Field(ge=1, le=24)]
    categories: Annotated[tuple[CategoryDocument, ...], Field(min_length=1)]
    criteria: Annotated[tuple[CriterionDocument, ...], Field(min_length=1)]
    questions: Annotated[tuple[QuestionDocument, ...], Field(min_length=1)]
    papers: tuple[PaperDocument, ...] = ()
    guide_rates: GuideRates | None = None
    envelopes: Annotated[tuple[EnvelopeDocument, ...], Field(min_length=1)]


class FundDocument(Document):
    """The fund file: all of it."""

    #: Of the format.
    schema_version: Annotated[int, Field(ge=1, le=1)]
    funders: dict[Party, FunderDocument] = {}
    laws: dict[Party, LawDocument] = {}
    agreements: dict[str, AgreementDocument] = {}
    pages: dict[str, PageDocument] = {}
    calls: dict[str, CallDocument] = {}


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
