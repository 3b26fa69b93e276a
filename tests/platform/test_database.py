"""What every connection of ours promises the others: nobody holds a row for ever (T43)."""

import pytest
from flask import Flask
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from grantflow.accounts.models import Person
from grantflow.calls.models import Call
from grantflow.kernel.parties import SYSTEM, Party, Role
from grantflow.platform.db import db, own_transaction
from tests.conftest import sign_in
from tests.counting import counted
from tests.given import Given

LIMITS = {
    "idle_in_transaction_session_timeout": "1min",
    "statement_timeout": "30s",
    "lock_timeout": "15s",
    "TimeZone": "UTC",
}


@pytest.mark.parametrize("name", LIMITS)
def test_every_connection_has_its_limits(real: Flask, name: str) -> None:
    """The request's session, the sessions beside it, and the workers': all come from one engine."""
    show = text(f"SHOW {name}")
    with real.app_context():
        assert db.session.scalar(show) == LIMITS[name]
        with own_transaction() as session:
            assert session.scalar(show) == LIMITS[name]


def test_a_stopped_client_loses_its_row(real: Flask) -> None:
    """F4: whoever holds a row and says no more is cut off, and a sweep that skips locked rows sees it again."""
    person = Given(real).applicant()
    free = text("SELECT id FROM person WHERE id = :id FOR UPDATE SKIP LOCKED")
    with real.app_context(), db.engine.connect() as stopped, db.engine.connect() as sweep:
        stopped.execute(text("SET LOCAL idle_in_transaction_session_timeout = '200ms'"))
        pid = stopped.scalar(text("SELECT pg_backend_pid()"))
        held = stopped.execute(free, {"id": person.id}).all()
        assert [row.id for row in held] == [person.id]
        # Not skipping, this waits for as long as the row is held: no sleep, and the lock's own limit ends a failure.
        sweep.execute(text("SELECT id FROM person WHERE id = :id FOR UPDATE"), {"id": person.id})
        assert sweep.execute(free, {"id": person.id}).all() == held
        assert sweep.scalar(text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid"), {"pid": pid}) == 0
        stopped.invalidate()


def test_what_is_asked_beside_a_persons_rights_comes_with_them_however_many_roles(app: Flask, given: Given) -> None:
    """As JSON, too, which no two rows could be told apart by."""
    person = given.staff(Role.OFFICE, Party.DUESSELDORF, Role.SIGNATORY)
    with app.app_context():
        by = db.session.get_one(Person, person.id)
        with counted() as cost:
            asked = db.confirm_rights(by, beside=(func.jsonb_build_array(1), func.lower("A")))
        assert (cost.sql, asked) == (1, [[1], "a"])
        assert list(db.confirm_rights(by, beside=(func.jsonb_build_array(2),))) == [[2]], "held already"
        assert list(db.confirm_rights(SYSTEM, beside=(func.jsonb_build_array(3),))) == [[3]]


def test_a_row_is_locked_once_in_a_transaction_and_anew_in_the_next(real: Flask) -> None:
    """A savepoint that rolls back gives its locks back, so they are not counted on either."""
    with real.app_context():
        call = db.session.scalars(select(Call)).one()

        def asked() -> int:
            with counted() as cost:
                db.lock(call, by=SYSTEM)
            return cost.sql

        savepoint = db.session.begin_nested()
        assert (asked(), asked()) == (1, 0)
        savepoint.rollback()
        assert (asked(), asked()) == (1, 0)
        with db.session.begin_nested():
            assert asked() == 0
        db.session.commit()
        assert (asked(), asked()) == (1, 0)


def test_what_cannot_be_committed_has_not_happened_and_says_so(real: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is no success, no word of success is kept for the next page, and the row is as it was."""
    client = sign_in(real, Given(real).applicant(name="Ada Vorher"))
    real.config["PROPAGATE_EXCEPTIONS"] = False

    def lost(session: Session) -> None:
        raise OperationalError("COMMIT", None, Exception("server closed the connection unexpectedly"))

    profile = {"given_name": "Ada", "family_name": "Nachher", "address": "ms", "language": "de", "phone": ""}
    event.listen(Session, "before_commit", lost)
    try:
        reply = client.post("/profile", data=profile)
    finally:
        event.remove(Session, "before_commit", lost)
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "30")
    assert "Content-Security-Policy" in reply.headers
    page = client.get("/profile?lang=de").text
    assert "Ada Vorher" in page
    assert "Nachher" not in page
    assert 'class="kern-alert' not in page
