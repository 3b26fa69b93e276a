"""Alive is not ready: ``/readyz`` names the part that is missing."""

from flask.testing import FlaskClient
from sqlalchemy import update

from grantflow.platform import jobs
from grantflow.platform.db import db
from grantflow.platform.models import Heartbeat


def test_alive_needs_nothing(client: FlaskClient) -> None:
    answer = client.get("/healthz", headers={"Host": "10.0.0.7"})

    assert (answer.status_code, answer.json) == (200, {"status": "alive"})


def test_not_ready_without_a_worker(client: FlaskClient) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json == {
        "status": "not ready",
        "database": True,
        "broker": True,
        "migrations": True,
        "worker": False,
    }


def test_ready_with_a_worker_seen_lately_and_not_with_one_long_gone(app, client: FlaskClient) -> None:  # type: ignore[no-untyped-def]
    with app.app_context():
        jobs.touch("worker-1")
    assert client.get("/readyz").status_code == 200

    with app.app_context():
        long_ago = Heartbeat.seen_at - jobs.sql_cast("10 minutes", jobs.Interval)
        db.session.execute(update(Heartbeat).values(seen_at=long_ago))
        db.session.commit()
    assert client.get("/readyz").status_code == 503
