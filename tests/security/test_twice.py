"""A double click without JavaScript: one effect, and the second answer shows what the first one made."""

import time
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner
from lxml import html
from sqlalchemy import func, select, text

from grantflow.accounts.models import Person
from grantflow.applications.models import Application, Version
from grantflow.applications.states import State
from grantflow.kernel.parties import Side
from grantflow.organisations.models import Membership
from grantflow.platform import once
from grantflow.platform.db import db
from tests.conftest import sign_in
from tests.given import Given
from tests.organisations.test_views import CHOIR


@pytest.fixture
def checked(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """With tokens in its forms, as outside of tests."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    return app


def filled(client: FlaskClient, url: str, *, form: str = "page-form", **typed: str) -> dict[str, Any]:
    """What a browser would send of a form of the page at ``url``, after ``typed``."""
    page = html.fromstring(client.get(url).get_data())
    (found,) = page.xpath(f"//form[@id='{form}']")
    return {name: value for name, value in found.form_values() if value is not None} | typed


def twice(client: FlaskClient, url: str, sent: dict[str, Any]) -> list[tuple[int, str | None]]:
    return [(reply.status_code, reply.location) for reply in (client.post(url, data=sent) for _ in range(2))]


def drafts(app: Flask, by: Person) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).where(Application.contact_id == by.id)) or 0


def test_a_double_click_makes_one_draft(checked: Flask, given: Given) -> None:
    by = given.applicant()
    given.organisation(by)
    client = sign_in(checked, by)
    first, second = twice(client, "/applications/new", filled(client, "/applications/new"))
    assert first == second
    assert first[0] == 302
    assert drafts(checked, by) == 1
    assert client.get(first[1] or "").status_code == 200


def test_a_double_click_makes_one_organisation(checked: Flask, given: Given) -> None:
    by = given.applicant()
    client = sign_in(checked, by)
    first, second = twice(client, "/organisations/new", filled(client, "/organisations/new", **CHOIR))
    assert first == second
    assert first[0] == 302
    with checked.app_context():
        assert db.session.scalar(select(func.count()).where(Membership.person_id == by.id)) == 1


def test_a_double_click_sends_once_and_shows_the_receipt(checked: Flask, given: Given) -> None:
    by = given.applicant()
    application = given.application(by=by)
    client, url = sign_in(checked, by), f"/applications/{application.id}/check"
    first, second = twice(client, url, filled(client, url))
    assert first == second == (302, f"/applications/{application.id}/receipt")
    with checked.app_context():
        assert (
            db.session.scalar(
                select(func.count()).where(Version.application_id == application.id, Version.sealed_at.is_not(None))
            )
            == 1
        )
    assert str(given.reload(application.id).number) in client.get(second[1] or "").text


def test_a_double_click_of_an_office_shows_the_file(checked: Flask, given: Given) -> None:
    """Not only what makes something: a step that is taken already is no error to whoever has just taken it."""
    application = given.application(State.SUBMITTED)
    client, url = sign_in(checked, given.office(Side.GERMAN)), f"/staff/applications/{application.id}"
    assert twice(client, url, filled(client, url, verdict="admit")) == [(302, url)] * 2
    assert given.reload(application.id).state is State.ADMITTED


def test_what_was_refused_is_judged_anew(checked: Flask, given: Given) -> None:
    """A form that was invalid has had no effect to be shown."""
    by = given.applicant()
    client = sign_in(checked, by)
    sent = filled(client, "/organisations/new", **CHOIR | {"iban": "DE00"})
    assert [status for status, _ in twice(client, "/organisations/new", sent)] == [422, 422]


def test_another_page_is_another_form(checked: Flask, given: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who opens the page again and types the same means it; and so does somebody else."""
    by, other = given.applicant(), given.applicant()
    given.organisation(by)
    client = sign_in(checked, by)
    sent = filled(client, "/applications/new")
    assert client.post("/applications/new", data=sent).status_code == 302
    later = int(time.time()) + 2
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: later)
    assert client.post("/applications/new", data=filled(client, "/applications/new")).status_code == 302
    assert drafts(checked, by) == 2
    assert sign_in(checked, other).post("/applications/new", data=sent).status_code == 400
    assert drafts(checked, other) == 0


def test_what_was_answered_long_ago_is_forgotten(checked: Flask, given: Given) -> None:
    by = given.applicant()
    given.organisation(by)
    client = sign_in(checked, by)
    client.post("/applications/new", data=filled(client, "/applications/new"))
    with checked.app_context():
        once.forget_old()
        assert db.session.scalar(text("SELECT count(*) FROM answered")) == 1
        db.session.execute(text("UPDATE answered SET at = at - interval '2 hours'"))
        once.forget_old()
        assert db.session.scalar(text("SELECT count(*) FROM answered")) == 0
        db.session.commit()


def test_two_clicks_in_the_same_moment_make_one_draft(real: Flask) -> None:
    """Real commits, real threads, one session: the second waits for the first and is led to the same draft."""
    real.config["WTF_CSRF_ENABLED"] = True
    given = Given(real)
    by = given.applicant()
    given.organisation(by)
    client = sign_in(real, by)
    sent, cookie = filled(client, "/applications/new"), client.get_cookie("grantflow")
    assert cookie
    barrier, found = Barrier(4), list[tuple[int, str | None]]()

    def click() -> None:
        mine = real.test_client()
        mine.set_cookie("grantflow", cookie.value)
        barrier.wait()
        reply = mine.post("/applications/new", data=sent)
        found.append((reply.status_code, reply.location))

    threads = [Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1, found
    assert found[0][0] == 302
    assert drafts(real, by) == 1
