"""The second factor (T3): asked of whoever has one, and without it no session of staff where it must be had."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from grantflow.accounts.models import Factor, Person, RecoveryCode, SignIn
from grantflow.accounts.states import Means
from grantflow.kernel import clock
from grantflow.kernel.parties import Party, Role
from grantflow.notifications.models import Message
from grantflow.platform import access, limits
from grantflow.platform.db import db
from tests.accounts.proofs import code, codes_of, hidden, key_of, set_up_app, with_app
from tests.accounts.visiting import As, sign_in
from tests.given import Given, begun

STEP = "/sign-in/second-step"
NEW = "/profile/second-factor/new"


@pytest.fixture
def owner(app: Flask, given: Given) -> Person:
    """An applicant who took a second factor of their own accord."""
    person = given.applicant()
    with_app(app, person)
    return person


def means(rows: Any) -> list[Means]:
    return list(rows(select(SignIn.means).order_by(SignIn.began_at)))


def test_the_password_alone_begins_no_session(client: FlaskClient, owner: Person, rows: Any) -> None:
    reply = sign_in(client, owner.email, next="/profile")
    assert reply.headers["Location"] == f"{STEP}?next=/profile"
    assert client.get("/profile").status_code == 302
    assert means(rows) == []
    reply = client.post(STEP, data={"one_time_code": code(), "next": "/profile"})
    assert reply.headers["Location"] == "/profile"
    assert client.get("/profile").status_code == 200
    assert means(rows) == [Means.ONE_TIME_CODE]


def test_each_code_once(app: Flask, owner: Person) -> None:
    """A code seen over a shoulder opens nothing, nor does an earlier one that was never used."""
    first, second = app.test_client(), app.test_client()
    with clock.frozen(clock.now()) as now:
        for client in (first, second):
            sign_in(client, owner.email)
        assert first.post(STEP, data={"one_time_code": code()}).status_code == 302
        replayed = second.post(STEP, data={"one_time_code": code()})
        assert (replayed.status_code, 'id="one_time_code-error"' in replayed.text) == (422, True)
    with clock.frozen(now - timedelta(seconds=30)):
        earlier = code()
    with clock.frozen(now + timedelta(seconds=30)):
        assert second.post(STEP, data={"one_time_code": earlier}).status_code == 422
        assert second.post(STEP, data={"one_time_code": code()}).status_code == 302


def test_a_code_stays_used_whatever_becomes_of_the_page(real: Flask) -> None:
    """It was shown: a page that is refused afterwards gives it back to nobody."""
    owner, client = Given(real).applicant(), real.test_client()
    with_app(real, owner)
    with real.app_context():
        token = begun(owner)
        db.session.execute(text("UPDATE sign_in SET proved_at = NULL"))
        db.session.commit()
    with client.session_transaction() as session:
        session.update(access.entered(token, owner.id))
    with clock.frozen(clock.now()):
        assert client.post(NEW, data={"one_time_code": code()}).status_code == 422  # proved, and nothing to set up
        with real.app_context():
            db.session.execute(text("UPDATE sign_in SET proved_at = NULL"))
            db.session.commit()
        again = client.post(NEW, data={"one_time_code": code()})
    assert 'id="one_time_code-error"' in again.text


@pytest.mark.parametrize(("seconds", "status"), [(-60, 422), (-30, 302), (0, 302), (30, 302), (60, 422)])
def test_clocks_may_differ_by_half_a_minute(client: FlaskClient, owner: Person, seconds: int, status: int) -> None:
    now = clock.now()
    with clock.frozen(now + timedelta(seconds=seconds)):
        shown = code()
    with clock.frozen(now):
        sign_in(client, owner.email)
        assert client.post(STEP, data={"one_time_code": shown}).status_code == status


def test_codes_cannot_be_guessed_by_trying(real: Flask) -> None:
    owner, client = Given(real).applicant(), real.test_client()
    with_app(real, owner)
    sign_in(client, owner.email)
    with clock.frozen(clock.now()):
        wrong = f"{(int(code()) + 500_000) % 1_000_000:06}"
        for _ in range(limits.PER_ACCOUNT.amount):
            assert client.post(STEP, data={"one_time_code": wrong}).status_code == 422
        assert client.post(STEP, data={"one_time_code": code()}).status_code == 429


def test_a_second_step_waits_ten_minutes_and_not_for_another_password(client: FlaskClient, owner: Person) -> None:
    with clock.frozen(clock.now()) as now:
        sign_in(client, owner.email)
    with clock.frozen(now + timedelta(minutes=10)):
        reply = client.post(STEP, data={"one_time_code": code()})
    assert reply.headers["Location"].startswith("/sign-in")
    assert client.get("/profile").status_code == 302


def test_an_app_is_set_up_by_its_first_code(as_: As, given: Given, rows: Any) -> None:
    """Shown once: the key, and the codes. Kept: neither."""
    person = given.applicant()
    elsewhere, client = as_(person), as_(person)
    page = client.get(NEW).text
    key, sealed = key_of(page), hidden(page, "sealed")
    wrong = client.post(NEW, data={"sealed": sealed, "first_code": "000000"})
    assert (wrong.status_code, key_of(wrong.text)) == (422, key)
    done = client.post(NEW, data={"sealed": sealed, "first_code": code(key), "label": "Handy"})
    codes = codes_of(done.text)
    assert (len(set(codes)), done.headers["Cache-Control"]) == (10, "no-store")
    (factor,) = rows(select(Factor))
    assert key not in str(vars(factor))
    assert not [c for row in rows(select(RecoveryCode)) for c in codes if c.replace("-", "") in str(vars(row))]
    # Whoever was signed in with the password alone is signed out; the session that showed the app goes on.
    assert (client.get("/profile").status_code, elsewhere.get("/profile").status_code) == (200, 302)
    assert [m.kind for m in rows(select(Message))] == ["factor_added"]


def test_a_recovery_code_opens_once_and_its_owner_is_told(as_: As, app: Flask, given: Given, rows: Any) -> None:
    person = given.applicant()
    first, *_ = codes_of(set_up_app(as_(person), NEW).text)
    for status in (302, 422):
        client = app.test_client()
        sign_in(client, person.email)
        typed = f" {first.upper().replace('-', ' ')} "
        assert client.post(STEP, data={"one_time_code": typed}).status_code == status
    assert [m.kind for m in rows(select(Message).where(Message.kind == "recovery_code_used"))] == ["recovery_code_used"]


def test_new_recovery_codes_void_the_earlier_ones(as_: As, app: Flask, given: Given) -> None:
    person = given.applicant()
    client = as_(person)
    first, *_ = codes_of(set_up_app(client, NEW).text)
    assert len(codes_of(client.post("/profile/second-factor/codes").text)) == 10
    other = app.test_client()
    sign_in(other, person.email)
    assert other.post(STEP, data={"one_time_code": first}).status_code == 422


def test_a_factor_goes_only_with_a_fresh_proof_of_itself(app: Flask, as_: As, owner: Person, rows: Any) -> None:
    client = as_(owner)
    (factor,) = rows(select(Factor))
    remove = f"/profile/second-factor/{factor.id}/remove"
    with app.app_context():
        db.session.execute(text("UPDATE sign_in SET proved_at = NULL"))
        db.session.commit()
    asked = client.post(remove)
    assert (asked.status_code, 'name="password"' in asked.text, 'name="one_time_code"' in asked.text) == (
        403,
        False,
        True,
    )
    assert client.post(remove, data={"password": "Rheinbrücke und Pont-Neuf"}).status_code == 422
    assert client.post(remove, data={"one_time_code": code()}).status_code == 302
    assert rows(select(func.count()).select_from(Factor)) == [0]


def test_nobody_touches_the_factor_of_another(as_: As, owner: Person, given: Given, rows: Any) -> None:
    (factor,) = rows(select(Factor))
    assert as_(given.applicant()).post(f"/profile/second-factor/{factor.id}/remove").status_code == 404


# --- where staff must have one --------------------------------------------------------------------


def test_staff_are_led_to_set_one_up_before_anything_else(
    production: Flask, client: FlaskClient, given: Given, rows: Any
) -> None:
    person = given.staff(Role.OFFICE, Party.DUESSELDORF)
    assert sign_in(client, person.email, next="/profile").headers["Location"] == "/sign-in/set-up?next=/profile"
    for path in ("/home", "/profile", NEW, "/staff/applications"):
        assert client.get(path).headers["Location"].startswith("/sign-in"), path
    assert means(rows) == []
    done = set_up_app(client, "/sign-in/set-up", next="/profile")
    assert (len(codes_of(done.text)), done.headers["Cache-Control"]) == (10, "no-store")
    assert 'href="/profile"' in done.text
    assert client.get("/home").status_code == 200
    assert means(rows) == [Means.ONE_TIME_CODE]
    # The next time the password leads to the second step, not to another set-up.
    assert sign_in(client, person.email).headers["Location"].startswith(STEP)
    assert client.get("/sign-in/set-up").headers["Location"].startswith(STEP)


def test_the_last_factor_of_staff_stays(production: Flask, client: FlaskClient, given: Given, rows: Any) -> None:
    person = given.staff(Role.FINANCE, Party.TOULOUSE)
    with_app(production, person)
    sign_in(client, person.email)
    with clock.frozen(clock.now()) as now:
        client.post(STEP, data={"one_time_code": code()})
    (factor,) = rows(select(Factor))
    with clock.frozen(now + timedelta(minutes=1)):
        reply = client.post(f"/profile/second-factor/{factor.id}/remove", data={"one_time_code": code()})
    assert reply.status_code == 302
    assert rows(select(func.count()).select_from(Factor)) == [1]


def test_applicants_need_none(production: Flask, client: FlaskClient, given: Given) -> None:
    assert sign_in(client, given.applicant().email).headers["Location"] == "/applications"
