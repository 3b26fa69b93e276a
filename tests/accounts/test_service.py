"""The verbs of accounts below the pages."""

import time
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher, Type, extract_parameters
from flask import Flask
from sqlalchemy import select

from grantflow.accounts import queries, service
from grantflow.accounts.models import Person, SignIn, Token
from grantflow.accounts.rules import Name
from grantflow.accounts.states import Means
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, Invalid
from grantflow.kernel.parties import SYSTEM, Party, Role
from grantflow.platform import passwords
from grantflow.platform.db import db
from tests.conftest import HASHER
from tests.given import PASSWORD, Given, called


@pytest.fixture
def context(app: Flask) -> Any:
    with app.app_context():
        yield


def test_what_a_hash_costs() -> None:
    """T2: argon2id, and between 50 and 500 ms on a machine that is not asleep."""
    stored = HASHER.hash("nine quiet linden trees")
    found = extract_parameters(stored)
    assert (found.type, found.memory_cost, found.time_cost) == (Type.ID, 64 * 1024, 3)
    assert (found.salt_len, found.hash_len) == (16, 32)
    began = time.process_time()
    HASHER.verify(stored, "nine quiet linden trees")
    assert 0.02 < time.process_time() - began < 0.5


def test_the_same_password_however_the_keyboard_composes_it() -> None:
    stored = passwords.hash_of("un été à la campagne")
    assert passwords.matches(stored, "un e\u0301te\u0301 a\u0300 la campagne")
    assert not passwords.matches(stored, "un ete a la campagne")
    assert not passwords.matches(None, "nobody has this password")
    assert not passwords.matches("not a hash", "anything")


@pytest.mark.usefixtures("context")
def test_an_old_hash_is_made_anew_at_sign_in(given: Given) -> None:
    person = given.applicant()
    person.password_hash = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    db.session.commit()
    service.sign_in(person.email, PASSWORD)
    assert person.password_hash
    assert not passwords.is_stale(person.password_hash)


@pytest.mark.usefixtures("context")
def test_the_second_look(given: Given) -> None:
    person = given.staff(Role.SIGNATORY, Party.TOULOUSE)
    service.verify_password(person, PASSWORD)
    with pytest.raises(Invalid) as refused:
        service.verify_password(person, "some other password")
    assert (refused.value.key, refused.value.field) == ("password_wrong", "password")


@pytest.mark.usefixtures("context")
def test_an_administrator_acts_for_the_own_party_only(given: Given) -> None:
    admin = given.staff(Role.ADMINISTRATOR, Party.TOULOUSE)
    theirs = given.staff(Role.FINANCE, Party.DUESSELDORF)
    office = given.staff(Role.OFFICE, Party.TOULOUSE)
    data: dict[str, Any] = {"name": called("A"), "email": "a@example.org", "language": "fr", "roles": {Role.FINANCE}}

    for by in (office, given.applicant(), theirs):
        with pytest.raises(Forbidden):
            service.invite(**data, party=Party.TOULOUSE, by=by)
    with pytest.raises(Forbidden):
        service.invite(**data, party=Party.DUESSELDORF, by=admin)
    for verb in (
        lambda: service.set_roles(theirs, {Role.OFFICE}, by=admin),
        lambda: service.disable(theirs, by=admin, reason="x"),
        lambda: service.enable(theirs, by=admin),
        lambda: service.invite_again(theirs, by=admin),
        lambda: service.set_roles(admin, {Role.OFFICE}, by=admin),
        lambda: service.disable(admin, by=admin, reason="x"),
        lambda: service.set_roles(office, {Role.FINANCE}, by=SYSTEM),
    ):
        with pytest.raises(Forbidden):
            verb()
    assert theirs.roles == {Role.FINANCE}


@pytest.mark.usefixtures("context")
def test_roles_are_granted_and_taken(given: Given) -> None:
    admin = given.staff(Role.ADMINISTRATOR, Party.TOULOUSE)
    person = given.staff(Role.OFFICE, Party.TOULOUSE)
    service.set_roles(person, {Role.OFFICE, Role.REVIEWER}, by=admin)
    assert person.roles == {Role.OFFICE, Role.REVIEWER}
    service.set_roles(person, {Role.REVIEWER}, by=admin)
    assert person.roles == {Role.REVIEWER}
    with pytest.raises(Invalid):
        service.set_roles(person, set(), by=admin)
    with pytest.raises(Invalid):
        service.set_roles(person, {Role.SIGNATORY, Role.APPLICANT}, by=admin)


@pytest.mark.usefixtures("context")
def test_what_is_over_is_swept_away_after_a_week(given: Given) -> None:
    person = given.applicant()
    service.request_reset(person.email)
    service.begin(person, Means.PASSWORD)
    db.session.commit()
    with clock.frozen(clock.now() + timedelta(days=6)):
        service.forget_expired()
    assert db.session.scalars(select(Token).where(Token.person_id == person.id)).all()
    with clock.frozen(clock.now() + timedelta(days=8)):
        service.forget_expired()
    for model in (Token, SignIn):
        assert not db.session.scalars(select(model).where(model.person_id == person.id)).unique().all()
    assert db.session.get(Person, person.id) is not None


def test_people_are_found_as_their_names_are_typed_whichever_verb_wrote_them(context: Any, given: Given) -> None:
    administrator = given.staff(Role.ADMINISTRATOR, Party.DUESSELDORF)
    name = Name(family_name="O’Süß", given_name="Łucja")
    service.register(name=name, email="l@verein-köln.de", password=PASSWORD, language="de")
    service.invite(
        name=Name(family_name="Œhler", given_name="Noël"),
        email="noel@stadt.example",
        party=Party.DUESSELDORF,
        roles={Role.REVIEWER},
        language="fr",
        by=administrator,
    )
    changed = given.applicant(name="Vorher Name")
    service.change_profile(
        changed, name=Name(family_name="Groß", given_name="Zoë"), address=changed.address, phone="", language="de"
    )
    for typed, found in {
        **dict.fromkeys(("lucja", "o'suess", "O SUSS lucja", "verein-koeln", "l@verein"), "Łucja O’Süß"),
        **dict.fromkeys(("NOEL", "oehler", "\u200bœhler", "noel@stadt"), "Noël Œhler"),
        **dict.fromkeys(("zoe gross", "GROSS"), "Zoë Groß"),
    }.items():
        page = queries.people(administrator, queries.Filters(text=typed))
        assert [person.name for person in page.people] == [found], typed
    assert queries.people(administrator, queries.Filters(text="%")).people == []
    assert queries.people(administrator, queries.Filters(text="vorher")).people == []
