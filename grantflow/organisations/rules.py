"""What must be known of an organisation, by kind and country (R4), and whether its numbers can be right."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException
from stdnum.de import handelsregisternummer
from stdnum.exceptions import ValidationError
from stdnum.fr import siret as french_siret

from grantflow.kernel import clock, identifiers, window
from grantflow.kernel.errors import Reason
from grantflow.kernel.parties import Party
from grantflow.kernel.text import fold, unaccented, unprintable

from .states import Country, Kind

#: What the library writes for a machine, as people read it; it knows both.
_READABLE = {
    "Bad Homburg v.d.H.": "Bad Homburg v. d. H.",
    "Frankfurt/Oder": "Frankfurt (Oder)",
    "Ludwigshafen a.Rhein (Ludwigshafen)": "Ludwigshafen am Rhein",
    "Oldenburg (Oldenburg)": "Oldenburg",
    "St. Ingbert (St Ingbert)": "St. Ingbert",
    "St. Wendel (St Wendel)": "St. Wendel",
    "Weiden i. d. OPf.": "Weiden in der Oberpfalz",
}
#: Courts that keep registers; offered as choices, because only their official spelling is known (D19). As a dictionary
#: sorts them: Köln stands before Königstein, not behind Krefeld.
COURTS: tuple[str, ...] = tuple(
    sorted((_READABLE.get(court, court) for court in handelsregisternummer.GERMAN_COURTS), key=unaccented)
)

#: W, department or overseas letter, seven digits (D19).
RNA = re.compile("W[0-9][0-9A-Z][0-9]{7}")
#: Where the register of associations of Alsace-Moselle knows one: volume in figures or Roman numerals, folio.
VOLUME = re.compile("[0-9]{1,4}|[IVXLCDM]{1,9}")
FOLIO = re.compile("[0-9]{1,6}[A-Z]?")
#: Bas-Rhin, Haut-Rhin, Moselle: the Civil Code of 1900, articles 21 to 79, is local law there.
LOCAL_LAW = ("57", "67", "68")
LOCAL = ("local_court", "local_volume", "local_folio")
POSTAL_CODE = re.compile("[0-9]{5}")
WEBSITE = re.compile(r"^https?://[^\s/?#@]+\.[^\s/?#@]+(?:[/?#]\S*)?$", re.IGNORECASE)

#: An informal group is at least this many named people, each another one (domain 1.3).
GROUP_MINIMUM = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """An organisation as plain values; the names are those of the model's columns."""

    name: str
    kind: Kind
    country: Country
    street: str = ""
    postal_code: str = ""
    city: str = ""
    website: str = ""
    representative: str = ""
    register_court: str = ""
    register_number: str = ""
    exemption_on: date | None = None
    rna: str = ""
    local_court: str = ""
    local_volume: str = ""
    local_folio: str = ""
    siret: str = ""
    siret_pending: bool = False
    competent_body: str = ""
    run_by: Party | None = None
    people: Sequence[Mapping[str, str]] = field(default_factory=tuple)
    iban: str = ""
    bic: str = ""
    account_holder: str = ""


PROFILE_FIELDS = tuple(f.name for f in fields(Profile))
#: Where money goes: never part of what is sent.
BANK = frozenset({"iban", "bic", "account_holder"})

#: The numbers a register gives to one organisation only, each by the columns that make it.
NUMBERS: tuple[tuple[str, ...], ...] = (("siret",), ("rna",), ("register_court", "register_number"))

#: Asked of everybody.
COMMON = frozenset(
    {"name", "kind", "country", "street", "postal_code", "city", "website", "iban", "bic", "account_holder"}
)
#: Asked of some, and emptied where they are not asked.
SPECIAL = frozenset(PROFILE_FIELDS) - COMMON

_GERMAN: dict[Kind, frozenset[str]] = {
    Kind.ASSOCIATION: frozenset({"representative", "register_court", "register_number", "exemption_on"}),
    Kind.FOUNDATION: frozenset({"representative", "competent_body", "exemption_on"}),
    Kind.NON_PROFIT_COMPANY: frozenset({"representative", "register_court", "register_number", "exemption_on"}),
    Kind.AUTHORITY: frozenset({"representative", "competent_body"}),
    Kind.INSTITUTION: frozenset({"representative", "competent_body", "run_by"}),
    Kind.GROUP: frozenset({"people"}),
}
_FRENCH: dict[Kind, frozenset[str]] = {
    Kind.ASSOCIATION: frozenset({"representative", "rna", *LOCAL, "siret", "siret_pending"}),
    Kind.FOUNDATION: frozenset({"representative", "siret"}),
    Kind.NON_PROFIT_COMPANY: frozenset({"representative", "siret"}),
    Kind.AUTHORITY: frozenset({"representative", "competent_body", "siret"}),
    Kind.INSTITUTION: frozenset({"representative", "competent_body", "siret", "run_by"}),
    Kind.GROUP: frozenset({"people"}),
}
#: May stay empty for ever.
OPTIONAL = frozenset({"website", "bic", "siret_pending", "run_by", *LOCAL})


def asked(kind: Kind, country: Country) -> frozenset[str]:
    """The fields asked of this kind of organisation in this country (R4)."""
    return COMMON | (_GERMAN if country is Country.GERMANY else _FRENCH)[kind]


def register_kind(kind: Kind) -> str:
    """The German register such an organisation stands in: ``VR`` or ``HRB``."""
    return "HRB" if kind is Kind.NON_PROFIT_COMPANY else "VR"


