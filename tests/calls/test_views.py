"""The public window and the rules for administrators."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from grantflow.accounts.models import Person
from grantflow.calls.models import Category, Closing
from grantflow.kernel import clock
from grantflow.kernel.parties import Party, Role
from grantflow.platform import locale
from grantflow.platform.db import db
from tests.given import Given


@pytest.mark.parametrize("path", ["/", "/calls", "/privacy", "/imprint", "/contact", "/accessibility"])
@pytest.mark.parametrize("language", ["de", "fr"])
def test_public_pages_answer_in_both_languages(client: FlaskClient, path: str, language: str) -> None:
    answer = client.get(f"{path}?lang={language}")

    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text


def test_the_open_call_shows_its_deadline_and_rules(client: FlaskClient, given: Given) -> None:
    call = given.call()

    start, page = client.get("/?lang=de").text, client.get(f"/calls/{call.code}?lang=de").text

    assert call.title_de in start
    assert call.title_de in page
    assert "Mindestpunktzahl" in page


@pytest.mark.parametrize(
    ("share_bp", "days", "told"),
    [
        (7500, 42, {"de": ("75 %", "25 %", "in 6 Wochen"), "fr": ("75 %", "25 %", "dans 6 semaines")}),
        (8500, 30, {"de": ("85 %", "15 %", "in 30 Tagen"), "fr": ("85 %", "15 %", "dans 30 jours")}),
        (8000, 7, {"de": ("80 %", "20 %", "in 1 Woche."), "fr": ("80 %", "20 %", "dans 1 semaine.")}),
        (8000, None, {"de": ("80 %", "20 %", "selbst auf."), "fr": ("80 %", "20 %", "des dépenses.")}),
    ],
)
def test_the_start_page_tells_the_share_and_the_lead_of_the_open_call(
    client: FlaskClient, given: Given, share_bp: int, days: int | None, told: dict[str, tuple[str, ...]]
) -> None:
    call = given.call()
    with given.session():
        for category in call.categories[:3]:
            row = db.session.get_one(Category, category.id)
            row.share_bp, row.lead_days = share_bp, days
    for language, parts in told.items():
        page = " ".join(client.get(f"/?lang={language}").text.replace("\u202f", " ").replace("\xa0", " ").split())
        lead = page[page.index('class="lead"') :][:500]
        who = page[page.index('class="who__list"') :][:2500]
        assert parts[0] in lead
        assert parts[1] in who
        assert parts[2] in who


def test_without_an_open_call_the_start_page_promises_no_figures(client: FlaskClient, given: Given) -> None:
    call = given.call()
    with clock.frozen(call.closes_at + timedelta(days=1)):
        german, french = client.get("/?lang=de").text, client.get("/?lang=fr").text
    assert "tragen einen Teil der förderfähigen Kosten" in german
    assert "financent une partie des dépenses éligibles" in french
    for page in (german, french):
        assert "%" not in page[page.index('class="lead"') : page.index('id="open-calls"')]


def test_a_closing_date_of_category_4_that_has_gone_by_says_so(client: FlaskClient, given: Given) -> None:
    call = given.call()
    moments = [clock.now() - timedelta(days=1), clock.now() + timedelta(days=1)]
    with given.session():
        category_4 = db.session.get_one(Category, call.categories[-1].id)
        category_4.closings += [Closing(closes_at=moment) for moment in moments]

    page = client.get(f"/calls/{call.code}?lang=de").text

    gone, coming = (locale.long_date(moment) for moment in moments)
    assert f"{gone}</span> (abgelaufen)" in page
    assert f"{coming}</span> (abgelaufen)" not in page
    assert coming in page


def test_staff_read_who_applies_instead_of_a_button(given: Given, as_: Callable[[Person], FlaskClient]) -> None:
    call = given.call()
    office = as_(given.staff(Role.OFFICE, Party.TOULOUSE))
    url = f"/calls/{call.code}?lang=de"
    page = office.get(url).text
    assert "Anträge stellen Organisationen." in page
    assert "keine Anträge möglich" not in page
    with clock.frozen(call.closes_at + timedelta(days=1)):
        assert "keine Anträge möglich" in as_(given.staff(Role.OFFICE, Party.TOULOUSE)).get(url).text


@pytest.mark.parametrize(
    ("language", "nothing_yet", "finance"),
    [
        ("de", "löscht sie noch nicht von selbst", "weder Bewertungen noch die Bankverbindung"),
        ("fr", "n’efface pas encore d’elle-même", "jamais les évaluations ni les coordonnées bancaires"),
    ],
)
def test_the_privacy_notice_promises_what_this_version_does(
    client: FlaskClient, language: str, nothing_yet: str, finance: str
) -> None:
    """No job deletes files after a period yet, and the finance desk shows letters without bank accounts."""
    page = client.get(f"/privacy?lang={language}").text
    assert nothing_yet in page
    assert finance in page


def test_an_unknown_call_does_not_exist(client: FlaskClient) -> None:
    assert client.get("/calls/99-9").status_code == 404


def test_administrators_offices_and_signatories_read_the_rules(
    given: Given, as_: Callable[[Person], FlaskClient], client: FlaskClient
) -> None:
    assert client.get("/admin/calls").status_code == 302
    assert as_(given.staff(Role.FINANCE, party=Party.TOULOUSE)).get("/admin/calls").status_code == 403
    code = given.call().code
    for role in (Role.ADMINISTRATOR, Role.OFFICE, Role.SIGNATORY):
        client = as_(given.staff(role, party=Party.DUESSELDORF))
        assert code in client.get("/admin/calls?lang=fr").text
        assert "Enveloppe" in client.get(f"/admin/calls/{code}?lang=fr").text
