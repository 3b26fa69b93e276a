"""What the database itself refuses, whoever asks."""

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from grantflow.decisions.models import Decision, Key, Proposal, Share
from grantflow.decisions.states import KeyKind, Outcome
from grantflow.kernel import clock
from grantflow.kernel.money import eur
from grantflow.kernel.parties import Party, Side
from grantflow.platform.db import db

D, T, M = Party.DUESSELDORF, Party.TOULOUSE, Party.METROPOLE


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Hashing a password at every key would only measure the machine."""
    monkeypatch.setattr("grantflow.decisions.service.signing.accounts.verify_password", lambda *_: None)


def refuses(app: Flask, error: type[DBAPIError], *rows: object, sql: str = "", **values: object) -> str:
    with app.app_context():
        db.session.add_all(rows)
        with pytest.raises(error) as refused:
            db.session.execute(text(sql or "SELECT 1"), values)
        db.session.rollback()
        return str(refused.value.orig)


def key(proposal: Proposal, person, **changes) -> Key:
    kind = KeyKind.CONSENT if person.party is M else KeyKind.KEY
    return Key(
        **{
            "kind": kind,
            "party": person.party,
            "person_id": person.id,
            "name": person.name,
            "proposal_id": proposal.id,
            "digest": proposal.digest,
            "turned_at": clock.now(),
            **changes,
        }
    )


def decision(proposal: Proposal, **changes) -> Decision:
    return Decision(
        **{
            "application_id": proposal.application_id,
            "proposal_id": proposal.id,
            "outcome": proposal.outcome,
            "award_cents": proposal.award_cents,
            "digest": proposal.digest,
            "decided_at": clock.now(),
            **changes,
        }
    )


def test_the_database_refuses_a_decision_without_two_keys(app, given):
    shares = {D: eur(6_000), T: eur(3_400), M: 0}
    proposal = given.proposed(shares=shares)
    anke, jean = given.signatory(D), given.signatory(T)
    both = "two keys"
    assert both in refuses(app, ProgrammingError, decision(proposal))
    given.turn(proposal, anke)
    assert both in refuses(app, ProgrammingError, decision(proposal))
    # Another digest, the wrong side's person, the preparer, a voided key.
    for second in (
        key(proposal, jean, digest="0" * 64),
        key(proposal, given.signatory(D), party=T),
        key(proposal, given.office(Side.FRENCH), person_id=given.proposal(proposal.id).versions[-1].prepared_by),
        key(proposal, jean, voided_at=clock.now()),
    ):
        with app.app_context():
            db.session.add(second)
            db.session.flush()
            db.session.add(decision(proposal))
            with pytest.raises(ProgrammingError, match=both):
                db.session.flush()
            db.session.rollback()


def test_the_database_refuses_metropoles_money_without_its_consent(app, given):
    proposal = given.turn(given.proposed(), given.signatory(D))
    with app.app_context():
        db.session.add(key(proposal, given.signatory(T)))
        db.session.flush()
        db.session.add(decision(proposal))
        with pytest.raises(ProgrammingError, match="has not consented"):
            db.session.flush()
        db.session.rollback()


def test_the_database_refuses_a_decision_that_is_not_the_proposal(app, given):
    proposal = given.proposed()
    for change in ({"award_cents": 1}, {"digest": "0" * 64}, {"outcome": Outcome.REJECTION}):
        assert "not the proposal" in refuses(app, ProgrammingError, decision(proposal, **change))


def test_the_database_keeps_one_key_per_city_and_person(app, given):
    anke = given.signatory(D)
    proposal = given.turn(given.proposed(), anke)
    assert "uq_key_party" in refuses(app, IntegrityError, key(proposal, given.signatory(D)))
    assert "uq_key_person" in refuses(app, IntegrityError, key(proposal, anke, party=T))
    assert "ck_decision_key_party" in refuses(app, IntegrityError, key(proposal, given.signatory(M), kind=KeyKind.KEY))


def test_what_was_decided_stays(app, given):
    given.decided()
    for sql in (
        "UPDATE decision SET award_cents = 1",
        "DELETE FROM decision",
        "UPDATE proposal SET reason_de = 'anders'",
        "UPDATE share SET cents = 0",
        "DELETE FROM share",
        "DELETE FROM decision_key",
        "UPDATE decision_key SET voided_at = now()",
        "UPDATE decision_key SET digest = 'x'",
        "UPDATE decision_key SET name = 'x'",
        "UPDATE proposal_version SET digest = 'x'",
        "DELETE FROM proposal_version",
    ):
        assert refuses(app, ProgrammingError, sql=sql), sql


def test_the_envelopes_own_check_holds(app, given):
    sql = "UPDATE envelope SET committed_cents = limit_cents + 1"
    assert "within_limit" in refuses(app, IntegrityError, sql=sql)


def test_shares_that_do_not_add_up_are_never_decided(app, given):
    proposal = given.turn(given.proposed(shares={D: eur(6_000), T: eur(3_400), M: 0}), given.signatory(D))
    with app.app_context():
        db.session.execute(text("UPDATE share SET cents = cents + 1 WHERE funder_code = 'toulouse'"))
        db.session.add(key(proposal, given.signatory(T)))
        db.session.flush()
        db.session.add(decision(proposal))
        with pytest.raises(ProgrammingError, match="add up"):
            db.session.flush()
        db.session.rollback()
        assert db.session.scalar(select(func.count()).select_from(Share)) == 3
