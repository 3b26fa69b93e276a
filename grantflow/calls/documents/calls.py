"""A call for projects with all its limits."""

from typing import Annotated

from pydantic import Field

from grantflow.kernel.parties import Party
from grantflow.organisations.states import Country, Kind

from ..states import Step
from .values import Both, Code, Day, Days, Document, Euros, Line, Minute, Percent, Titled, Year


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
