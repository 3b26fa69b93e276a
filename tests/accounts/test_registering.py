"""Asking for an account, and the pages anybody may open."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grantflow.accounts.models import Person, Purpose
from grantflow.kernel import clock
from grantflow.kernel.parties import Role
from grantflow.notifications.models import Message
from grantflow.notifications.service.composing import compose
from grantflow.platform import mail
from grantflow.platform.db import db
from tests.accounts.visiting import OTHER, registration, sign_in, text
from tests.given import PASSWORD, Given


@pytest.mark.parametrize("language", ["de", "fr"])
@pytest.mark.parametrize(
    "path", ["/sign-in", "/register", "/check-your-mail", "/check-your-mail?about=reset", "/reset"]
)
def test_public_pages_open(client: FlaskClient, path: str, language: str) -> None:
    reply = client.get(path, headers={"Accept-Language": language})
    assert reply.status_code == 200
    assert f'<html lang="{language}">' in text(reply)


@pytest.mark.parametrize("path", ["/confirm/x", "/reset/x", "/invitation/x"])
def test_a_dead_link_says_so(client: FlaskClient, path: str) -> None:
    for reply in (client.get(path), client.post(path, data={"password": OTHER})):
        assert reply.status_code == 404
        assert 'href="/sign-in"' in text(reply)


def test_register_confirm_and_be_in(client: FlaskClient, rows: Any, key_of: Any) -> None:
    assert client.post("/register", data=registration()).headers["Location"] == "/check-your-mail?about=registration"
    link = f"/confirm/{key_of('lea.morel@example.org', Purpose.CONFIRM)}"
    for _ in range(2):  # a mail scanner opens it, too: nothing changes
        assert client.get(link).status_code == 200
    assert rows(select(Person.confirmed_at).where(Person.email == "lea.morel@example.org")) == [None]
    assert client.post(link, data={"password": "not what was chosen"}).status_code == 422

    reply = client.post(link, data={"password": PASSWORD})

    assert (reply.status_code, reply.headers["Location"]) == (303, "/applications")
    assert client.get("/profile").status_code == 200
    assert client.get(link).status_code == 404  # single use
    assert client.post(link, data={"password": PASSWORD}).status_code == 404
    person = rows(select(Person).where(Person.email == "lea.morel@example.org"))[0]
    assert (person.roles, person.party, person.language) == ({Role.APPLICANT}, None, "fr")


@pytest.mark.parametrize("typed", ["x@verein-köln.de", "X@xn--verein-kln-lcb.de", "x\u200b@Verein-KO\u0308LN.de"])
def test_an_address_under_a_domain_with_umlauts_is_one_at_every_door(
    client: FlaskClient, rows: Any, key_of: Any, app: Flask, typed: str
) -> None:
    """It could be registered and never signed in with."""
    shown = "x@verein-köln.de"
    assert client.post("/register", data=registration(shown)).status_code == 302
    key = key_of(shown, Purpose.CONFIRM)
    assert client.post(f"/confirm/{key}", data={"password": PASSWORD}).status_code == 303
    assert rows(select(Person.email_key)) == ["x@xn--verein-kln-lcb.de"]
    client.post("/sign-out")

    assert sign_in(client, typed).headers["Location"] == "/applications"
    client.post("/sign-out")
    client.post("/register", data=registration(typed))
    client.post("/reset", data={"email": typed})

    assert rows(select(Message.kind).order_by(Message.created_at)) == [
        "registration_confirm",
        "account_exists",
        "password_reset",
    ]
    with app.app_context():
        built = mail.build(compose(db.session.scalars(select(Message).where(Message.kind == "account_exists")).one()))
    assert built["To"] == "x@xn--verein-kln-lcb.de"


def test_registering_a_known_address_looks_the_same_and_tells_its_owner(
    client: FlaskClient, given: Given, rows: Any
) -> None:
    known = given.applicant(email="known@example.org")

    fresh = client.post("/register", data=registration("fresh@example.org"))
    again = client.post("/register", data=registration(" KNOWN@example.org "))

    assert (fresh.status_code, fresh.headers["Location"]) == (again.status_code, again.headers["Location"])
    assert rows(select(Message.kind).where(Message.person_id == known.id)) == ["account_exists"]
    assert rows(select(Person.name).where(Person.email_key == "known@example.org")) == [known.name]


def test_nobody_lays_a_password_under_somebody_elses_address(client: FlaskClient, rows: Any, key_of: Any) -> None:
    """The owner registers first, a stranger registers the same address after: only the newest pair opens it."""
    client.post("/register", data=registration())
    owners = key_of("lea.morel@example.org", Purpose.CONFIRM)
    client.post("/register", data=registration(password=OTHER, family_name="Stranger"))
    strangers = key_of("lea.morel@example.org", Purpose.CONFIRM)

    assert client.post(f"/confirm/{owners}", data={"password": PASSWORD}).status_code == 404
    assert client.post(f"/confirm/{strangers}", data={"password": PASSWORD}).status_code == 422
    assert rows(select(Person.confirmed_at).where(Person.email == "lea.morel@example.org")) == [None]


def test_links_last_an_hour(client: FlaskClient, key_of: Any) -> None:
    client.post("/register", data=registration())
    link = f"/confirm/{key_of('lea.morel@example.org', Purpose.CONFIRM)}"
    with clock.frozen(clock.now() + timedelta(minutes=59)):
        assert client.get(link).status_code == 200
    with clock.frozen(clock.now() + timedelta(minutes=60)):
        assert client.get(link).status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("given_name", " "),
        ("family_name", " "),
        ("email", "no address"),
        ("email", "ünï@example.org"),
        ("password", "too short"),
        ("password", "Léa Morel wohnt hier"),
        ("password", "x" * 2000),
        ("address", "duke"),
        ("language", "en"),
        ("phone", "1" * 81),
        ("phone", "abc"),
        ("phone", "12345"),
        ("phone", "+49 211 abc 123456"),
    ],
)
def test_registration_refuses(client: FlaskClient, rows: Any, field: str, value: str) -> None:
    reply = client.post("/register", data=registration(**{field: value}))
    assert reply.status_code == 422
    inputs = re.findall(rf'<input[^>]* name="{field}"[^>]*>', text(reply))
    assert all("--error" in tag for tag in inputs)
    if field in {"address", "language"}:  # one button per choice, none pressed
        assert [tag for tag in inputs if " checked" in tag] == []
        assert len(inputs) > 1
    else:
        shown = "" if field == "password" else value.strip()
        assert [re.findall(r' value="([^"]*)"', tag) for tag in inputs] == [[shown]]
    assert PASSWORD not in text(reply)
    assert rows(select(Person).where(Person.email_key == "lea.morel@example.org")) == []


@pytest.mark.parametrize("phone", ["", "+49 (0)211 / 89-123.45", "05\u00a061\u202f23 45 67", "112 113"])
def test_telephone_numbers_are_taken_as_people_write_them(client: FlaskClient, phone: str) -> None:
    assert client.post("/register", data=registration(phone=phone)).status_code == 302


def test_a_wrong_telephone_number_is_told_by_an_example(client: FlaskClient) -> None:
    for language, example in (("de", "+49 211 123456"), ("fr", "+33 5 61 23 45 67")):
        assert example in text(client.post(f"/register?lang={language}", data=registration(phone="abc")))


def test_only_declared_fields_count(client: FlaskClient, rows: Any) -> None:
    """T20: every column besides, posted along, changes nothing."""
    extra = {"party": "toulouse", "roles": "administrator", "confirmed_at": "2026-01-01", "epoch": "9", "id": "1"}
    client.post("/register", data=registration() | extra)
    person = rows(select(Person).where(Person.email == "lea.morel@example.org"))[0]
    assert (person.party, person.roles, person.confirmed_at, person.epoch) == (None, {Role.APPLICANT}, None, 0)


def test_the_language_switch_keeps_what_was_typed(client: FlaskClient) -> None:
    reply = client.post("/register", data=registration(given_name="Zoë") | {"_language": "fr"})
    assert reply.status_code == 200
    assert 'value="Zoë"' in text(reply)
    assert '<html lang="fr">' in text(reply)
    assert "error-summary" not in text(reply)