def normal(profile: Profile) -> Profile:
    """The same values as they are stored: compact numbers, and nothing that this kind is not asked."""
    unasked = SPECIAL - asked(profile.kind, profile.country)
    blank: dict[str, Any] = {
        f.name: [] if f.name == "people" else f.default for f in fields(Profile) if f.name in unasked
    }
    siret = identifiers.siret(profile.siret)
    volume, folio = identifiers.local_entry(profile.local_volume, profile.local_folio)
    website = profile.website.strip()
    cleaned: dict[str, Any] = {
        "postal_code": identifiers.postal_code(profile.postal_code, profile.country),
        "siret": siret,
        "siret_pending": profile.siret_pending and not siret,
        "rna": identifiers.rna(profile.rna),
        "local_volume": volume,
        "local_folio": folio,
        "register_number": identifiers.register_number(profile.register_number, register_kind(profile.kind)),
        "iban": identifiers.iban(profile.iban),
        "bic": identifiers.bic(profile.bic),
        "website": f"https://{website}" if website and "://" not in website else website,
        "people": [dict(person) for person in profile.people if any(person.values())],
    }
    return replace(profile, **(cleaned | blank))


def problems(profile: Profile) -> dict[str, Reason]:
    """What cannot be right, by field. Empty fields are no problem here: a profile may be saved half done.

    Expects ``normal`` values.
    """
    found: dict[str, Reason] = {}
    if not profile.name:
        found["name"] = Reason("organisation_name_missing")
    if not _fits_window(profile):
        found["name"] = Reason("organisation_address_long")
    if profile.postal_code and not POSTAL_CODE.fullmatch(profile.postal_code):
        found["postal_code"] = Reason("postal_code_wrong")
    if profile.website and not WEBSITE.match(profile.website):
        found["website"] = Reason("website_wrong")
    if profile.siret and not french_siret.is_valid(profile.siret):
        found["siret"] = Reason("siret_wrong")
    if profile.rna and not RNA.fullmatch(profile.rna):
        found["rna"] = Reason("rna_wrong")
    found.update(_local_problems(profile))
    if profile.register_number:
        found.update(_register_problem(profile))
    if profile.register_court and profile.register_court not in COURTS:
        found["register_court"] = Reason("register_court_unknown")
    if profile.exemption_on and profile.exemption_on > clock.today():
        found["exemption_on"] = Reason("exemption_on_future")
    found.update(_bank_problems(profile))
    return found


def missing(profile: Profile) -> list[Reason]:
    """What must still be entered before the organisation can send an application (R4)."""
    reasons = []
    for name in PROFILE_FIELDS:
        if name not in asked(profile.kind, profile.country) or name in OPTIONAL:
            continue
        if name == "siret" and profile.siret_pending:
            continue
        if name == "rna" and not profile.rna and any(getattr(profile, part) for part in LOCAL):
            reasons += [Reason(f"missing_{part}") for part in LOCAL if not getattr(profile, part)]
        elif name == "people":
            reasons += _group_problem(profile)
        elif not getattr(profile, name):
            reasons.append(Reason(f"missing_{name}"))
    printed = "".join((profile.name, profile.street, profile.postal_code, profile.city))
    if foreign := unprintable(printed):
        reasons.append(Reason("organisation_unprintable", facts={"characters": " ".join(foreign)}))
    if not _fits_window(profile):
        reasons.append(Reason("organisation_address_long"))
    return reasons


def _fits_window(profile: Profile) -> bool:
    return window.organisation_fits(profile.name, profile.street, f"{profile.postal_code} {profile.city}")


def _group_problem(profile: Profile) -> list[Reason]:
    names = [fold(person["name"]) for person in profile.people if person.get("name")]
    if len(set(names)) >= GROUP_MINIMUM:
        return []
    key = "group_too_small" if len(names) < GROUP_MINIMUM else "group_people_repeated"
    return [Reason(key, facts={"count": GROUP_MINIMUM})]


def _local_problems(profile: Profile) -> dict[str, Reason]:
    """The tribunals of three departments keep registers of associations, which are entered there and have no RNA."""
    found: dict[str, Reason] = {}
    if profile.local_volume and not VOLUME.fullmatch(profile.local_volume):
        found["local_volume"] = Reason("local_volume_wrong")
    if profile.local_folio and not FOLIO.fullmatch(profile.local_folio):
        found["local_folio"] = Reason("local_folio_wrong")
    if profile.local_court and profile.postal_code and not profile.postal_code.startswith(LOCAL_LAW):
        found["local_court"] = Reason("local_law_elsewhere")
    return found


def _register_problem(profile: Profile) -> dict[str, Reason]:
    wanted = register_kind(profile.kind)
    if not profile.register_number.startswith(f"{wanted} "):
        return {"register_number": Reason("register_number_wrong", facts={"register": wanted})}
    court = profile.register_court or COURTS[0]
    try:
        handelsregisternummer.validate(f"{court} {profile.register_number}")
    except ValidationError:
        return {"register_number": Reason("register_number_wrong", facts={"register": wanted})}
    return {}


def _bank_problems(profile: Profile) -> dict[str, Reason]:
    """Any account of the euro payments area will do: refusing a country's IBANs would break Regulation 260/2012.

    A BIC may name another country than the IBAN: banks of Monaco and overseas, and branches under their parent's BIC.
    """
    found: dict[str, Reason] = {}
    if profile.iban:
        try:
            iban = IBAN(profile.iban, validate_bban=profile.iban.startswith("FR"))
        except (SchwiftyException, ValueError):
            found["iban"] = Reason("iban_wrong")
        else:
            if not iban.in_sepa_zone:
                found["iban"] = Reason("iban_outside_sepa")
    if profile.bic:
        try:
            BIC(profile.bic)
        except (SchwiftyException, ValueError):
            found["bic"] = Reason("bic_wrong")
    return found
