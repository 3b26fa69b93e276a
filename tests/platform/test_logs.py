"""One line of JSON for each request: its id, the rule instead of the address, and no line that was forged."""

import io
import json
import sys
from collections.abc import Iterator
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
def written(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    settings, stream = app.extensions["settings"], io.StringIO()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", stream)
        logs.configure(replace(settings, log_level="INFO"))
    yield stream
    logs.configure(settings)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_request_is_a_line_with_its_id_and_without_its_address(app: Flask, written: io.StringIO) -> None:
    """T55: whatever an address carries stays out of the log; the id leads from a page to its line."""
    reply = app.test_client().get("/calls/27-1?q=kessler%40example.org")
    (line,) = [line for line in lines(written) if line["event"] == "request"]
    assert len(reply.headers["X-Request-Id"]) == 16
    assert (line["request_id"], line["rule"], line["status"]) == (
        reply.headers["X-Request-Id"],
        "/calls/<code>",
        reply.status_code,
    )
    assert "kessler" not in written.getvalue()


def test_every_request_has_an_id_of_its_own(app: Flask, written: io.StringIO) -> None:
    client = app.test_client()
    for _ in range(3):
        client.get("/", headers={"X-Request-Id": "chosen by a stranger"})
    assert len({line["request_id"] for line in lines(written)}) == 3
    assert "stranger" not in written.getvalue()


def test_probes_are_not_written_down(app: Flask, written: io.StringIO) -> None:
    for path in ("/healthz", "/readyz"):
        app.test_client().get(path)
    assert [line for line in lines(written) if line["event"] == "request"] == []


def test_nobody_forges_a_line(written: io.StringIO) -> None:
    structlog.get_logger().warning("a word", typed='x\r\n{"event": "signed_in"}')
    (line,) = lines(written)
    assert (line["event"], line["level"]) == ("a word", "warning")


def test_a_refusal_of_the_database_quotes_nobody(
    app: Flask, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T44: PostgreSQL quotes the row it refuses and SQLAlchemy the parameters; neither reaches the log."""

    def crash() -> None:
        values = {"id": uuid4(), "email": "kessler@example.org", "email_key": "k", "name": "Ada Kessler"}
        db.session.execute(insert(Person).values(**values, language="xx", created_at=clock.now()))

    monkeypatch.setattr("grantflow.calls.queries.open_calls", crash)
    monkeypatch.setattr("grantflow.platform.errors.log", structlog.get_logger())
    assert app.test_client().get("/calls").status_code == 500
    (line,) = [line for line in lines(written) if line["event"] == "unexpected_error"]
    assert "IntegrityError: (CheckViolation)" in line["exception"]
    assert "essler" not in written.getvalue()
