"""The public window and the rules for administrators."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from grantflow.accounts.models import Person
from grantflow.kernel.parties import Party, Role
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
