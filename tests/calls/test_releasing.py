"""Funders, their law, the agreement and the duty pages: released by two, then read by everybody."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import ValidationError
from sqlalchemy import select

from grantflow.accounts.models import Person
from grantflow.calls import queries, rules
from grantflow.calls.documents import AgreementDocument, FunderDocument
from grantflow.calls.models import Agreement, LegalText, PageText, RemedyRule
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, Incomplete
from grantflow.kernel.parties import Party, Role
from grantflow.platform.db import db
from grantflow.releases import service as releases
from grantflow.releases.models import Edition
from grantflow.releases.states import EditionState
from tests.given import Given
from tests.samples import LAW

D, T, M = Party
FUNDER: dict[str, Any] = {
    "name": {"de": "Landeshauptstadt Düsseldorf", "fr": "Ville de Düsseldorf"},
    "authority": "Der Oberbürgermeister",
    "department": "Büro für Internationales",
    "signatory_function": {"ms": "Leiterin", "mr": "Leiter", "neutral": "Leitung"},
    "address": {"street": "Marktplatz 2", "postal_code": "D-40213", "city": "Düsseldorf"},
    "contact": {
        "name": "Sabine Reinartz",
        "phone": "Tel. +49 211 89-00000",
        "email": "mailto:fonds@duesseldorf.example",
    },
    "register_prefix": "DU",
}
AGREEMENT: dict[str, Any] = {
    "title": {"de": "Vereinbarung", "fr": "Accord"},
    "signed_on": "2033-01-22",
    "valid_from": "2033-01-22",
    "valid_to": "2039-01-21",
}


@pytest.fixture(name="given_fund")
def a_fund(app: Flask, given: Given) -> Iterator[Given]:
    """The fund's rows as they are; an app context stays open."""
    with app.app_context():
        given.call()
        yield given
        db.session.rollback()


def drafted(kind: str, key: str, content: dict[str, Any], by: Person, **more: Any) -> Edition:
    return releases.draft(kind, key, releases.canonical_content(kind, content), by=by, **more)


def turned(edition: Edition, *people: Person) -> None:
    for person in people:
        releases.turn_key(edition, digest=releases.fingerprint(edition), by=person)


def administrators(given: Given, *parties: Party) -> list[Person]:
    return [given.staff(Role.ADMINISTRATOR, party) for party in parties]


def test_two_administrators_of_a_funder_change_what_its_letters_say(given_fund: Given) -> None:
    first, second = administrators(given_fund, D, D)
    edition = drafted("funder", "duesseldorf", FUNDER, first)
    turned(edition, first)
    assert queries.funders()[D].department != "Büro für Internationales"
    turned(edition, second)
    row = queries.funders()[D]
    assert edition.state is EditionState.IN_FORCE
    assert (row.name_fr, row.department, row.function_ms, row.register_prefix) == (
        *("Ville de Düsseldorf", "Büro für Internationales", "Leiterin", "DU"),
    )
    # What people type is stored as everything else reads it.
    assert (row.postal_code, row.phone, row.email) == ("40213", "+49 211 89-00000", "fonds@duesseldorf.example")


def test_where_a_funder_has_one_administrator_another_party_lends_the_second_key(given_fund: Given) -> None:
    alone, other = administrators(given_fund, M, T)
    content = {**FUNDER, "register_prefix": "TM"}
    edition = drafted("funder", "metropole", content, alone)
    turned(edition, alone, other)
    assert edition.state is EditionState.IN_FORCE


def test_where_a_funder_has_two_administrators_nobody_else_counts(given_fund: Given) -> None:
    first, _, stranger = administrators(given_fund, D, D, T)
    edition = drafted("funder", "duesseldorf", FUNDER, first)
    turned(edition, first)
    with pytest.raises(Forbidden):
        turned(edition, stranger)
    with pytest.raises(Forbidden):
        drafted("funder", "duesseldorf", FUNDER, stranger)


def test_no_funder_takes_the_letters_of_another_ones_register(given_fund: Given) -> None:
    first, _ = administrators(given_fund, D, D)
    edition = drafted("funder", "duesseldorf", {**FUNDER, "register_prefix": "T"}, first)
    with pytest.raises(Incomplete, match="register_prefix_taken"):
        turned(edition, first)


