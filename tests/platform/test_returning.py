"""A form without a session that fits it: what was typed comes back, to its author only, and nothing is saved."""

from typing import NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from grantflow.accounts.models import Person
from tests.conftest import sign_in
from tests.given import PASSWORD, Given

OURS = {"Origin": "http://localhost"}


@pytest.fixture
def checked(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """With tokens in its forms, as outside of tests."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    return app


def sent_again(client: FlaskClient, page: str) -> str:
    """The page behind the button "back to the form"."""
    (form,) = (form for form in html.fromstring(page).forms if "_again" in form.fields)
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


#: Every page on which applicants and reviewers write, and a field of it.
PAGES = {
    "/organisations/new": "name",
    "/organisations/{organisation}": "website",
    "/applications/{file}/partner": "contact_name",
    "/applications/{file}/project": "summary",
    "/applications/{file}/people": "who_works",
    "/applications/{file}/dates": "starts_on",
    "/applications/{file}/budget": "costs-0-description",
    "/applications/{file}/declarations": "channel",
    "/applications/{file}/withdraw": "sure",
    "/applications/{file}/channel": "channel",
    "/applications/new": "organisation",
    "/profile": "phone",
    "/review/{review}/declaration": "reason",
    "/review/{review}": "comment_1",
}
WORD = "Pont-Neuf um halb acht"


class Written(NamedTuple):
    """A form that its author filled in, and has not sent."""

    by: Person
    client: FlaskClient
    path: str
    name: str
    #: What the author entered there: a word, or the choice they made.
    word: str
    fields: dict[str, str]

    def send(self, client: FlaskClient | None = None, **headers: str) -> TestResponse:
        return (client or self.client).post(self.path, data=self.fields, headers=OURS | headers)

    def is_shown_by(self, page: str) -> bool:
        shown = (form.fields[self.name] for form in html.fromstring(page).forms if self.name in form.fields)
        return self.word in ((value or "").strip() for value in shown)


@pytest.fixture
def written(checked: Flask, given: Given, request: pytest.FixtureRequest) -> Written:
    path = getattr(request, "param", "/applications/{file}/project")
    if path.startswith("/review"):
        review, by, _other = given.in_review()
        file, organisation = review, None
        if not path.endswith("declaration"):
            given.declare(review, by)
    else:
        by = given.applicant()
        organisation = given.organisation(by)
        file = given.application(by=by, organisation=organisation)
    name = PAGES[path]
    path = path.format(file=file.id, review=file.id, organisation=organisation and organisation.id)
    client = sign_in(checked, by)
    (form,) = (form for form in html.fromstring(client.get(path).text).forms if name in form.fields)
    field = form.inputs[name]
    if getattr(field, "type", "") == "checkbox":
        field.checked = True
    elif isinstance(field, html.RadioGroup):
        field.value = field.value_options[-1]
    elif getattr(field, "type", "") not in {"hidden", "radio"}:
        form.fields[name] = WORD
    return Written(by, client, path, name, form.fields[name], dict(form.form_values()))


def signed_in_again(client: FlaskClient, by: Person, page: str) -> str:
    """What the sign-in page leads its author to."""
    (form,) = (form for form in html.fromstring(page).forms if "kept" in form.fields)
    form.fields.update({"email": by.email, "password": PASSWORD})
    reply = client.post(form.action, data=dict(form.form_values()), headers=OURS)
    assert reply.status_code == 200
    return reply.text


def sign_out(client: FlaskClient) -> None:
    """In another tab."""
    page = html.fromstring(client.get("/profile").text)
    form = next(form for form in page.forms if (form.action or "").endswith("/sign-out"))
    assert client.post("/sign-out", data=dict(form.form_values()), headers=OURS).status_code == 302


@pytest.mark.parametrize("written", PAGES, indirect=True)
def test_a_session_ended_in_another_tab_costs_no_words(written: Written) -> None:
    """The form comes back filled after signing in, with nothing saved; sent once more, it is."""
    sign_out(written.client)
    reply = written.send()
    assert reply.status_code == 403
    page = sent_again(written.client, signed_in_again(written.client, written.by, reply.text))
    assert written.is_shown_by(page)
    assert "Es ist noch nichts gespeichert" in page
    assert WORD not in written.client.get(written.path).text


@pytest.mark.parametrize("written", PAGES, indirect=True)
def test_a_token_that_no_longer_fits_costs_no_words(written: Written, checked: Flask) -> None:
    """Signed in again in another tab: the same page comes back at once, filled, with a token that fits."""
    again = sign_in(checked, written.by)
    reply = written.send(again)
    assert reply.status_code == 400
    assert written.is_shown_by(reply.text)
    assert "Es ist noch nichts gespeichert" in reply.text
    assert WORD not in again.get(written.path).text
    (form,) = (form for form in html.fromstring(reply.text).forms if written.name in form.fields)
    assert again.post(written.path, data=dict(form.form_values()), headers=OURS).status_code in {200, 302, 422}


def test_what_comes_back_is_saved_once_it_is_sent_again(written: Written, checked: Flask) -> None:
    again = sign_in(checked, written.by)
    (form,) = (form for form in html.fromstring(written.send(again).text).forms if written.name in form.fields)
    assert again.post(written.path, data=dict(form.form_values()), headers=OURS).status_code == 302
    assert WORD in again.get(written.path).text


def test_whoever_signs_in_instead_gets_no_words_of_others(written: Written, given: Given) -> None:
    """Not even a colleague of the same organisation, who may read the page itself."""
    other = given.applicant()
    sign_out(written.client)
    (form,) = (form for form in html.fromstring(written.send().text).forms if "kept" in form.fields)
    form.fields.update({"email": other.email, "password": PASSWORD})
    reply = written.client.post(form.action, data=dict(form.form_values()), headers=OURS)
    assert reply.status_code == 302
    assert WORD not in reply.text


def test_a_form_of_another_account_waits_for_that_account(written: Written, checked: Flask, given: Given) -> None:
    """Somebody else has signed in in this browser since: nothing is filled for them, nothing is lost for its author."""
    other = sign_in(checked, given.applicant())
    reply = written.send(other)
    assert reply.status_code == 403
    assert "mit einem anderen Konto geöffnet" in reply.text
    assert not written.is_shown_by(reply.text)
    assert written.is_shown_by(sent_again(other, signed_in_again(other, written.by, reply.text)))


def test_a_token_of_ones_own_fills_nobody_elses_form(written: Written, checked: Flask, given: Given) -> None:
    """An attacker's text under the attacker's token does not come back to the victim whose browser sends it."""
    victim = given.applicant()
    client = sign_in(checked, victim)
    assert not written.is_shown_by(written.send(client).text)
    for origin in ("https://evil.example", "null", ""):
        reply = written.send(client, Origin=origin)
        assert reply.status_code == 400
        assert WORD not in reply.text


def test_whose_form_it_is_unknown_its_words_can_be_copied(written: Written) -> None:
    """No token of ours, nobody signed in: the words go into no form, and are not lost."""
    sign_out(written.client)
    long = WORD * 3
    reply = written.client.post(written.path, data={"summary": long, "csrf_token": "stale"}, headers=OURS)
    assert reply.status_code == 400
    (shown,) = html.fromstring(reply.text).xpath("//textarea[@readonly]/text()")
    assert shown.strip() == long


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
