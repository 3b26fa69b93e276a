"""A new password, and the own profile."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grantflow.accounts.models import Person, Purpose, Token
from grantflow.audit.models import Entry
from grantflow.kernel.parties import Party, Role
from grantflow.notifications.models import Message
from grantflow.platform import tokens
from grantflow.platform.db import db
from tests.accounts.visiting import OTHER, As, sign_in
from tests.given import PASSWORD, Given


def test_reset_ends_everything_and_opens_nothing(client: FlaskClient, as_: As, given: Given, key_of: Any) -> None:
    person = given.applicant()
    elsewhere = as_(person)
    for email in (person.email, "nobody@example.org"):
        assert client.post("/reset", data={"email": email}).headers["Location"] == "/check-your-mail?about=reset"
    first = key_of(person.email, Purpose.RESET)
    client.post("/reset", data={"email": person.email})
    second = key_of(person.email, Purpose.RESET)
    assert client.post(f"/reset/{second}", data={"password": "short"}).status_code == 422

    reply = client.post(f"/reset/{second}", data={"password": OTHER})

    assert reply.headers["Location"] == "/sign-in"
    assert client.get("/profile").status_code == 302
    assert elsewhere.get("/profile").status_code == 302
    assert client.get(f"/reset/{first}").status_code == 404  # void after the change
    assert client.get(f"/reset/{second}").status_code == 404
    assert sign_in(client, person.email, PASSWORD).status_code == 422
    assert sign_in(client, person.email, OTHER).status_code == 302


def test_mails_to_one_address_are_limited(client: FlaskClient, given: Given, rows: Any) -> None:
    person = given.applicant()
    statuses = [client.post("/reset", data={"email": person.email}).status_code for _ in range(6)]
    assert statuses == [302] * 4 + [429] * 2
    assert len(rows(select(Message).where(Message.person_id == person.id))) == 4


def test_asking_for_a_reset_is_noted_whoever_is_meant(real: Flask) -> None:
    """T4: a known and an unknown address cost the same kind of work; the unknown one rests as a pseudonym."""
    known = Given(real).applicant()
    for email in (known.email, "nobody@example.org"):
        real.test_client().post("/reset", data={"email": email})
    with real.app_context():
        noted = db.session.scalars(select(Entry).where(Entry.action == "reset_requested").order_by(Entry.seq)).all()
    assert [entry.subject_type for entry in noted] == ["person", "address"]
    assert "nobody@example.org" not in str([vars(entry) for entry in noted])


def test_tokens_rest_as_hashes(client: FlaskClient, given: Given, rows: Any, key_of: Any) -> None:
    person = given.applicant()
    client.post("/reset", data={"email": person.email})
    key = key_of(person.email, Purpose.RESET)
    stored = rows(select(Token.token_hash).where(Token.person_id == person.id))
    assert stored == [tokens.fingerprint(key)]
    assert key not in str([m.facts for m in rows(select(Message).where(Message.person_id == person.id))])


@pytest.mark.parametrize("language", ["de", "fr"])
def test_profile(as_: As, given: Given, rows: Any, language: str) -> None:
    for person in (given.applicant(), given.staff(Role.OFFICE, Party.DUESSELDORF)):
        client = as_(person)
        assert client.get(f"/profile?lang={language}").status_code == 200
        data = {
            "title": "Dr.",
            "given_name": "Neu",
            "family_name": "Name",
            "address": "mr",
            "language": "fr",
            "phone": "0211 / 89 1",
        }
        assert client.post("/profile", data=data).status_code == 302
        assert client.post("/profile", data=data | {"family_name": ""}).status_code == 422
        row = rows(select(Person).where(Person.id == person.id))[0]
        assert (row.name, row.address, row.language, row.phone) == ("Dr. Neu Name", "mr", "fr", "0211 / 89 1")


def test_changing_the_password_keeps_only_this_session(as_: As, given: Given) -> None:
    person = given.applicant()
    here, elsewhere = as_(person), as_(person)
    assert here.get("/profile/password").status_code == 200
    assert here.post("/profile/password", data={"old": OTHER, "new": OTHER}).status_code == 422
    assert here.post("/profile/password", data={"old": PASSWORD, "new": "short"}).status_code == 422
    assert here.post("/profile/password", data={"old": PASSWORD, "new": OTHER}).status_code == 302
    assert [c.get("/profile").status_code for c in (here, elsewhere)] == [200, 302]
