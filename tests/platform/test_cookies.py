"""A form without a session that fits it: the page says what is wrong, and hands back what was typed."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from tests.conftest import sign_in
from tests.given import Given

OURS = {"Origin": "http://localhost"}


@pytest.fixture
def checked(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """With tokens in its forms, as outside of tests."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    return app


def sent_again(client: FlaskClient, page: str) -> str:
    """The page behind the button "back to the form"."""
    (form,) = (form for form in html.fromstring(page).forms if "_language" in form.fields)
    reply = client.post(form.action, data=dict(form.form_values()), headers=OURS)
    assert reply.status_code == 200
    return reply.text


@pytest.mark.parametrize(
    ("language", "says"), [("de", "Ihr Browser hat unser Cookie nicht"), ("fr", "Votre navigateur n’a pas envoyé")]
)
def test_cookies_refused_are_named(checked: Flask, language: str, says: str) -> None:
    """Signing in is where they are missed first; the address comes back, the password never."""
    client = checked.test_client(use_cookies=False)
    typed = {"email": "lea@example.org", "password": "Rheinbrücke und Pont-Neuf", "csrf_token": "x"}
    reply = client.post(f"/sign-in?lang={language}", data=typed, headers=OURS)
    assert reply.status_code == 400
    assert says in reply.text
    assert 'value="lea@example.org"' in reply.text
    assert "Pont-Neuf" not in reply.text
    allowed = checked.test_client()
    page = allowed.post(f"/sign-in?lang={language}", data=typed, headers=OURS).text
    assert 'value="lea@example.org"' in sent_again(allowed, page)


def test_a_token_that_no_longer_fits_costs_no_words(checked: Flask, given: Given) -> None:
    by = given.applicant()
    client = sign_in(checked, by)
    typed = {"name": "Chor am Rhein", "country": "DE", "kind": "association", "street": "Rheinallee 55"}
    reply = client.post("/organisations/new", data={**typed, "csrf_token": "stale"}, headers=OURS)
    assert reply.status_code == 400
    assert "Das Formular war abgelaufen" in reply.text
    assert "Cookie" not in reply.text
    form = sent_again(client, reply.text)
    assert 'value="Rheinallee 55"' in form
    assert "Chor am Rhein" not in client.get("/organisations").text


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}, {"Origin": "null"}])
def test_what_somebody_else_typed_does_not_come_back(checked: Flask, given: Given, headers: dict[str, str]) -> None:
    client = sign_in(checked, given.applicant())
    reply = client.post("/organisations/new", data={"name": "Untergeschoben"}, headers=headers)
    assert reply.status_code == 400
    assert "Untergeschoben" not in reply.text
    assert "Öffnen Sie die Seite danach neu" in reply.text


@pytest.mark.parametrize("path", ["/sign-in", "/register", "/reset"])
def test_a_head_is_no_invalid_form(client: FlaskClient, path: str) -> None:
    assert client.head(path).status_code == client.get(path).status_code == 200
