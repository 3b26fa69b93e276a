"""A call written in the browser: by both offices, line by line, without a script."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import func, select

from grantflow.accounts.models import Person
from grantflow.calls.models import Call
from grantflow.kernel import clock
from grantflow.kernel.parties import Party, Role
from grantflow.platform.db import db
from grantflow.releases import service as releases
from grantflow.releases.models import Edition
from tests.given import Given

from .samples import EARLY, OPEN, changed

As = Callable[[Person], FlaskClient]
D, T, M = Party


@pytest.fixture(name="office")
def an_office(given: Given) -> Iterator[Person]:
    with clock.frozen(EARLY):
        yield given.person(Role.OFFICE, party=D)


def draft(app: Flask, office: Person, *changes: tuple[str, Any]) -> str:
    with app.app_context():
        edition = releases.draft("call", "27-7", changed(*changes), by=office)
        db.session.commit()
        return f"/admin/calls/drafts/{edition.id}"


def typed(page: str) -> dict[str, Any]:
    """What the form would send as it stands."""
    form = html.fromstring(page).get_element_by_id("page-form")
    found: dict[str, Any] = {}
    for name, value in form.form_values():
        found.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def saved(app: Flask) -> Edition:
    with app.app_context():
        edition = db.session.scalars(select(Edition).where(Edition.key == "27-7")).one()
        db.session.expunge_all()
        return edition


def test_a_draft_that_is_saved_as_it_stands_is_the_same_draft(app: Flask, office: Person, as_: As) -> None:
    """Every value of the document has its field, and comes back from it."""
    address, client = draft(app, office), as_(office)
    with app.app_context():
        before = releases.canonical_content("call", saved(app).content)
    for language in ("de", "fr"):
        answer = client.post(address, data=typed(client.get(f"{address}?lang={language}").text))
        assert answer.status_code == 302
    assert saved(app).content == before


def test_lines_are_added_moved_and_taken_away_by_buttons(app: Flask, office: Person, as_: As) -> None:
    address, client = draft(app, office), as_(office)

    def press(action: str, **more: str) -> str:
        answer = client.post(address, data={**typed(client.get(address).text), **more, "action": action})
        assert answer.status_code == 302
        return str(answer.location)

    assert press("add:questions").endswith("#questions-3")
    # Nobody need know what a short name is.
    label = {"questions-3-label-de": "Was kostet die Anreise?", "questions-3-label-fr": "Combien coûte le trajet ?"}
    assert press("up:questions:3", **label).endswith("#questions-2")
    assert press("remove:questions:0").endswith("#questions-0")
    assert press("down:criteria:0").endswith("#criteria-1")
    content = saved(app).content
    assert [question["code"] for question in content["questions"]] == ["idea", "was_kostet_die_anreise", "risks"]
    assert [criterion["code"] for criterion in content["criteria"]] == ["novelty", "reach"]


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("categories-0-up_to", "viel", "Bitte geben Sie einen Betrag ein"),
        ("closes_at", "31.10.2027", "Bitte geben Sie einen Tag mit Uhrzeit ein"),
        ("questions-0-longest", "lang", "Bitte geben Sie eine ganze Zahl ein."),
    ],
)
def test_what_cannot_be_read_stays_on_the_page_and_saves_nothing(
    app: Flask, office: Person, as_: As, field: str, value: str, says: str
) -> None:
    address, client = draft(app, office), as_(office)
    answer = client.post(address, data={**typed(client.get(address).text), "title-de": "Neu", field: value})
    assert answer.status_code == 422
    page = html.fromstring(answer.text)
    assert page.get_element_by_id(field).get("value") == value
    assert says in page.get_element_by_id(f"{field}-error").text_content()
    assert saved(app).content["title"]["de"] == "Encounters (de)"


def test_what_is_wrong_stands_at_its_field(app: Flask, office: Person, as_: As) -> None:
    wrong = [("categories.1.min_score", 31), ("envelopes.0.party", "metropole"), ("questions.0.informs", ["beauty"])]
    page = html.fromstring(as_(office).get(f"{draft(app, office, *wrong)}?lang=de").text)
    assert "ergeben 30 Punkte" in page.get_element_by_id("categories-1-min_score-error").text_content()
    assert "hat schon einen" in page.get_element_by_id("envelopes-2-party-error").text_content()
    assert "beauty" in page.get_element_by_id("questions-0-informs-error").text_content()
    assert "je einen Förderrahmen" in page.get_element_by_id("error-summary").text_content()


def test_what_is_only_open_is_counted_and_shown_when_asked_for(app: Flask, office: Person, as_: As) -> None:
    address, client = draft(app, office, ("title.fr", ...), ("lead_days", ...)), as_(office)
    page = client.get(f"{address}?lang=de").text
    assert "error-summary" not in page
    assert "2 Einträge sind noch leer." in page
    page = html.fromstring(client.get(f"{address}?lang=de&all=1").text)
    assert page.get_element_by_id("title-fr-error") is not None
    # Nobody is sent to sign what cannot be signed.
    answer = client.post(address, data={**typed(client.get(address).text), "action": "sign"})
    assert answer.location.endswith("?all=1")


def test_two_offices_at_once_lose_nothing(app: Flask, office: Person, given: Given, as_: As) -> None:
    address, other = draft(app, office), given.person(Role.OFFICE, party=T, language="fr")
    mine, theirs = as_(office), as_(other)
    old = typed(mine.get(f"{address}?lang=de").text)
    theirs.post(address, data={**typed(theirs.get(address).text), "title-fr": "Rencontres"})
    answer = mine.post(address, data={**old, "title-de": "Begegnungen"})
    assert answer.status_code == 409
    page = html.fromstring(answer.text)
    assert page.get_element_by_id("title-de").get("value") == "Begegnungen"
    assert "Rencontres" in page.text_content()
    assert saved(app).content["title"] == {"de": "Encounters (de)", "fr": "Rencontres"}


def test_a_preview_shows_the_call_as_applicants_will_see_it_and_writes_no_row(
    app: Flask, office: Person, as_: As
) -> None:
    address, client = draft(app, office), as_(office)
    with app.app_context():
        before = db.session.scalar(select(func.count()).select_from(Call))
    page = client.get(f"{address}/preview?lang=de").text
    assert [words for words in ("Encounters (de)", "novelty ten (de)", "zählt 2-fach", "36.000") if words in page] == [
        "Encounters (de)",
        "novelty ten (de)",
        "zählt 2-fach",
    ]
    first, second = (client.get(f"{address}/preview/steps?lang=de&category={number}").text for number in (1, 2))
    assert ("risks (de)" in first, "risks (de)" in second) == (False, True)
    assert "Pflicht, wenn Sie mehr als 5.000,00\u00a0€ beantragen" in first
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Call)) == before


def test_a_call_is_begun_like_last_years(app: Flask, office: Person, given: Given, as_: As) -> None:
    signatories = [given.signatory(party) for party in Party]
    draft(app, office)
    with app.app_context():
        edition = db.session.scalars(select(Edition).where(Edition.key == "27-7")).one()
        for person in signatories:
            releases.turn_key(edition, digest=releases.fingerprint(edition), by=person)
        db.session.commit()
    client = as_(office)
    page = client.get("/admin/calls/new?lang=de").text
    assert "Wie Förderaufruf 27-7, ein Jahr später" in page
    answer = client.post("/admin/calls/new", data={"code": "28-1", "base": "27-7", "csrf_token": ""})
    assert re.match("/admin/calls/drafts/", answer.location)
    with app.app_context():
        made = db.session.get_one(Edition, UUID(answer.location.rsplit("/", 1)[1]))
        assert (made.content["opens_at"], made.content["closes_at"]) == ("2028-02-01T00:00:00", "2028-10-31T23:59:00")
        assert made.content["categories"][1]["closings"][0] == "2028-06-30T23:59:00"
        assert made.content["criteria"] == edition.content["criteria"]
    refused = client.post("/admin/calls/new", data={"code": "27-7", "base": "27-7"})
    assert refused.status_code == 422
    assert "Diese Kennung hat schon ein anderer Förderaufruf." in refused.text


def test_an_open_call_offers_only_what_may_still_change(app: Flask, office: Person, given: Given, as_: As) -> None:
    signatories = [given.signatory(party) for party in Party]
    draft(app, office)
    with app.app_context():
        edition = db.session.scalars(select(Edition).where(Edition.key == "27-7")).one()
        for person in signatories:
            releases.turn_key(edition, digest=releases.fingerprint(edition), by=person)
        db.session.commit()
    with clock.frozen(OPEN):
        client = as_(office)
        address = client.post("/editions/begin/call/27-7").location
        page = html.fromstring(client.get(f"{address}?lang=de").text)
    assert page.xpath("//button[starts-with(@value, 'add:') or starts-with(@value, 'remove:')]") == []
    readonly = {name: page.get_element_by_id(name).get("readonly") is not None for name in ("gap_limit", "closes_at")}
    assert readonly == {"gap_limit": True, "closes_at": False}


@pytest.mark.parametrize("path", ["", "/new", "/drafts/{}", "/drafts/{}/preview", "/drafts/{}/preview/steps"])
def test_applicants_see_no_draft(app: Flask, office: Person, given: Given, as_: As, path: str) -> None:
    edition = draft(app, office).rsplit("/", 1)[1]
    assert as_(given.applicant()).get(f"/admin/calls{path.format(edition)}").status_code in (403, 404)
