"""What the database itself refuses, whoever asks."""

import pytest
from flask import Flask
from sqlalchemy import Update, func, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from grantflow.calls.models import Commitment, Envelope, Reservation
from grantflow.decisions.models import Act, Key, Proposal, Share
from grantflow.decisions.states import ActState, KeyKind, Outcome
from grantflow.kernel import clock
from grantflow.kernel.money import eur
from grantflow.kernel.parties import Party, Side
from grantflow.platform.db import db

D, T, M = Party.DUESSELDORF, Party.TOULOUSE, Party.METROPOLE


def refuses(app: Flask, error: type[DBAPIError], *rows: object, sql: str | Update = "SELECT 1") -> str:
    with app.app_context():
        db.session.add_all(rows)
        with pytest.raises(error) as refused:
            db.session.execute(text(sql) if isinstance(sql, str) else sql)
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
            "form": person.address,
            "proposal_id": proposal.id,
            "digest": proposal.digest,
            "turned_at": clock.now(),
            **changes,
        }
    )


def decide(proposal: Proposal, **changes) -> Update:
    """The act decided, whoever asks."""
    ended = {"state": ActState.DECIDED, "closed_at": clock.now(), **changes}
    return update(Act).where(Act.id == proposal.act_id).values(ended)


def test_the_database_refuses_a_decision_without_two_keys(app, given):
    shares = {D: eur(6_000), T: eur(3_400), M: 0}
    proposal = given.proposed(shares=shares)
    anke, jean = given.signatory(D), given.signatory(T)
    both = "two keys"
    assert both in refuses(app, ProgrammingError, sql=decide(proposal))
    given.turn(proposal, anke)
    assert both in refuses(app, ProgrammingError, sql=decide(proposal))
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
            with pytest.raises(ProgrammingError, match=both):
                db.session.execute(decide(proposal))
            db.session.rollback()


def test_the_database_refuses_metropoles_money_without_its_consent(app, given):
    proposal = given.turn(given.proposed(), given.signatory(D))
    with app.app_context():
        db.session.add(key(proposal, given.signatory(T)))
        db.session.flush()
        with pytest.raises(ProgrammingError, match="has not consented"):
            db.session.execute(decide(proposal))
        db.session.rollback()


def test_the_database_refuses_a_decision_that_is_not_the_proposal(app, given):
    proposal = given.proposed()
    assert "not its proposal" in refuses(app, ProgrammingError, sql=decide(proposal, kind=Outcome.REJECTION))


def test_the_database_refuses_a_second_open_act(app, given):
    file = given.proposed().application_id
    second = Act(application_id=file, number=2, kind=Outcome.AWARD, state=ActState.OPEN, opened_at=clock.now())
    assert "uq_act_open" in refuses(app, IntegrityError, second)


def test_the_database_lets_no_act_end_with_money_reserved_or_with_keys(app, given):
    proposal = given.turn(given.proposed(), given.signatory(D))
    back = {"state": ActState.ABANDONED, "returned_by": proposal.prepared_by}
    assert "keys of an abandoned act" in refuses(app, ProgrammingError, sql=decide(proposal, **back))
    with app.app_context():
        db.session.execute(update(Key).values(voided_at=clock.now()))
        with pytest.raises(ProgrammingError, match="reserves no money"):
            db.session.execute(decide(proposal, **back))
        db.session.rollback()


def test_the_database_keeps_one_key_per_city_and_person(app, given):
    anke = given.signatory(D)
    proposal = given.turn(given.proposed(), anke)
    assert "uq_key_party" in refuses(app, IntegrityError, key(proposal, given.signatory(D)))
    assert "uq_key_person" in refuses(app, IntegrityError, key(proposal, anke, party=T))
    assert "ck_decision_key_party" in refuses(app, IntegrityError, key(proposal, given.signatory(M), kind=KeyKind.KEY))


def test_what_was_decided_stays(app, given):
    given.decided()
    for sql in (
        "UPDATE act SET kind = 'rejection'",
        "DELETE FROM act",
        "UPDATE commitment SET cents = 1",
        "DELETE FROM commitment",
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


def test_no_envelope_holds_less_than_is_committed_and_reserved(app, given):
    given.decided(given.proposed(given.assessed()))
    given.proposed(given.assessed())
    for sql in (
        "UPDATE envelope SET limit_cents = committed_cents + reserved_cents - 1",
        "UPDATE reservation SET cents = 99999999",
    ):
        assert "within_limit" in refuses(app, IntegrityError, sql=sql), sql


def test_the_sums_of_an_envelope_are_written_by_its_ledger_alone(app, given):
    """committed + reserved + free = limit: nobody moves a sum without a row."""
    given.decided(given.proposed(given.assessed()))
    given.proposed(given.assessed())
    for column in ("committed_cents", "reserved_cents"):
        for value in (0, getattr(Envelope, column) + 1):
            sql = update(Envelope).values({column: value})
            assert "follow its ledger" in refuses(app, ProgrammingError, sql=sql), sql
    with app.app_context():
        for envelope in db.session.scalars(select(Envelope)):
            rows = {
                Commitment: envelope.committed_cents,
                Reservation: envelope.reserved_cents,
            }
            for model, cents in rows.items():
                its = select(func.sum(model.cents)).where(model.envelope_id == envelope.id)
                assert db.session.scalar(its) == cents > 0


def test_shares_that_do_not_add_up_are_never_decided(app, given):
    proposal = given.turn(given.proposed(shares={D: eur(6_000), T: eur(3_400), M: 0}), given.signatory(D))
    with app.app_context():
        db.session.execute(text("UPDATE share SET cents = cents + 1 WHERE funder_code = 'toulouse'"))
        db.session.add(key(proposal, given.signatory(T)))
        db.session.flush()
        with pytest.raises(ProgrammingError, match="add up"):
            db.session.execute(decide(proposal))
        db.session.rollback()
        assert db.session.scalar(select(func.count()).select_from(Share)) == 3
