"""What every connection of ours promises the others: nobody holds a row for ever (T43)."""

import pytest
from flask import Flask
from sqlalchemy import text

from grantflow.platform.db import db, own_transaction
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
