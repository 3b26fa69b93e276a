"""Another e-mail address, and where one is signed in."""

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grantflow.accounts.models import Person, Purpose, SignIn, Token
from grantflow.notifications.models import Message
from grantflow.platform import tokens
from grantflow.platform.db import db
from tests.accounts.visiting import As, sign_in
from tests.given import Given

NEW = "neu@example.org"


def link(app: Flask, person: Person) -> str:
    with app.app_context():
        newest = select(Token.id).where(Token.person_id == person.id, Token.purpose == Purpose.ADDRESS)
        return f"/address/{tokens.derive(db.session.scalars(newest).one())}"


def mails(rows: Any) -> set[tuple[str, str]]:
    return {(m.kind, m.email) for m in rows(select(Message))}


def test_a_new_address_is_confirmed_there_and_told_to_the_old_one(
    app: Flask, client: FlaskClient, as_: As, given: Given, rows: Any
) -> None:
    person = given.applicant(email="alt@example.org")
    assert as_(person).post("/profile/email", data={"email": NEW}).status_code == 302
    assert mails(rows) == {("address_confirm", NEW)}
    opened = link(app, person)
    assert client.get(opened).status_code == 200
    assert sign_in(client, NEW).status_code == 422  # looking changes nothing
    assert client.post(opened).status_code == 302
    assert mails(rows) == {("address_confirm", NEW), ("address_changed", "alt@example.org")}
    assert (sign_in(client, "alt@example.org").status_code, sign_in(client, NEW).status_code) == (422, 302)
    assert app.test_client().post(opened).status_code == 404


def test_an_address_that_has_an_owner_is_told_to_that_owner_only(as_: As, given: Given, rows: Any) -> None:
    person, other = given.applicant(), given.applicant(email="other@example.org")
    free = as_(person).post("/profile/email", data={"email": NEW})
    taken = as_(person).post("/profile/email", data={"email": "Other@Example.org"})
    assert (free.status_code, free.headers["Location"]) == (taken.status_code, taken.headers["Location"])
    assert mails(rows) == {("address_confirm", NEW), ("account_exists", other.email)}


def test_an_address_taken_meanwhile_is_refused(app: Flask, client: FlaskClient, as_: As, given: Given) -> None:
    person = given.applicant()
    as_(person).post("/profile/email", data={"email": NEW})
    given.applicant(email=NEW)
    assert client.post(link(app, person)).status_code == 422


def test_the_password_alone_changes_no_address(app: Flask, as_: As, given: Given, rows: Any) -> None:
    """Asked for a proof first (T8), and the link of one person opens nothing of another."""
    client = as_(given.applicant())
    with app.app_context():
        db.session.query(SignIn).update({"proved_at": None})
        db.session.commit()
    assert client.post("/profile/email", data={"email": NEW}).status_code == 403
    assert rows(select(Token)) == []


def test_sessions_are_listed_and_end_one_by_one_or_all_others(as_: As, given: Given, rows: Any) -> None:
    person = given.applicant()
    here, there, third = as_(person), as_(person), as_(person)
    assert here.get("/profile/sessions").text.count("/end") == 3  # two, and all others
    first, second, _ = rows(select(SignIn).order_by(SignIn.began_at))
    assert as_(given.applicant()).post(f"/profile/sessions/{second.id}/end").status_code == 404
    here.post(f"/profile/sessions/{second.id}/end")
    assert [c.get("/profile").status_code for c in (here, there, third)] == [200, 302, 200]
    here.post("/profile/sessions/end-others")
    assert [c.get("/profile").status_code for c in (here, there, third)] == [200, 302, 302]
    assert first.ended_at is None
