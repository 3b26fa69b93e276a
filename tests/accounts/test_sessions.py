"""In and out."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grantflow.accounts.models import Person, SignIn
from grantflow.audit.models import Entry
from grantflow.kernel import clock
from grantflow.kernel.parties import Party, Role
from grantflow.platform import limits
from grantflow.platform.db import db
from tests.accounts.visiting import OTHER, As, registration, sign_in, text
from tests.given import PASSWORD, Given


def test_sign_in_by_any_spelling_of_the_address(client: FlaskClient, given: Given) -> None:
    given.applicant(email="Jo.Blum@example.org", name="Jo Blum")
    assert sign_in(client, "  jo.blum@EXAMPLE.org ").headers["Location"] == "/applications"


def test_staff_begin_with_their_tasks(client: FlaskClient, given: Given) -> None:
    person = given.staff(Role.FINANCE, Party.TOULOUSE)
    assert sign_in(client, person.email).headers["Location"] == "/home"


def test_refusals_are_one_answer(real: Flask) -> None:
    """Unknown, wrong, unconfirmed and disabled: equal bytes but for what was typed (T4)."""
    given, client = Given(real), real.test_client()
    known, closed = given.applicant(), given.applicant()
    with real.app_context():
        db.session.get_one(Person, closed.id).disabled_at = clock.now()
        db.session.commit()
    client.post("/register", data=registration("new@example.org"))

    answers = {
        (reply.status_code, text(reply).replace(email, "…"))
        for email, password in [
            (known.email, OTHER),
            ("nobody@example.org", PASSWORD),
            ("new@example.org", PASSWORD),
            (closed.email, PASSWORD),
        ]
        for reply in [sign_in(client, email, password)]
    }

    assert [status for status, _ in answers] == [422]
    with real.app_context():
        denied = db.session.scalars(select(Entry).where(Entry.action == "sign_in_denied").order_by(Entry.seq)).all()
    assert [(e.subject_type, e.reason) for e in denied] == [
        ("person", "password"),
        ("address", "password"),
        ("person", "unconfirmed"),
        ("person", "disabled"),
    ]
    assert "nobody@example.org" not in str([vars(e) for e in denied])


def test_the_hash_also_runs_for_unknown_accounts(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """D36: no answer comes sooner because there is nobody to check."""
    from grantflow.platform import passwords

    real, calls = passwords.HASHER, []

    class Counting:
        def verify(self, *arguments: Any) -> bool:
            calls.append(arguments)
            return real.verify(*arguments)

        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

    monkeypatch.setattr(passwords, "HASHER", Counting())
    sign_in(client, "nobody@example.org")
    assert len(calls) == 1
    client.post("/reset", data={"email": "nobody@example.org"})
    assert len(calls) == 2


def test_attempts_are_limited_for_an_account_whether_it_exists_or_not(client: FlaskClient, given: Given) -> None:
    known = given.applicant()
    for email in (known.email, "nobody@example.org"):
        statuses = [sign_in(client, email, OTHER).status_code for _ in range(limits.PER_ACCOUNT.amount)]
        assert statuses == [422] * limits.PER_ACCOUNT.amount
        reply = sign_in(client, email, PASSWORD)  # even the right one waits now
        assert reply.status_code == 429


def test_the_limit_is_not_moved_by_forged_headers(client: FlaskClient, given: Given) -> None:
    """H18: the connection's address counts, whatever a header claims."""
    for n in range(limits.PER_ADDRESS.amount):
        client.post(
            "/sign-in",
            data={"email": f"n{n}@example.org", "password": OTHER},
            headers={"X-Forwarded-For": f"10.0.0.{n}", "Forwarded": f"for=10.1.0.{n}", "X-Real-Ip": f"10.2.0.{n}"},
        )
    assert sign_in(client, given.applicant().email).status_code == 429


def test_addresses_of_one_ipv6_subscriber_count_as_one(client: FlaskClient, given: Given) -> None:
    """A /64 is what every subscriber gets: 2^64 addresses would be no limit at all."""
    for n in range(limits.PER_ADDRESS.amount):
        data = {"email": f"n{n}@example.org", "password": OTHER}
        client.post("/sign-in", data=data, environ_overrides={"REMOTE_ADDR": f"2001:db8:1:2:{n:x}::{n:x}"})
    person = given.applicant()

    def attempt(sender: str) -> int:
        data = {"email": person.email, "password": PASSWORD}
        return client.post("/sign-in", data=data, environ_overrides={"REMOTE_ADDR": sender}).status_code

    assert attempt("2001:db8:1:2:ffff::1") == 429
    assert attempt("2001:db8:1:3::1") == 302


def test_success_clears_the_count(client: FlaskClient, given: Given) -> None:
    person = given.applicant()
    for _ in range(3):
        for _ in range(limits.PER_ACCOUNT.amount - 1):
            sign_in(client, person.email, OTHER)
        assert sign_in(client, person.email).status_code == 302


