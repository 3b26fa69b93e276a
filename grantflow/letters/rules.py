"""The facts of a letter: what is frozen when an act is issued, and what it may not be issued without.

A letter is a pure function of these facts. Amounts are integer cents, dates are civil dates.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from grantflow.kernel import money
from grantflow.kernel.errors import Reason
from grantflow.kernel.parties import KEY_HOLDERS, Party, Side

from .states import Channel, Kind, Standing

#: Short names of the documents, printed in the footer: the kind of act, then the language.
CODES = {
    (Kind.AWARD, Side.GERMAN): "ZB",
    (Kind.AWARD, Side.FRENCH): "NS",
    (Kind.REJECTION, Side.GERMAN): "AB",
    (Kind.REJECTION, Side.FRENCH): "NR",
}
#: Goes up with every change of templates/letters that changes what is printed; a letter keeps its own.
TEMPLATE_VERSION = "1.3"
#: Above this sum from one French authority the law wants a convention (loi 2000-321, art. 10; décret 2001-495).
CONVENTION_ABOVE = money.eur(23_000)


class Form(StrEnum):
    """How the recipient wishes to be addressed."""

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


_PUBLIC = frozenset({Legal.AUTHORITY, Legal.INSTITUTION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The same text in both languages; one may be empty, then the other is quoted as it stands."""

    de: str = ""
    fr: str = ""

    def in_(self, language: str) -> str:
        return self.de if language == "de" else self.fr

    def either(self, language: str) -> str:
        return self.in_(language) or self.de or self.fr


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
    signatory: str
    #: "Leiterin des Büros für Internationale und Europäische Angelegenheiten".
    signatory_function: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    organisation: str
    legal: Legal
    form: Form
    #: The person the letter is addressed to, without form of address and title.
    name: str
    address: Address
    #: "Dr.", "Prof. Dr.".
    title: str = ""


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
    funding_start: date
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
    """All a letter knows. Both languages and both standings print from the same facts."""

    funder: Funder
    recipient: Recipient
    application_number: str
    project_title: str
    #: What the money is for, in one or two sentences.
    purpose: Words
    sent_on: date
    submitted_on: date
    #: The day of the concurring decision of the cities.
    decided_on: date
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
    #: The language that the applicant gave the project its title in.
    project_language: str = "de"

    @property
    def has_courtesy(self) -> bool:
        return self.contact_language != self.funder.party.language

    @property
    def is_abroad(self) -> bool:
        return self.recipient.address.country != self.funder.address.country

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON column: dates as ISO text, amounts as cents."""
        return cast(dict[str, Any], json.loads(json.dumps(asdict(self), default=date.isoformat)))

    def for_paper(self) -> "Facts":
        """These facts as they can be printed; see ``printable``."""
        return Facts.from_json(_each_text(self.to_json(), printable))

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Facts":
        return _read(cls, stored)


#: Characters the bundled fonts have glyphs for: Latin with all its accents, Greek, Cyrillic, punctuation, currencies.
_PRINTABLE = ((0x20, 0x7E), (0xA0, 0x3E1), (0x3F0, 0x52F), (0x1E00, 0x20BF), (0x2100, 0x215F), (0x2212, 0x2212))


def is_printable(char: str) -> bool:
    return any(low <= ord(char) <= high for low, high in _PRINTABLE)


def printable(text: str) -> str:
    """``text`` for paper: composed, without pictographs and invisible marks; line ends stay.

    Letters of scripts that the fonts lack are kept, so that ``why_not_issue`` can name them.
    """

    def stays(char: str) -> bool:
        category = unicodedata.category(char)
        if char == "\n" or category == "Cf":
            return char == "\n"
        return is_printable(char) or category[0] in "LNP"

    plain = unicodedata.normalize("NFC", re.sub(r"[\t\r\v\f]", " ", text.replace("\r\n", "\n")))
    return re.sub(r" {2,}", " ", "".join(char for char in plain if stays(char))).strip(" ")


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


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _each_text(item, change) for key, item in value.items()}
    return [_each_text(item, change) for item in value] if isinstance(value, list) else value


def instalments(amount: int, first_bp: int = 7500) -> tuple[int, int]:
    """First instalment and balance in cents; they add up to ``amount``."""
    first, balance = money.split(amount, (first_bp, 10_000 - first_bp))
    return first, balance


def languages(facts: Facts) -> list[str]:
    """The act's own language first, then that of a recipient who does not read it (D17)."""
    own = facts.funder.party.language
    return [own, facts.contact_language] if facts.has_courtesy else [own]


def standing(funder: Party, language: str) -> Standing:
    """An act speaks its funder's language; the same letter in any other is a courtesy."""
    return Standing.ACT if language == funder.language else Standing.COURTESY


def template(kind: Kind, funder: Party, language: str) -> str:
    """The document of a letter: chosen by the law of the funder, then by the reader's language."""
    return f"{kind}_{funder.side}/{language}.html"


