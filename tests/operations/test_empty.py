"""Production on an empty database: after ``db upgrade`` and ``admin create`` every page answers."""

from collections.abc import Iterator
from uuid import uuid4

import flask_migrate
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from grantflow.accounts import service as accounts
from grantflow.accounts.models import Person
from grantflow.app import create_app
from grantflow.kernel import clock
from grantflow.kernel.parties import Party, Role
from grantflow.platform import access
from grantflow.platform.db import db
from tests.conftest import Databases, settings_for
from tests.given import Given, begun, called

#: What stands in an address for what is not there.
NOTHING = {"UUIDConverter": uuid4()}
#: These say with 503 that the parts beside this process are not there, which is so.
HEALTH = {"health.status", "health.readyz"}


@pytest.fixture(scope="module")
def empty(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    name = f"empty_{uuid4().hex[:8]}"
    folder = tmp_path_factory.mktemp("empty")
    app = create_app(settings_for(databases.make(name), folder, env="production", origin="https://localhost"))
    with app.app_context():
        flask_migrate.upgrade()
        for party in Party:
            accounts.make_administrator(
                name=called(f"Ada {party}"), email=f"ada@{party}.example", party=party, language=party.language
            )
        db.session.commit()
    yield app
    with app.app_context():
        db.engine.dispose()
    databases.drop(name)


def signed_in(app: Flask, person: Person) -> FlaskClient:
    client = app.test_client()
    with app.app_context():
        key = begun(db.session.get_one(Person, person.id))
        db.session.commit()
    with client.session_transaction(base_url="https://localhost") as session:
        session.update(access.entered(key, person.id))
    return client


def readers(app: Flask) -> dict[str, FlaskClient]:
    """A visitor, an applicant with an organisation, and somebody in each role of each party."""
    given = Given(app)
    applicant = given.applicant()
    given.organisation(applicant)
    people = {"applicant": applicant}
    for party in Party:
        for role in (Role.REVIEWER, Role.OFFICE, Role.SIGNATORY, Role.FINANCE):
            people[f"{role} {party}"] = given.staff(role, party)
    with app.app_context():
        for person in db.session.query(Person).filter(Person.confirmed_at.is_(None)):
            person.confirmed_at = clock.now()
            people[f"administrator {person.party}"] = person
        db.session.commit()
        db.session.expunge_all()
    return {"visitor": app.test_client()} | {who: signed_in(app, person) for who, person in people.items()}


def address(app: Flask, rule: Rule) -> str:
    kinds = {name: type(kind).__name__ for name, kind in rule._converters.items()}
    arguments = {name: NOTHING.get(kind, "none") for name, kind in kinds.items()}
    url = app.url_map.bind("localhost").build(rule.endpoint, arguments)
    assert isinstance(url, str)
    return url


def test_every_page_of_an_empty_production_answers(empty: Flask) -> None:
    rules = [rule for rule in empty.url_map.iter_rules() if rule.endpoint not in HEALTH]
    assert not any(rule.endpoint.startswith("demo.") for rule in rules)
    broken, seen = [], 0
    for who, client in readers(empty).items():
        for rule in rules:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                if rule.endpoint == "accounts.sign_out":
                    continue
                reply = client.open(address(empty, rule), method=method, base_url="https://localhost")
                seen += reply.status_code == 200
                if reply.status_code >= 500:
                    broken.append((who, method, rule.rule, reply.status_code))
    assert broken == []
    assert seen > 100
