"""What was typed survives the end of a session (D21); headers, and forged requests (T26)."""

import html
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grantflow.accounts import service
from grantflow.accounts.models import Person, Token
from grantflow.kernel.parties import SYSTEM, Party, Role
from grantflow.notifications.models import Message
from grantflow.platform.db import db
from tests.accounts.visiting import OTHER, As, registration, sign_in, text
from tests.given import PASSWORD, Given


def hidden_fields(page: str, form_action: str) -> dict[str, str]:
    form = page.split(f'action="{form_action}"', 1)[1].split("</form>", 1)[0]
    found = re.findall(r'<input[^>]*type="hidden"[^>]*>', form)
    pairs = [(re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)) for tag in found]
    return {name.group(1): html.unescape(value.group(1)) if value else "" for name, value in pairs if name}


def typed_too_late(app: Flask, given: Given, as_: As) -> tuple[Person, FlaskClient, dict[str, str]]:
    """A profile form posted after the session ended, and the hidden fields of the sign-in page that answers."""
    person = given.applicant()
    client = as_(person)
    with app.app_context():
        service.sign_out(db.session.get_one(Person, person.id), by=SYSTEM)
        db.session.commit()
    reply = client.post(
        "/profile",
        data={"given_name": "Zoë", "family_name": '"Z" <b>', "address": "mr", "language": "de", "phone": "1"},
    )
    assert reply.status_code == 403
    return person, client, hidden_fields(reply.get_data(as_text=True), "/sign-in")


def test_a_name_too_long_for_the_window_of_an_envelope_is_told_at_its_field(client: FlaskClient, app: Flask) -> None:
    long = {"title": "Univ.-Prof. Dr. Dr. h. c.", "given_name": "W" * 40, "family_name": "W" * 40}
    reply = client.post("/register?lang=de", data=registration(**long))
    assert reply.status_code == 422
    assert "zu lang für die Anschrift" in text(reply)
    fitting = {
        "given_name": "Karl-Theodor Maria Nikolaus",
        "family_name": "Freiherr von und zu Hohenlohe-Schillingsfürst",
    }
    assert client.post("/register", data=registration(**long | fitting)).status_code == 302


def test_typed_text_comes_back_after_signing_in_again(app: Flask, given: Given, as_: As, rows: Any) -> None:
    person, client, fields = typed_too_late(app, given, as_)

    reply = sign_in(client, person.email, **fields)
    assert reply.status_code == 200
    kept = hidden_fields(reply.get_data(as_text=True), "/profile")
    assert kept["family_name"] == '"Z" <b>'

    reply = client.post("/profile", data=kept)

    assert reply.status_code == 200  # shown again, not saved
    assert 'value="&#34;Z&#34; &lt;b&gt;"' in reply.get_data(as_text=True)
    assert rows(select(Person.name).where(Person.id == person.id)) == [person.name]


def test_typed_text_comes_back_to_its_author_only(app: Flask, given: Given, as_: As) -> None:
    _, client, fields = typed_too_late(app, given, as_)
    reply = sign_in(client, given.applicant().email, **fields)
    assert reply.status_code == 302
    assert "Zoë" not in reply.get_data(as_text=True)


def test_a_forged_form_does_not_come_back(app: Flask, given: Given, as_: As) -> None:
    person, client, fields = typed_too_late(app, given, as_)
    fields["kept"] = fields["kept"][:-4] + "AAAA"
    assert sign_in(client, person.email, **fields).status_code == 302


def test_passwords_do_not_come_back(app: Flask, given: Given, as_: As) -> None:
    person = given.applicant()
    client = as_(person)
    client.post("/sign-out")
    with client.session_transaction() as session:
        session["_user_id"] = "unknown"
    reply = client.post("/profile/password", data={"old": PASSWORD, "new": OTHER})
    assert reply.status_code == 302


def test_a_bare_button_is_not_pressed_again(app: Flask, given: Given, as_: As) -> None:
    admin, victim = given.staff(Role.ADMINISTRATOR, Party.DUESSELDORF), given.applicant()
    client = as_(admin)
    with app.app_context():
        service.sign_out(db.session.get_one(Person, admin.id), by=SYSTEM)
        db.session.commit()
    reply = client.post(f"/people/{victim.id}/disable", data={"reason": "abuse"})
    assert reply.headers["Location"] == "/sign-in"


def test_htmx_is_told_instead_of_shown_a_page(client: FlaskClient) -> None:
    assert client.post("/profile", data={"family_name": "x"}, headers={"HX-Request": "true"}).status_code == 401


def test_signed_in_pages_are_not_stored(as_: As, given: Given) -> None:
    reply = as_(given.applicant()).get("/profile")
    assert reply.headers["Cache-Control"] == "no-store"
    assert "Cookie" in reply.headers["Vary"]


def test_a_get_changes_nothing(as_: As, given: Given, app: Flask) -> None:
    """T26: looking at every page leaves people, roles, links and messages as they are."""
    admin, colleague = given.staff(Role.ADMINISTRATOR, Party.TOULOUSE), given.staff(Role.OFFICE, Party.TOULOUSE)

    def state() -> list[Any]:
        with app.app_context():
            return [
                db.session.execute(select(model.__table__).order_by(*model.__table__.primary_key)).all()
                for model in (Person, Token, Message)
            ]

    client, before = as_(admin), state()
    for path in ("/people", "/people/invite", f"/people/{colleague.id}", "/profile", "/profile/password", "/sign-in"):
        client.get(path)
    assert state() == before


def csrf_of(reply: Any) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', reply.get_data(as_text=True))
    assert found
    return found.group(1)


@pytest.mark.parametrize("path", ["/sign-in", "/register", "/reset", "/sign-out", "/profile", "/people/invite"])
def test_no_post_without_its_token(guarded: Flask, as_: As, given: Given, path: str) -> None:
    client = as_(given.staff(Role.ADMINISTRATOR, Party.TOULOUSE))
    assert client.post(path, data={"email": "a@example.org"}).status_code == 400
    cross = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(path, data={"csrf_token": csrf_of(client.get("/profile"))}, headers=cross).status_code == 403


def test_the_way_back_to_a_form_holds_with_tokens(guarded: Flask, as_: As, given: Given) -> None:
    """The token of the visitor's session dies with it; the form that waited gets a new one."""
    person = given.applicant()
    client = as_(person)
    token = csrf_of(client.get("/profile"))
    with guarded.app_context():
        service.sign_out(db.session.get_one(Person, person.id), by=SYSTEM)
        db.session.commit()
    typed = {"given_name": "Zoë", "family_name": "Roux", "address": "mr", "language": "de", "phone": ""}
    fields = hidden_fields(
        client.post("/profile", data=typed | {"csrf_token": token}).get_data(as_text=True), "/sign-in"
    )
    kept = hidden_fields(sign_in(client, person.email, **fields).get_data(as_text=True), "/profile")
    assert client.post("/profile", data=kept | {"csrf_token": token}).status_code == 400
    shown = client.post("/profile", data=kept)
    assert shown.status_code == 200
    assert client.post("/profile", data=typed | {"csrf_token": csrf_of(shown)}).status_code == 302
