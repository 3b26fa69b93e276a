"""Once more, just before a weighty step (T8)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from grantflow.accounts.models import SignIn
from grantflow.accounts.rules import FRESH_FOR
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden
from grantflow.kernel.parties import Party, Role
from grantflow.platform import proof
from grantflow.platform.db import db
from tests.accounts.visiting import OTHER, As
from tests.given import PASSWORD, Given


@pytest.fixture
def stale(app: Flask, as_: As, given: Given) -> Any:
    """A finance officer who has shown nothing since they signed in."""
    person = given.staff(Role.FINANCE, Party.TOULOUSE)
    client = as_(person)
    with app.app_context():
        db.session.execute(update(SignIn).values(proved_at=None))
        db.session.commit()
    return client


def test_what_was_typed_waits_and_goes_on_its_way_with_the_proof(stale: Any) -> None:
    asked = stale.post("/finance/letters/archive", data={"all": "1", "q": "Brücke & Pont"})
    assert asked.status_code == 403
    page = asked.text
    assert 'action="/finance/letters/archive"' in page
    kept = dict(re.findall(r'type="hidden" name="(all|q|_proof)" value="([^"]*)"', page))
    assert kept == {"all": "1", "q": "Brücke &amp; Pont", "_proof": "1"}

    wrong = stale.post("/finance/letters/archive", data={"all": "1", "password": OTHER})
    assert (wrong.status_code, 'id="password-error"' in wrong.text) == (422, True)
    assert OTHER not in wrong.text

    gone_on = stale.post("/finance/letters/archive", data={"all": "1", "password": PASSWORD})
    assert gone_on.status_code == 302


def test_a_proof_holds_for_minutes_and_no_longer(stale: Any) -> None:
    began = clock.now()
    with clock.frozen(began):
        stale.post("/finance/letters/archive", data={"password": PASSWORD})
    for later, status in ((FRESH_FOR - timedelta(seconds=1), 302), (FRESH_FOR, 403)):
        with clock.frozen(began + later):
            assert stale.post("/finance/letters/archive", data={"all": "1"}).status_code == status


def test_a_proof_belongs_to_one_session(app: Flask, given: Given, as_: As) -> None:
    person = given.staff(Role.FINANCE, Party.TOULOUSE)
    here, there = as_(person), as_(person)
    with app.app_context():
        rows = db.session.scalars(select(SignIn).order_by(SignIn.began_at)).all()
        rows[0].proved_at = None
        db.session.commit()
    assert [c.post("/finance/letters/archive").status_code for c in (here, there)] == [403, 302]


def test_a_verb_behind_a_view_that_forgot_to_ask_does_nothing(app: Flask) -> None:
    proof.demand()  # a command: nobody is there to be asked
    with app.test_request_context("/", method="POST"):
        with pytest.raises(Forbidden) as refused:
            proof.demand()
    assert refused.value.key == "proof_missing"


def test_the_page_of_a_proof_leads_on_to_our_own_pages_only(stale: Any) -> None:
    assert 'name="next" value="/profile"' in stale.get("/proof?next=/profile").text
    reply = stale.post("/proof", data={"password": PASSWORD, "next": "/profile"})
    assert reply.headers["Location"] == "/profile"
    reply = stale.post("/proof", data={"password": PASSWORD, "next": "//evil.example"})
    assert reply.headers["Location"] == "/home"