def test_a_new_identifier_at_sign_in_and_the_old_cookie_is_dead(app: Flask, given: Given) -> None:
    """T6: fixation and replay."""
    person, client = given.applicant(), app.test_client()
    with client.session_transaction() as planted:
        planted.update({"_user_id": "planted", "kept": "planted"})
    before = client.get_cookie("grantflow")
    sign_in(client, person.email)
    during = client.get_cookie("grantflow")
    assert before.value != during.value
    with client.session_transaction() as session:
        assert "planted" not in session.values()
    assert (during.http_only, during.same_site, during.path) == (True, "Lax", "/")
    assert client.get("/profile").status_code == 200

    def with_cookie(value: str) -> int:
        other = app.test_client()
        other.set_cookie("grantflow", value)
        return other.get("/profile").status_code

    assert (with_cookie(before.value), with_cookie(during.value)) == (302, 200)

    reply = client.post("/sign-out")

    assert reply.headers["Clear-Site-Data"] == '"storage"'
    assert with_cookie(during.value) == 302


def test_signing_out_ends_all_sessions(as_: As, given: Given) -> None:
    person = given.applicant()
    one, other = as_(person), as_(person)
    one.post("/sign-out")
    assert [c.get("/profile").status_code for c in (one, other)] == [302, 302]


@pytest.mark.parametrize("staff", [True, False])
def test_idle_and_old_sessions_end(as_: As, given: Given, staff: bool) -> None:
    """T7: 30 minutes for staff, two hours for others; twelve hours at most."""
    person = given.staff(Role.OFFICE, Party.DUESSELDORF) if staff else given.applicant()
    idle = timedelta(minutes=30) if staff else timedelta(hours=2)
    began, client = clock.now(), as_(person)
    with clock.frozen(began + idle - timedelta(seconds=1)):
        assert client.get("/profile").status_code == 200
    with clock.frozen(began + 2 * idle - timedelta(seconds=2)):
        assert client.get("/profile").status_code == 200  # the look before counted
    with clock.frozen(began + 3 * idle):
        assert client.get("/profile").status_code == 302

    client, instant = as_(person), clock.now()
    end = instant + timedelta(hours=12)
    while (instant := instant + timedelta(minutes=20)) < end:
        with clock.frozen(instant):
            assert client.get("/profile").status_code == 200
    with clock.frozen(end):
        assert client.get("/profile").status_code == 302


def test_last_seen_is_written_at_most_once_a_minute(as_: As, given: Given, rows: Any) -> None:
    person = given.applicant()
    client, began = as_(person), clock.now()
    seen = select(SignIn.seen_at).where(SignIn.person_id == person.id)
    first = rows(seen)
    with clock.frozen(began + timedelta(seconds=50)):
        client.get("/profile")
    assert rows(seen) == first
    with clock.frozen(later := began + timedelta(seconds=70)):
        client.get("/profile")
    assert rows(seen) == [later]


def test_disabling_works_at_the_next_request(as_: As, given: Given) -> None:
    admin = given.staff(Role.ADMINISTRATOR, Party.TOULOUSE)
    victim = given.staff(Role.FINANCE, Party.TOULOUSE)
    client = as_(victim)
    assert client.get("/profile").status_code == 200
    reply = as_(admin).post(f"/people/{victim.id}/disable", data={"reason": "has left"})
    assert reply.status_code == 302
    assert client.get("/profile").status_code == 302
    assert sign_in(client, victim.email).status_code == 422


def test_a_visitor_is_brought_back(client: FlaskClient, given: Given) -> None:
    reply = client.get("/profile/password?lang=fr")
    assert reply.headers["Location"] == "/sign-in?next=/profile/password?lang%3Dfr"
    reply = sign_in(client, given.applicant().email, next="/profile/password?lang=fr")
    assert reply.headers["Location"] == "/profile/password?lang=fr"


HOSTILE = [
    "//evil.example",
    "/\\evil.example",
    "/%09/evil.example",
    "////evil.example",
    "https:evil.example",
    "/\t/evil.example",
    "https://evil.example/profile",
    "javascript:alert(1)",
    "\\\\evil.example",
    "/%5cevil.example",
    "/profile/../../evil",
    "///evil.example",
    "http:///evil.example",
    "/%2f%2fevil.example",
    " //evil.example",
    "/sign-out",
    "/static/js/face.js",
    "//evil.example@localhost/profile",
    "/profile\r\nSet-Cookie: a=b",
    "%2f%2fevil.example",
    "/.evil.example",
    "?next=//evil",
]


@pytest.mark.parametrize("wish", HOSTILE)
def test_redirects_stay_on_this_site(app: Flask, given: Given, wish: str) -> None:
    """T25, H19. What a browser makes of each is judged by the journeys; here the target is one of our own paths."""
    person = given.applicant()
    location = sign_in(app.test_client(), person.email, next=wish).headers["Location"]
    assert location in {"/applications", "/profile"}