def partners(facts: Facts) -> list[Party]:
    """Who decided with this funder: the other key holder always, Métropole where it pays (D3)."""
    paying = {share.party for share in facts.award.shares} if facts.award else set()
    return [p for p in Party if p is not facts.funder.party and (p in KEY_HOLDERS or p in paying)]


def needs_convention(facts: Facts) -> bool:
    """Private bodies above the threshold sign a convention with a French authority before they are paid."""
    return (
        facts.award is not None
        and facts.funder.party.side is Side.FRENCH
        and facts.recipient.legal not in _PUBLIC
        and facts.award.amount > CONVENTION_ABOVE
    )


def needs_republican_commitment(facts: Facts) -> bool:
    """The contrat d'engagement républicain binds French associations and foundations, never a German Verein."""
    return (
        facts.funder.party.side is Side.FRENCH
        and facts.recipient.address.country == "FR"
        and facts.recipient.legal in {Legal.ASSOCIATION, Legal.FOUNDATION}
    )


def why_not_issue(kind: Kind, facts: Facts) -> list[Reason]:
    """Everything that keeps ``facts`` from becoming an act (T33); an empty list lets it pass."""
    language, reasons = facts.funder.party.language, list[Reason]()

    def refuse(key: str, **about: object) -> None:
        reasons.append(Reason(key, facts=about))

    remedy, award, funder, recipient = facts.remedy, facts.award, facts.funder, facts.recipient
    if remedy is None or remedy.months < 1 or not all((remedy.court, remedy.address.street, remedy.address.city)):
        refuse("letter_without_remedy")
    if not funder.signatory.strip() or not funder.signatory_function.strip():
        refuse("letter_without_signatory")
    if not all((funder.name, funder.authority, funder.department, funder.address.city, funder.contact, funder.email)):
        refuse("letter_without_sender")
    place = recipient.address
    lines = (recipient.organisation, recipient.name, place.street, place.postal_code, place.city)
    if not all(line.strip() for line in lines):
        refuse("letter_without_address")
    if {place.country, funder.address.country} - {"DE", "FR"}:
        refuse("letter_without_country")
    if not all(x.strip() for x in (facts.application_number, facts.project_title, facts.legal_basis.in_(language))):
        refuse("letter_without_subject")
    if kind is Kind.REJECTION and (award or not facts.reason.in_(language).strip()):
        refuse("letter_without_reason")
    if kind is Kind.AWARD:
        reasons += _why_not_award(facts)
    foreign = dict.fromkeys(c for c in "".join(_texts(facts.to_json())) if c != "\n" and not is_printable(c))
    if foreign:
        refuse("letter_unprintable", characters=" ".join(foreign))
    return reasons


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def _why_not_award(facts: Facts) -> list[Reason]:
    award, funder = facts.award, facts.funder.party
    if award is None:
        return [Reason("letter_without_award")]
    keys = []
    own = [share.amount for share in award.shares if share.party is funder]
    if (
        own != [award.amount]
        or sum(share.amount for share in award.shares) != award.total
        or min(share.amount for share in award.shares) <= 0
        or award.total > award.requested
        or len({share.party for share in award.shares}) != len(award.shares)
    ):
        keys.append("letter_split_mismatch")
    if award.total + award.own_funds != award.eligible or award.own_funds < 0 or award.eligible <= 0:
        keys.append("letter_plan_mismatch")
    if (award.first, award.balance) != instalments(max(award.amount, 0), award.first_bp):
        keys.append("letter_instalments_mismatch")
    if not (
        award.funding_start <= award.project_start <= award.project_end <= award.funding_end
        and award.project_end <= award.report_due
    ):
        keys.append("letter_dates_mismatch")
    if funder.side is Side.FRENCH and (facts.deliberation is None or not facts.deliberation.number.strip()):
        keys.append("letter_without_deliberation")
    if not all(condition.in_(funder.language).strip() for condition in award.conditions):
        keys.append("letter_condition_untranslated")
    return [Reason(key) for key in keys]


def register_number(party: Party, year: int, count: int) -> str:
    """``D-2026-0001``: gapless for each funder and year."""
    return f"{party.value[0].upper()}-{year}-{count:04d}"


def file_name(register: str, standing: Standing, language: str, project_title: str) -> str:
    """``D-2026-0412_Tatami-ohne-Grenzen.pdf``: ASCII only, safe on every system, also inside a ZIP."""
    slug = _slug(project_title)
    mark = f"_{language}" if standing is Standing.COURTESY else ""
    return f"{register}{mark}{'_' + slug if slug else ''}.pdf"


_FOLDS = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "Ä": "Ae",
        "Ö": "Oe",
        "Ü": "Ue",
        "ß": "ss",
        "œ": "oe",
        "Œ": "Oe",
        "æ": "ae",
        "Æ": "Ae",
    }
)


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.translate(_FOLDS)).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain)[:60].strip("-")