def test_law_that_changes_holds_from_its_day_and_the_one_before_until_the_day_before(given_fund: Given) -> None:
    first, second = administrators(given_fund, D, D)
    day = clock.today()
    edition = drafted("law", "duesseldorf", {**LAW, "remedy": {**LAW["remedy"], "months": 2}}, first, valid_from=day)
    turned(edition, first, second)
    for table in (LegalText, RemedyRule):
        old, new = db.session.scalars(
            select(table).where(table.funder_code == D).order_by(table.valid_from)  # type: ignore[attr-defined]
        )
        assert (old.valid_to, new.valid_from, new.valid_to) == (day - timedelta(days=1), day, None)


def test_three_signatories_make_an_agreement_and_a_city_each_a_page(given_fund: Given) -> None:
    office, french = administrators(given_fund, D, T)
    signatories = [given_fund.signatory(party) for party in Party]
    edition = drafted("agreement", "2033", AGREEMENT, office)
    turned(edition, *signatories[:2])
    assert edition.state is EditionState.DRAFT
    turned(edition, signatories[2])
    assert db.session.scalar(select(Agreement.valid_to).where(Agreement.code == "2033")) == date(2039, 1, 21)
    page = drafted("page", "imprint", {"text": {"de": "Impressum", "fr": "Mentions"}}, french)
    turned(page, french, office)
    assert [row.text_fr for row in db.session.scalars(select(PageText))] == ["Mentions"]


def test_a_duty_page_says_what_was_released_and_who_can_be_reached(
    app: Flask, given: Given, client: FlaskClient
) -> None:
    before = client.get("/imprint?lang=fr").text
    assert "Mentions nouvelles" not in before
    with app.app_context():
        german, french = administrators(given, D, T)
        text = "## Mentions nouvelles\n\n[Le site](https://example.org) <b>gras</b>"
        turned(drafted("page", "imprint", {"text": {"de": "Neu", "fr": text}}, french), french, german)
        db.session.commit()
    after = client.get("/imprint?lang=fr").text
    assert "<h2>Mentions nouvelles</h2>" in after
    assert '<a href="https://example.org">Le site</a> &lt;b&gt;gras' in after
    assert "fonds@toulouse.example" in after
    assert "Mentions nouvelles" not in client.get("/privacy?lang=fr").text


def agreement(**changes: Any) -> AgreementDocument:
    return AgreementDocument.model_validate({**AGREEMENT, **changes})


@pytest.mark.parametrize(
    ("document", "others", "flaws"),
    [
        (agreement(), [(date(2027, 1, 22), date(2033, 1, 21))], []),
        (agreement(), [(date(2027, 1, 22), date(2033, 1, 22))], ["flaw.agreements_overlap"]),
        (agreement(), [(date(2039, 1, 21), date(2040, 1, 1))], ["flaw.agreements_overlap"]),
        (agreement(valid_to="2033-01-22"), [], ["flaw.ends_before_it_begins"]),
        (agreement(signed_on="2034-01-22"), [], ["flaw.agreement_of_another_year"]),
    ],
)
def test_on_each_day_there_is_at_most_one_agreement(
    document: AgreementDocument, others: list[tuple[date, date]], flaws: list[str]
) -> None:
    assert [flaw.key for flaw in rules.agreement_flaws("2033", document, others)] == flaws


@pytest.mark.parametrize(
    ("path", "value", "flaw"),
    [
        (("department",), "Büro تونس", "unprintable"),
        (("department",), "", "string_too_short"),
        (("contact", "phone"), "Durchwahl", "phone"),
        (("contact", "email"), "fonds@", "email"),
        (("address", "postal_code"), "4021", "postal_code"),
        (("register_prefix",), "d", "register_prefix"),
    ],
)
def test_what_no_letter_could_print_or_no_post_reach_is_refused_at_its_place(
    path: tuple[str, ...], value: str, flaw: str
) -> None:
    content = {name: dict(part) if isinstance(part, dict) else part for name, part in FUNDER.items()}
    inner: Any = content
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    with pytest.raises(ValidationError) as refused:
        FunderDocument.model_validate(content)
    assert [(error["loc"], error["type"]) for error in refused.value.errors()] == [(path, flaw)]
