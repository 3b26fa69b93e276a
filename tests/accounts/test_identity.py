"""T1: one identity is one account, by the database itself; a password may be long, and pasted."""

import re
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy.exc import IntegrityError

from grantflow.accounts.models import Person
from grantflow.accounts.rules import PASSWORD_MAX
from grantflow.config import ROOT
from grantflow.kernel import clock, emails
from grantflow.platform.db import db
from tests.given import Given


def test_the_database_itself_keeps_identities_apart(app: Flask, given: Given) -> None:
    known = given.applicant(email="Jo.Blum@example.org")
    with app.app_context():
        twin = Person(
            id=uuid4(),
            email="ＪＯ.blum@example.org",
            email_key=emails.key("ＪＯ.blum@example.org "),
            family_name="Twin",
            language="de",
            created_at=clock.now(),
        )
        assert twin.email_key == known.email_key
        db.session.add(twin)
        with pytest.raises(IntegrityError, match="email_key"):
            db.session.flush()
        db.session.rollback()


@pytest.mark.parametrize(("path", "purpose"), [("/sign-in", "current-password"), ("/register", "new-password")])
def test_a_password_manager_can_fill_it_in(client: FlaskClient, path: str, purpose: str) -> None:
    """As long as the policy allows, named for what it is, and no script stands in the way of a paste."""
    (field,) = [f for f in html.fromstring(client.get(path).get_data()).iter("input") if f.get("name") == "password"]
    assert field.get("autocomplete") == purpose
    assert int(field.get("maxlength", PASSWORD_MAX)) >= PASSWORD_MAX
    scripts = [p.read_text(encoding="utf-8") for p in (ROOT / "grantflow" / "static" / "js").glob("*.js")]
    assert scripts
    assert [s for s in scripts if re.search(r"[\"'](?:paste|beforeinput)[\"']|onpaste", s)] == []
