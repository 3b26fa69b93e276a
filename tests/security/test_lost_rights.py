"""Whoever loses an account or a role while their click waits for a lock does nothing any more."""

from collections.abc import Callable
from threading import Thread
from time import monotonic
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Connection, text

from grantflow.accounts import service as accounts
from grantflow.accounts.models import Person
from grantflow.applications import service as applications
from grantflow.applications.models import Application
from grantflow.applications.states import State, StepName
from grantflow.decisions import service as decisions
from grantflow.decisions.models import Proposal
from grantflow.kernel.errors import DomainError
from grantflow.kernel.parties import Party, Role, Side
from grantflow.platform.db import db
from grantflow.review import service as review
from grantflow.review.models import Assignment
from grantflow.review.rules import Mark
from tests.given import Given

D, T, M = Party
Verb = Callable[[Person], Any]


def file(key: UUID) -> Application:
    return db.session.get_one(Application, key)


def proposal(key: UUID) -> Proposal:
    return db.session.get_one(Proposal, key)


def seat(key: UUID, reviewer: Person) -> Assignment:
    return db.session.query(Assignment).filter_by(application_id=key, reviewer_id=reviewer.id).one()


def clicks(given: Given) -> dict[str, tuple[Person, Verb]]:
    """Verbs that act by right of a role under a lock, each on a file of its own, with whoever clicks."""
    money = {D: 600, T: 400}
    signed, consented, changed, back = (
        given.proposed(award=1_000, shares=shares) for shares in (money, {D: 600, M: 400}, money, money)
    )
    admitted, submitted, assessed = (
        given.application(State.ADMITTED),
        given.application(State.SUBMITTED),
        given.assessed(),
    )
    wide, draft = given.assessed(9, 4), given.application()
    reviewing, german, french = given.in_review()
    given.declare(reviewing, german)
    reviewer, third = given.reviewer(D), given.reviewer(M)
    office = lambda: given.office(Side.GERMAN)  # noqa: E731
    marks = {number: Mark(5, "x") for number in range(1, 12)}
    text_ = {"title": "Anders", "summary": "", "why_two_cities": "", "encounter": "", "success": ""}
    return {
        "sign": (
            given.signatory(D),
            lambda by: decisions.turn_key(proposal(signed.id), signed.digest, by=by),
        ),
        "consent": (
            given.signatory(M),
            lambda by: decisions.consent(proposal(consented.id), consented.digest, by=by),
        ),
        "propose": (office(), lambda by: given.proposed(file(assessed.id), award=100, shares={D: 100}, by=by)),
        "renew": (office(), lambda by: decisions.renew(proposal(changed.id), by=by)),
        "send back": (given.signatory(T), lambda by: decisions.send_back(proposal(back.id), "Nein.", by=by)),
        "admit": (office(), lambda by: applications.admit(file(submitted.id), by=by)),
        "assign": (
            office(),
            lambda by: review.assign(file(admitted.id), db.session.get_one(Person, reviewer.id), by=by),
        ),
        "nominate": (
            office(),
            lambda by: review.nominate(file(wide.id), db.session.get_one(Person, third.id), by=by),
        ),
        "declare": (french, lambda by: review.declare(seat(reviewing.id, by), conflict=True, reason="x", by=by)),
        "submit review": (
            german,
            lambda by: review.submit(seat(reviewing.id, by), marks, recommended_cents=1, comment="x", by=by),
        ),
        "save answers": (
            draft.contact,
            lambda by: applications.save_answers(
                file(draft.id), StepName.PROJECT, {**text_, "theme": None, "format": None, "places": ""}, by=by
            ),
        ),
    }


def until(connection: Connection, waiting: int) -> None:
    """Wait for so many backends of this database to wait for a lock."""
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    ends = monotonic() + 14
    while (found := connection.scalar(query)) < waiting:
        assert monotonic() < ends, f"{found} of {waiting} wait"
        connection.rollback()


@pytest.mark.parametrize("loss", ["disabled", "stripped of the role"])
def test_a_signatory_disabled_while_their_key_waits_signs_nothing(real: Flask, loss: str) -> None:
    """And so with every verb that acts by right of a role under a lock."""
    given = Given(real)
    deeds = clicks(given)
    administrators = {party: given.staff(Role.ADMINISTRATOR, party) for party in Party}
    ends: dict[str, str] = {}

    def click(name: str, person: Person, verb: Verb) -> None:
        with real.app_context():
            by = db.session.get_one(Person, person.id)
            assert by.roles
            try:
                verb(by)
                db.session.commit()
                ends[name] = "done"
            except DomainError as refused:
                ends[name] = refused.key

    with real.app_context():
        db.engine.pool._max_overflow = 40  # type: ignore[attr-defined]
        engine = db.engine
    with engine.connect() as holder, engine.connect() as watch:
        holder.execute(text("SELECT 1 FROM application FOR UPDATE"))
        threads = [Thread(target=click, args=(name, *deed)) for name, deed in deeds.items()]
        for thread in threads:
            thread.start()
        until(watch, len(threads))
        with real.app_context():
            for person, _ in deeds.values():
                who = db.session.get_one(Person, person.id)
                by = administrators[who.party or D]
                if loss == "disabled" or who.party is None:
                    accounts.disable(who, by=by, reason="left")
                else:
                    accounts.set_roles(who, {Role.FINANCE}, by=by)
                db.session.commit()
        holder.rollback()
        for thread in threads:
            thread.join()
    assert ends == dict.fromkeys(deeds, "rights_lost")


def test_of_two_administrators_who_disable_each_other_one_stays(real: Flask) -> None:
    given = Given(real)
    one, other = (given.staff(Role.ADMINISTRATOR, D) for _ in range(2))
    ends: dict[UUID, str] = {}

    def disable(by_id: UUID, whom: UUID) -> None:
        with real.app_context():
            by = db.session.get_one(Person, by_id)
            assert by.roles
            try:
                accounts.disable(db.session.get_one(Person, whom), by=by, reason="x")
                db.session.commit()
                ends[by_id] = "done"
            except DomainError as refused:
                ends[by_id] = refused.key

    with real.app_context():
        engine = db.engine
    with engine.connect() as holder, engine.connect() as watch:
        holder.execute(text("SELECT 1 FROM person FOR UPDATE"))
        threads = [Thread(target=disable, args=pair) for pair in ((one.id, other.id), (other.id, one.id))]
        for thread in threads:
            thread.start()
        until(watch, 2)
        holder.rollback()
        for thread in threads:
            thread.join()
    assert sorted(ends.values()) == ["done", "rights_lost"]
