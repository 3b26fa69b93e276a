"""A second factor that is lost: two administrators, neither of them its owner (T3)."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from grantflow.accounts import service
from grantflow.accounts.models import Factor, FactorLoss, Person, RecoveryCode
from grantflow.audit.models import Entry
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden
from grantflow.kernel.parties import Party, Role
from grantflow.notifications.models import Message
from grantflow.platform.db import db
from tests.accounts.proofs import with_app
from tests.accounts.visiting import As, sign_in
from tests.given import Given

T, D = Party.TOULOUSE, Party.DUESSELDORF
ADMIN = Role.ADMINISTRATOR


@pytest.fixture
def owner(app: Flask, given: Given) -> Person:
    person = given.staff(Role.FINANCE, T)
    with_app(app, person)
    return person


def report(as_: As, by: Person, person: Person) -> int:
    return as_(by).post(f"/people/{person.id}/factor-loss", data={"reason": "Zurückgerufen"}).status_code


def test_two_administrators_take_it_away_and_everybody_is_told(
    as_: As, app: Flask, given: Given, owner: Person, rows: Any
) -> None:
    first, second = given.staff(ADMIN, T), given.staff(ADMIN, T)
    client = as_(owner)
    assert report(as_, first, owner) == 302
    (loss,) = rows(select(FactorLoss))
    confirm = f"/people/factor-losses/{loss.id}/confirm"
    # Whoever reported it, its owner, and an administrator of another party do not confirm it.
    for other in (first, given.staff(ADMIN, D), owner):
        assert as_(other).post(confirm).status_code in {403, 404}
    assert rows(select(func.count()).select_from(Factor)) == [1]
    assert as_(second).post(confirm).status_code == 302
    assert rows(select(func.count()).select_from(Factor)) == [0]
    assert rows(select(func.count()).select_from(RecoveryCode)) == [0]
    assert client.get("/home").status_code == 302
    told = {(m.kind, m.email) for m in rows(select(Message).where(Message.kind.startswith("factor")))}
    assert told == {
        ("factor_loss_reported", owner.email),
        ("factor_loss_to_confirm", second.email),
        ("factor_taken_away", owner.email),
        ("factor_loss_settled", first.email),
        ("factor_loss_settled", second.email),
    }
    trail = rows(select(Entry.action).where(Entry.action.startswith("factor")).order_by(Entry.seq))
    assert trail == ["factor_loss_reported", "factor_loss_confirmed"]
    assert as_(second).post(confirm).status_code == 404


def test_then_the_password_leads_to_setting_up_a_new_one(
    production: Flask, given: Given, owner: Person, rows: Any
) -> None:
    first, second = given.staff(ADMIN, T), given.staff(ADMIN, T)
    with production.app_context():
        person, one, two = (db.session.get_one(Person, its.id) for its in (owner, first, second))
        service.report_loss(person, "Zurückgerufen", by=one)
        loss = db.session.scalars(select(FactorLoss)).one()
        service.confirm_loss(loss, by=two)
        db.session.commit()
    reply = sign_in(production.test_client(), owner.email)
    assert reply.headers["Location"].startswith("/sign-in/set-up")


def test_where_there_is_no_second_one_another_party_helps(as_: As, app: Flask, given: Given, rows: Any) -> None:
    lonely, one, other = given.staff(ADMIN, T), given.staff(ADMIN, D), given.staff(ADMIN, Party.METROPOLE)
    with_app(app, lonely)
    assert lonely.name in as_(one).get("/people/factor-losses").text
    assert report(as_, lonely, lonely) == 404
    assert report(as_, one, lonely) == 302
    (loss,) = rows(select(FactorLoss))
    assert as_(other).post(f"/people/factor-losses/{loss.id}/refuse").status_code == 302
    assert rows(select(func.count()).select_from(Factor)) == [1]


def test_colleagues_of_another_party_are_none_of_their_business(as_: As, given: Given, owner: Person) -> None:
    given.staff(ADMIN, T)
    assert report(as_, given.staff(ADMIN, D), owner) == 404


@pytest.mark.parametrize("settler", ["owner", "reporter"])
def test_the_database_knows_the_four_eyes(app: Flask, given: Given, owner: Person, settler: str) -> None:
    reporter = given.staff(ADMIN, T)
    by = {"owner": owner, "reporter": reporter}[settler]
    now = clock.now()
    with app.app_context():
        db.session.add(
            FactorLoss(
                person_id=owner.id,
                reason="x",
                reported_by=reporter.id,
                reported_at=now,
                state="confirmed",
                settled_by=by.id,
                settled_at=now,
            )
        )
        with pytest.raises(IntegrityError):
            db.session.flush()
        db.session.rollback()


def test_a_verb_asks_again_whose_turn_it_is(app: Flask, given: Given, owner: Person) -> None:
    first, foreign = given.staff(ADMIN, T), given.staff(ADMIN, D)
    given.staff(ADMIN, T)
    with app.app_context():
        person, one, other = (db.session.get_one(Person, its.id) for its in (owner, first, foreign))
        service.report_loss(person, "x", by=one)
        loss = db.session.scalars(select(FactorLoss)).one()
        for by in (one, other, person):
            with pytest.raises(Forbidden):
                service.confirm_loss(loss, by=by)
