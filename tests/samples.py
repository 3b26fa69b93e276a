"""Samples in one line: an organisation, a budget that balances, a file with every question answered."""

from datetime import date, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

from grantflow.accounts.models import Person
from grantflow.accounts.rules import Name
from grantflow.applications import rules as application_rules
from grantflow.applications import service as applications
from grantflow.applications.models import Application
from grantflow.applications.states import (
    CostType,
    Format,
    IncomeType,
    LineKind,
    StepName,
    Theme,
)
from grantflow.kernel import clock
from grantflow.kernel.money import eur
from grantflow.kernel.parties import Side
from grantflow.letters.states import Channel
from grantflow.organisations.rules import Profile
from grantflow.organisations.states import Country, Kind
from grantflow.platform import passwords

#: What a grant is for, as the offices word it.
PURPOSE = {"purpose_de": "Eine Woche gemeinsames Training.", "purpose_fr": "Une semaine d’entraînement commun."}
PASSWORD = "Rheinbrücke und Pont-Neuf"


@cache
def password_hash() -> str:
    """One hash for everybody."""
    return passwords.hash_of(PASSWORD)


def profile(country: Country = Country.GERMANY, kind: Kind = Kind.ASSOCIATION, **changes: Any) -> Profile:
    """A complete organisation with numbers of its own."""
    serial = uuid4().int % 900_000 + 100_000
    common: dict[str, Any] = {
        "name": f"Verein {serial}",
        "kind": kind,
        "country": country,
        "street": "Am Ufer 1",
        "postal_code": "40213" if country is Country.GERMANY else "31000",
        "city": "Düsseldorf" if country is Country.GERMANY else "Toulouse",
        "representative": "Kim Beispiel",
        "iban": "DE89370400440532013000" if country is Country.GERMANY else "FR1420041010050500013M02606",
        "account_holder": f"Verein {serial}",
        "competent_body": "Rat",
        "people": [{"name": f"Person {n}", "city": "Düsseldorf"} for n in range(3)] if kind is Kind.GROUP else [],
    }
    if country is Country.GERMANY:
        register = "HRB" if kind is Kind.NON_PROFIT_COMPANY else "VR"
        common |= {
            "register_court": "Düsseldorf",
            "register_number": f"{register} {serial}",
            "exemption_on": date(2025, 3, 3),
        }
    else:
        common |= {"rna": f"W31{uuid4().int % 10_000_000:07d}", "siret": siret()}
    return Profile(**{**common, **changes})


def siret() -> str:
    """A fresh SIRET whose check digits are right."""
    from stdnum import luhn

    siren = f"{uuid4().int % 100_000_000:08d}"
    siren += luhn.calc_check_digit(siren)
    return (nic := f"{siren}0001") + luhn.calc_check_digit(nic)


def called(name: str) -> Name:
    """Title, first names and family name of somebody written in one line: ``Dr. Anke Sommer``."""
    title, name = ("Dr.", name[4:]) if name.startswith("Dr. ") else ("", name)
    given_name, _, family_name = name.rpartition(" ")
    return Name(title=title, given_name=given_name, family_name=family_name)


def fill_in(
    application: Application,
    by: Person,
    title: str = "",
    asks: int = eur(9_400),
    costs: int = eur(11_800),
    starts_in: int = 168,
    partner_name: str = "",
    channel: Channel = Channel.PORTAL,
) -> None:
    """Answer every step so that the file can be sent; needs an open app context."""
    german = application.lead.country is Country.GERMANY
    starts = clock.today() + timedelta(days=starts_in)
    applications.save_partner(
        application,
        {
            "name": partner_name or f"Partner {uuid4().hex[:8]}",
            "kind": Kind.ASSOCIATION,
            "country": Country.FRANCE if german else Country.GERMANY,
            "city": "Toulouse" if german else "Düsseldorf",
            "contact_name": "Dominique Exemple",
            "email": "partner@example.org",
            "run_by": None,
            "role": "Beide Seiten planen und tragen das Projekt gemeinsam.",
        },
        partner_search=False,
        equal_roles=True,
        by=by,
    )
    project: dict[str, Any] = {
        "title": title or f"Projekt {uuid4().hex[:8]}",
        "summary": "Eine Woche gemeinsames Training an zwei Orten.",
        "theme": Theme.SPORT,
        "format": Format.GROUP_EXCHANGE,
        "places": "Düsseldorf, Toulouse",
    }
    people: dict[str, Any] = {
        "participants_german": 14,
        "participants_french": 14,
        "volunteers": 12,
        "volunteer_hours": 480,
        "mostly_minors": False,
        "is_school_trip": False,
    }
    said = {question.code: f"Antwort: {question.label_de}" for question in application.call.questions}
    applications.save_answers(application, StepName.PROJECT, {**project, **said}, by=by)
    applications.save_answers(application, StepName.PEOPLE, {**people, **said}, by=by)
    applications.save_answers(
        application, StepName.DATES, {"starts_on": starts, "ends_on": starts + timedelta(days=6)}, by=by
    )
    applications.save_budget(application, budget(asks, costs), requested_cents=asks, by=by)
    codes = application_rules.required_declarations(application.lead.kind, application.lead.country)
    applications.declare(application, frozenset(codes), by=by)
    applications.choose_channel(application, channel, by=by)


def budget(asks: int, costs: int) -> list[application_rules.Line]:
    """Two costs and own funds that balance."""
    own = costs - asks
    made = [
        application_rules.Line(
            kind=LineKind.COST,
            type=CostType.TRAVEL,
            description="Bahnfahrkarten",
            side=Side.GERMAN,
            cents=costs - costs // 3,
        ),
        application_rules.Line(
            kind=LineKind.COST,
            type=CostType.STAY,
            description="Unterkunft",
            side=Side.FRENCH,
            cents=costs // 3,
        ),
    ]
    if own > 0:
        made.append(
            application_rules.Line(
                kind=LineKind.INCOME, type=IncomeType.OWN_FUNDS, description="Vereinskasse", cents=own
            )
        )
    return made


#: What the acts of Düsseldorf rest on, as its document says it.
LAW: dict[str, Any] = {
    "legal_basis": {"de": "§ 35 VwVfG NRW", "fr": "article 35 VwVfG NRW"},
    "remedy": {
        "court": "Verwaltungsgericht Düsseldorf",
        "address": {"street": "Bastionstraße 39", "postal_code": "40213", "city": "Düsseldorf"},
        "months": 1,
    },
}
