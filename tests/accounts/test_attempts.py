"""T4: whatever can be guessed or used to send mails is limited, per account and per address; T7: rights are read anew.

What is limited at sign-in is in ``test_views``; here are the other doors.
"""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete

from grantflow.accounts import service
from grantflow.accounts.models import Person, Purpose, RoleGrant, Token
from grantflow.accounts.service import links
from grantflow.kernel.errors import Invalid, TooMany
from grantflow.kernel.parties import Party, Role
from grantflow.platform import limits, tokens
from grantflow.platform.db import db
from tests.conftest import sign_in as client_of
from tests.given import PASSWORD, Given

As = Callable[[Person], FlaskClient]
OTHER = "sieben stille Linden am Weg"


def test_the_second_look_is_no_place_to_guess_either(real: Flask) -> None:
    """A found session must not become a place to try passwords. On a database where a refusal really rolls back."""
    client = client_of(real, Given(real).applicant())
    wrong = {"old": OTHER, "new": "acht laute Buchen am See"}
    statuses = [client.post("/profile/password", data=wrong).status_code for _ in range(limits.PER_ACCOUNT.amount)]
    assert statuses == [422] * limits.PER_ACCOUNT.amount
    assert client.post("/profile/password", data=wrong | {"old": PASSWORD}).status_code == 429


def test_a_right_password_forgives_the_wrong_ones_before(app: Flask, given: Given) -> None:
    person = given.applicant()
    with app.test_request_context():
        for _ in range(2):
            for _ in range(limits.PER_ACCOUNT.amount - 1):
                with pytest.raises(Invalid):
                    service.verify_password(person, OTHER)
            service.verify_password(person, PASSWORD)
        for _ in range(limits.PER_ACCOUNT.amount):
            with pytest.raises(Invalid):
                service.verify_password(person, OTHER)
        with pytest.raises(TooMany):
            service.verify_password(person, PASSWORD)


def registration(email: str) -> dict[str, str]:
    return {
        "given_name": "Léa",
        "family_name": "Morel",
        "email": email,
        "password": PASSWORD,
        "address": "ms",
        "language": "fr",
        "phone": "",
    }


def test_registering_one_address_again_and_again_ends(client: FlaskClient, given: Given) -> None:
    """Known or not: nobody fills a mailbox with our mails."""
    most = limits.MAILS_PER_ACCOUNT.amount
    for email in ("new@example.org", given.applicant().email):
        statuses = [client.post("/register", data=registration(email)).status_code for _ in range(most + 1)]
        assert statuses == [302] * most + [429]


@pytest.mark.parametrize("path", ["/register", "/reset"])
def test_one_address_may_not_ask_for_everybody(client: FlaskClient, path: str) -> None:
    """Many accounts, one sender; a header moves nothing."""
    statuses = [
        client.post(
            path, data=registration(f"n{n}@example.org"), headers={"X-Forwarded-For": f"10.0.0.{n}"}
        ).status_code
        for n in range(limits.PER_ADDRESS.amount + 1)
    ]
    assert statuses == [302] * limits.PER_ADDRESS.amount + [429]


def test_a_sender_over_their_limit_locks_nobody_out(client: FlaskClient, given: Given) -> None:
    """What is refused for its sender alone does not count against the account it names."""
    person = given.applicant()
    noise = {"REMOTE_ADDR": "203.0.113.9"}
    for n in range(limits.PER_ADDRESS.amount + limits.PER_ACCOUNT.amount + 1):
        email = f"n{n}@example.org" if n < limits.PER_ADDRESS.amount else person.email
        client.post("/sign-in", data={"email": email, "password": OTHER}, environ_overrides=noise)
    assert client.post("/sign-in", data={"email": person.email, "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize(
    ("path", "purpose", "data"),
    [
        ("reset", Purpose.RESET, {"password": OTHER}),
        ("invitation", Purpose.INVITE, {"password": OTHER, "address": "ms", "language": "de", "phone": ""}),
    ],
)
def test_links_are_spent_one_by_one(
    app: Flask, client: FlaskClient, given: Given, path: str, purpose: Purpose, data: dict[str, str]
) -> None:
    """A sender who has had their share waits even with a link that opens something."""
    person = given.applicant() if purpose is Purpose.RESET else given.staff(Role.FINANCE, Party.TOULOUSE)
    with app.app_context():
        token = links.issue(db.session.get_one(Person, person.id), purpose)
        db.session.commit()
        link = f"/{path}/{tokens.derive(token.id)}"
    with app.test_request_context(environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        for _ in range(limits.PER_ADDRESS.amount):
            limits.spend("token")
    assert client.post(link, data=data).status_code == 429
    with app.app_context():
        assert db.session.get_one(Token, token.id).used_at is None


def test_roles_are_read_from_the_rows_at_every_request(app: Flask, as_: As, given: Given) -> None:
    """T7: no session, no cookie, no cache remembers what somebody may do."""
    person = given.staff(Role.SIGNATORY, Party.TOULOUSE, Role.REVIEWER)
    client = as_(person)
    assert client.get("/decisions/to-sign").status_code == 200
    with app.app_context():
        db.session.execute(delete(RoleGrant).where(RoleGrant.person_id == person.id, RoleGrant.role == Role.SIGNATORY))
        db.session.commit()
        db.session.expunge_all()
    assert client.get("/decisions/to-sign").status_code == 403
    assert client.get("/review/").status_code == 200


def test_opening_an_account_again_opens_no_old_session(app: Flask, as_: As, given: Given) -> None:
    """T7: disabling ends the sessions themselves; what was a key before the account was closed stays none."""
    person, admin = given.applicant(), given.staff(Role.ADMINISTRATOR, Party.DUESSELDORF)
    client = as_(person)
    assert client.get("/profile").status_code == 200
    with app.app_context():
        found, by = db.session.get_one(Person, person.id), db.session.get_one(Person, admin.id)
        service.disable(found, by=by, reason="has left")
        service.enable(found, by=by)
        db.session.commit()
        db.session.expunge_all()
    assert client.get("/profile").status_code == 302
