"""Money that is announced only: everything is prepared, nothing decided, and nobody but its funder releases it."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select
from sqlalchemy.exc import DatabaseError

from grantflow.accounts.models import Person
from grantflow.audit.models import Entry
from grantflow.calls.models import Commitment, Envelope
from grantflow.calls.states import Movement
from grantflow.decisions import queries, rules, service
from grantflow.decisions.models import Proposal
from grantflow.decisions.rules import CannotSign
from grantflow.decisions.states import Outcome
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden
from grantflow.kernel.money import eur
from grantflow.kernel.parties import Party, Role, Side
from grantflow.platform.db import db
from tests.given import Given

As = Callable[[Person], FlaskClient]
D, T, M = Party.DUESSELDORF, Party.TOULOUSE, Party.METROPOLE
TWO = {D: eur(6_000), T: eur(3_400), M: 0}


@pytest.mark.parametrize(
    ("outcome", "paying", "unreleased", "waits"),
    [
        (Outcome.AWARD, (D, T), (T,), (T,)),
        (Outcome.AWARD, (D, T), (M,), ()),
        (Outcome.AWARD, (D, T, M), (M, D), (D, M)),
        (Outcome.REJECTION, (), (D,), (D,)),
        (Outcome.REJECTION, (), (M,), ()),
        (Outcome.AWARD, (D, T, M), (), ()),
    ],
)
def test_an_act_waits_for_the_money_of_whoever_issues_it(
    outcome: Outcome, paying: tuple[Party, ...], unreleased: tuple[Party, ...], waits: tuple[Party, ...]
) -> None:
    assert rules.announced(outcome, paying, unreleased) == waits


def announce(given: Given, *parties: Party) -> dict[Party, Envelope]:
    with given.session():
        pots = {pot.funder_code: pot for pot in db.session.scalars(select(Envelope))}
        for party in parties:
            pots[party].is_released = False
        db.session.flush()
    return pots


@pytest.mark.parametrize("award", [None, 0])
def test_all_is_prepared_and_nobody_signs_before_the_funder_releases(
    app: Flask, given: Given, award: int | None
) -> None:
    with app.app_context():
        pot = announce(given, T)[T]
        proposal = given.proposed(award=award, shares=TWO if award is None else None)
        anke, jean = given.signatory(D), given.signatory(T)
        for person in (anke, jean):
            with pytest.raises(CannotSign) as refused:
                given.turn(proposal, person)
            assert refused.value.reasons[0].key == "budget_not_released"
            assert [its.to_sign for its in queries.tasks(person).values()] == [0]
        assert [its.to_release for its in queries.tasks(jean).values()] == [pot.id]
        assert [(its.announced, its.to_release) for its in queries.tasks(anke).values()] == [(1, None)]

        service.release_budget(pot, "Haushalt beschlossen", by=jean)
        assert given.decided(proposal).act.decided_at
        db.session.commit()
        entry = db.session.scalars(select(Entry).where(Entry.action == "budget_released")).one()
        assert (entry.reason, entry.actor_party) == ("Haushalt beschlossen", T)


def test_money_of_a_funder_that_does_not_pay_holds_nobody_up(app: Flask, given: Given) -> None:
    with app.app_context():
        announce(given, M)
        assert given.decided(given.proposed(shares=TWO)).act.decided_at


@pytest.mark.parametrize(("role", "party"), [(Role.SIGNATORY, D), (Role.OFFICE, T), (Role.ADMINISTRATOR, T)])
def test_nobody_releases_but_a_signatory_of_the_funder(app: Flask, given: Given, role: Role, party: Party) -> None:
    with app.app_context():
        pot = announce(given, T)[T]
        with pytest.raises(Forbidden):
            service.release_budget(pot, "Weil", by=given.staff(role, party))
        assert not pot.is_released


def test_the_database_promises_no_money_that_is_only_announced(app: Flask, given: Given) -> None:
    with app.app_context():
        pot = announce(given, D)[D]
        proposal = db.session.get_one(Proposal, given.proposed(shares=TWO).id)
        values = {"act_id": proposal.act_id, "cents": 1, "kind": Movement.AWARD, "at": clock.now()}
        with pytest.raises(DatabaseError, match="promised to nobody"), db.session.begin_nested():
            db.session.execute(insert(Commitment).values(envelope_id=pot.id, **values))


def test_pages_say_what_is_announced_and_lead_its_signatory_to_the_release(given: Given, as_: As) -> None:
    pot = announce(given, T)[T]
    proposal = given.proposed(shares=TWO)
    jean, office = as_(given.signatory(T)), as_(given.office(Side.GERMAN))
    release = f"/decisions/envelopes/{pot.id}/release"
    ranking = jean.get("/decisions/ranking?lang=de").text
    assert "angekündigt, noch nicht freigegeben" in ranking
    assert release in ranking
    assert release in jean.get("/home").text
    page = office.get("/decisions/ranking?lang=de").text
    assert "angekündigt, noch nicht freigegeben" in page
    assert release not in page
    assert "Über sie kann nicht entschieden werden" in office.get("/home?lang=de").text
    for path in ("/", "/calls/27-1"):
        assert "Angekündigt, noch nicht freigegeben" in office.get(f"{path}?lang=de").text
    assert "Angekündigt, noch nicht freigegeben" in jean.get(f"/decisions/{proposal.id}?lang=de").text
    assert office.post(release, data={"reason": "Weil"}).status_code == 403
    assert jean.post(release, data={"reason": ""}).status_code == 422
    assert jean.post(release, data={"reason": "Budget voté"}).status_code == 302
    assert "noch nicht freigegeben" not in jean.get("/decisions/ranking?lang=de").text
