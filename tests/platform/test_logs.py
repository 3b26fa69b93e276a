"""One line of JSON for each request: its id, the rule instead of the address, and no line that was forged."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
import structlog
from flask import Flask
from sqlalchemy import insert

from grantflow.accounts.models import Person
from grantflow.kernel import clock
from grantflow.platform import logs
from grantflow.platform.db import db


@pytest.fixture
def written(app: Flask, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """What was logged since it was last asked."""
    settings = app.extensions["settings"]
    logs.configure(replace(settings, log_level="INFO"))
    yield lambda: capsys.readouterr().err
    logs.configure(settings)


def events(log: str, name: str = "request") -> list[dict[str, Any]]:
    return [event for event in map(json.loads, log.splitlines()) if event["event"] == name]


def test_a_request_is_a_line_with_its_id_and_without_its_address(app: Flask, written: Callable[[], str]) -> None:
    """T55: whatever an address carries stays out of the log; the id leads from a page to its line."""
    reply = app.test_client().get("/calls/27-1?q=kessler%40example.org")
    log = written()
    (line,) = events(log)
    assert len(reply.headers["X-Request-Id"]) == 16
    assert (line["request_id"], line["rule"], line["status"]) == (
        reply.headers["X-Request-Id"],
        "/calls/<code>",
        reply.status_code,
    )
    assert "kessler" not in log


def test_every_request_has_an_id_of_its_own(app: Flask, written: Callable[[], str]) -> None:
    client = app.test_client()
    for _ in range(3):
        client.get("/", headers={"X-Request-Id": "chosen by a stranger"})
    log = written()
    assert len({line["request_id"] for line in events(log)}) == 3
    assert "stranger" not in log


def test_probes_are_not_written_down(app: Flask, written: Callable[[], str]) -> None:
    for path in ("/healthz", "/readyz", "/calls"):
        app.test_client().get(path)
    assert [line["rule"] for line in events(written())] == ["/calls"]


def test_nobody_forges_a_line(written: Callable[[], str]) -> None:
    structlog.get_logger().warning("a word", typed='x\r\n{"event": "signed_in"}')
    (line,) = events(written(), "a word")
    assert line["level"] == "warning"


def test_a_refusal_of_the_database_quotes_nobody(
    app: Flask, written: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """T44: PostgreSQL quotes the row it refuses and SQLAlchemy the parameters; neither reaches the log."""

    def crash() -> None:
        values = {"id": uuid4(), "email": "kessler@example.org", "email_key": "k", "family_name": "Kessler"}
        db.session.execute(insert(Person).values(**values, language="xx", created_at=clock.now()))

    monkeypatch.setattr("grantflow.calls.queries.open_calls", crash)
    monkeypatch.setattr("grantflow.platform.errors.log", structlog.get_logger())
    assert app.test_client().get("/calls").status_code == 500
    log = written()
    (line,) = events(log, "unexpected_error")
    assert "IntegrityError: (CheckViolation)" in line["exception"]
    assert "essler" not in log
