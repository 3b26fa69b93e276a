"""What is known of an act when it is put to the cities; what only the second key brings are its slots.

Amounts are integer cents, dates are civil dates.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from grantflow.kernel import canonical, money
from grantflow.kernel.parties import Party

from ..states import Channel, Kind

#: Goes up with every change of the classes below that stored facts would not fit; then a step is added.
SCHEMA = 1
#: From schema n to n + 1: what was frozen under an older release stays readable.
UPCASTERS: canonical.Upcasters = {}


class Form(StrEnum):
    """How somebody wishes to be addressed."""

    MS = "ms"
    MR = "mr"
    NEUTRAL = "neutral"


class Legal(StrEnum):
    """What the recipient is, as far as the wording of an act depends on it; the words of organisations.Kind."""

    ASSOCIATION = "association"
    FOUNDATION = "foundation"
    NON_PROFIT_COMPANY = "non_profit_company"
    AUTHORITY = "authority"
    INSTITUTION = "institution"
    GROUP = "group"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The same text in both languages; one may be empty, then the other is quoted as it stands."""

    de: str = ""
    fr: str = ""

    def in_(self, language: str) -> str:
        return self.de if language == "de" else self.fr


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    street: str
    postal_code: str
    city: str
    #: "DE" or "FR".
    country: str
    #: A second line such as "c/o" or "BP 7007", printed above the street.
    extra: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """What signatories sign as, by their form of address: Leiterin, Leiter, Leitung des Büros …"""

    ms: str
    mr: str
    neutral: str

    def of(self, form: Form) -> str:
        return {Form.MS: self.ms, Form.MR: self.mr, Form.NEUTRAL: self.neutral}[form]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """Whoever signed for a funder, as they were called and addressed then."""

    name: str
    form: Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Funder:
    """Who issues the act, under which law."""

    party: Party
    #: "Landeshauptstadt Düsseldorf".
    name: str
    #: "Der Oberbürgermeister", "Le Maire", "Le Président".
    authority: str
    department: str
    address: Address
    contact: str
    phone: str
    email: str
    function: Function
    #: "D": what its register numbers begin with.
    register_prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    organisation: str
    legal: Legal
    form: Form
    #: The person the letter is addressed to; title such as "Dr.", "Prof. Dr.".
    family_name: str
    given_name: str = ""
    title: str = ""
    address: Address

    @property
    def name(self) -> str:
        """Title and both names, without the form of address."""
        return " ".join(part for part in (self.title, self.given_name, self.family_name) if part)

    @property
    def language(self) -> str:
        """The language the organisation's own name is written in, as far as its seat tells."""
        return "de" if self.address.country == "DE" else "fr"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """Where, how long and from when one may go to court. Without it an act may be fought for a year (R16)."""

    court: str
    address: Address
    months: int
    #: Added for recipients who live abroad (art. R. 421-7 CJA).
    months_abroad: int = 0
    #: Where a claim can be lodged online, such as "www.telerecours.fr"; empty if there is no such place.
    online: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliberation:
    """The vote of the French assembly, without which no subsidy exists."""

    number: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    party: Party
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    #: This funder's part.
    amount: int
    #: All funders' parts; they add up to ``total`` and hold this funder's own.
    shares: tuple[Share, ...]
    total: int
    requested: int
    eligible: int
    #: Everything else that pays for the eligible expenses; ``total + own_funds == eligible``.
    own_funds: int
    #: ``instalments(amount, first_bp)``: before the start, and at most after the report.
    first: int
    balance: int
    project_start: date
    project_end: date
    funding_end: date
    report_due: date
    #: First instalment in hundredths of a percent of the amount (R18).
    first_bp: int = 7500
    conditions: tuple[Words, ...] = ()

    @property
    def rate(self) -> Decimal:
        """This funder's part in percent of the eligible total, two places."""
        return money.share(self.amount, self.eligible)

    @property
    def first_percent(self) -> Decimal:
        return Decimal(self.first_bp) / 100

    @property
    def is_partial(self) -> bool:
        return self.shortfall > 0

    @property
    def shortfall(self) -> int:
        """What the applicant's own share rises by: asked for and not awarded, the eligible total staying as it is."""
        return self.requested - self.total


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All an act knows but its slots. Both languages are written out from the same facts."""

    funder: Funder
    recipient: Recipient
    application_number: str
    project_title: str
    #: The language the application, and so its title, is written in.
    title_language: str
    #: What the money is for, as the office words it; never the applicant's own text.
    purpose: Words
    submitted_on: date
    agreement_on: date
    #: The version of the guidelines that held for the call.
    guideline_on: date
    legal_basis: Words
    requested: int
    remedy: Remedy | None
    #: Only a portal's act may speak of consent and of being fetched.
    channel: Channel
    deliberation: Deliberation | None = None
    award: Award | None = None
    #: Why the application was refused, or why less was awarded than asked for.
    reason: Words = field(default_factory=Words)
    #: The language the recipient reads; where it differs from the funder's, a courtesy translation goes along.
    contact_language: str = "de"

    @property
    def has_courtesy(self) -> bool:
        return self.contact_language != self.funder.party.language

    @property
    def is_abroad(self) -> bool:
        return self.recipient.address.country != self.funder.address.country

    def to_json(self) -> dict[str, Any]:
        """Plain values with their schema number: dates as ISO text, amounts as cents."""
        values = json.loads(json.dumps(asdict(self), default=date.isoformat))
        return {**cast(dict[str, Any], values), "schema": SCHEMA}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Facts":
        """Facts that any release has frozen."""
        return _read(cls, canonical.upcast(stored, UPCASTERS, to=SCHEMA))


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One funder's act as it was written out: what is known of it, and its words by the digest they lie under."""

    kind: Kind
    facts: Facts
    #: In both languages, whoever receives it: whoever signs reads their own.
    bodies: Mapping[str, str]


T = TypeVar("T")


def _read(kind: type[T], value: Any) -> T:
    """``value`` as it came from JSON, made an instance of ``kind`` again; raises on anything that does not fit."""
    if get_origin(kind) is tuple:
        return cast(T, tuple(_read(get_args(kind)[0], item) for item in value))
    if isinstance(kind, UnionType):
        return cast(T, None if value is None else _read(get_args(kind)[0], value))
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return cast(T, kind(**{f.name: _read(hints[f.name], value[f.name]) for f in fields(kind) if f.name in value}))
    if kind is date:
        return cast(T, date.fromisoformat(value))
    if issubclass(kind, StrEnum):
        return kind(value)
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is not {kind.__name__}")
    return value
