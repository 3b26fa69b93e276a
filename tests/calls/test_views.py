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


def test_a_closing_date_of_category_4_that_has_gone_by_says_so(client: FlaskClient, given: Given) -> None:
    call = given.call()
    moments = [clock.now() - timedelta(days=1), clock.now() + timedelta(days=1)]
    with given.session():
        category_4 = db.session.get_one(Category, call.categories[-1].id)
        category_4.closings += [Closing(closes_at=moment) for moment in moments]

    page = client.get(f"/calls/{call.code}?lang=de").text

    gone, coming = (locale.long_date(moment) for moment in moments)
    assert f"{gone}</span> (vorbei)" in page
    assert f"{coming}</span> (vorbei)" not in page
    assert coming in page


def test_an_unknown_call_does_not_exist(client: FlaskClient) -> None:
    assert client.get("/calls/99-9").status_code == 404


def test_only_administrators_read_the_rules(
    given: Given, as_: Callable[[Person], FlaskClient], client: FlaskClient
) -> None:
    assert client.get("/admin/calls").status_code == 302
    assert as_(given.staff(Role.FINANCE, party=Party.TOULOUSE)).get("/admin/calls").status_code == 403
    page = as_(given.staff(Role.ADMINISTRATOR, party=Party.DUESSELDORF)).get("/admin/calls?lang=fr")
    assert page.status_code == 200
    assert "Enveloppe" in page.text
