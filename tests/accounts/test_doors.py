"""No path leads past the second factor (T3): every route that can begin a session is tried, and there is one door."""

import ast
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from grantflow.accounts import service
from grantflow.accounts.models import Person, Purpose, SignIn
from grantflow.accounts.service.links import issue
from grantflow.accounts.states import SECOND, Means
from grantflow.config import ROOT
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden
from grantflow.kernel.parties import STAFF_ROLES, Party, Role
from grantflow.platform import access, tokens
from grantflow.platform.db import db
from tests.accounts.proofs import with_app
from tests.accounts.visiting import OTHER, sign_in
from tests.given import PASSWORD, Given

#: What a thief types who knows everything but the second factor: every name that any of these forms reads.
EVERYTHING = {
    "password": PASSWORD,
    "old": PASSWORD,
    "new": OTHER,
    "one_time_code": "000000",
    "first_code": "000000",
    "passkey": "{}",
    "address": "neutral",
    "language": "de",
    "given_name": "Eva",
    "family_name": "Diebin",
}
LINKS = {"accounts.confirm": Purpose.CONFIRM, "accounts.reset": Purpose.RESET, "accounts.accept": Purpose.INVITE}


def public(app: Flask) -> Iterator[Rule]:
    """Every route that somebody without a session may post to."""
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()) and app.view_functions[rule.endpoint].access.policy is access.anyone:
            yield rule


def address(app: Flask, rule: Rule, person: Person) -> str:
    """Where ``rule`` is found, with a link of the person's own where one is mailed."""
    values: dict[str, Any] = dict.fromkeys(rule.arguments, person.id)
    if "token" in rule.arguments:
        purpose = LINKS.get(rule.endpoint, Purpose.ADDRESS)
        with app.app_context():
            owner = db.session.get_one(Person, person.id)
            values["token"] = tokens.derive(issue(owner, purpose, email=f"{uuid4().hex}@example.org").id)
            db.session.commit()
    return app.url_map.bind("localhost").build(rule.endpoint, values)


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
@pytest.mark.parametrize("has_factor", [True, False], ids=["with", "without"])
def test_no_route_leads_past_it(
    production: Flask, given: Given, rows: Callable[[Any], Any], role: Role, has_factor: bool
) -> None:
    """Password, mailed links, reset, role switch: in whatever order, with the password typed before or not."""
    person = given.staff(role, Party.TOULOUSE)
    if has_factor:
        with_app(production, person)
    tried = set()
    for rule in public(production):
        for begins_with_password in (False, True):
            client = production.test_client()
            if begins_with_password:
                sign_in(client, person.email)
            url = address(production, rule, person)
            client.post(url, data={"email": person.email, **EVERYTHING})
            tried.add(rule.endpoint)
            assert client.get("/home").headers.get("Location", "").startswith("/sign-in"), (rule.endpoint, url)
            assert client.get("/profile/second-factor").status_code == 302, rule.endpoint
    assert {"accounts.sign_in", "accounts.accept", "accounts.reset", "accounts.second_step", "demo.switch"} <= tried
    assert rows(select(SignIn.means).where(SignIn.person_id == person.id)) == []


@pytest.mark.parametrize("means", sorted(set(Means) - SECOND))
def test_the_door_itself_asks(production: Flask, given: Given, means: Means) -> None:
    person = given.staff(Role.SIGNATORY, Party.TOULOUSE)
    with production.app_context(), pytest.raises(Forbidden):
        service.begin(db.session.get_one(Person, person.id), means)


def test_a_session_from_elsewhere_opens_nothing(production: Flask, client: FlaskClient, given: Given) -> None:
    """A row that some other way wrote, or that an applicant had who became staff, is none."""
    person = given.staff(Role.OFFICE, Party.TOULOUSE)
    with production.app_context():
        key, now = tokens.fresh(), clock.now()
        row = SignIn(
            person_id=person.id, token_hash=tokens.fingerprint(key), means=Means.PASSWORD, began_at=now, seen_at=now
        )
        db.session.add(row)
        db.session.commit()
    with client.session_transaction() as session:
        session.update(access.entered(key, person.id))
    assert client.get("/home").status_code == 302


def calls_of(name: str) -> set[str]:
    """The modules that call ``name``, as a function or a method."""
    found = set()
    for path in sorted((ROOT / "grantflow").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and name == getattr(node.func, "attr", getattr(node.func, "id", "")):
                found.add(str(path.relative_to(ROOT / "grantflow")))
    return found


def test_there_is_one_door() -> None:
    """Rows of sessions are written in one place; a cookie is handed out where a session was begun just before."""
    assert calls_of("login_user") == set()
    assert calls_of("SignIn") == {"accounts/service/sessions.py"}
    handing_out = {f"accounts/views/{name}.py" for name in ("joining", "profile", "second")} | {"demo/views.py"}
    # A conversation with a mail server enters a context, no session.
    assert {p for p in calls_of("enter") if "/service/" not in p} - {"platform/mail/conversation.py"} == handing_out


def test_every_link_that_is_mailed_is_tried() -> None:
    assert {*LINKS.values(), Purpose.ADDRESS} == set(Purpose)
