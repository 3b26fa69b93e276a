"""The demo's mailbox shows what strangers wrote into messages."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grantflow.demo import service
from grantflow.platform.mailsink import Received


def test_the_mailbox_shows_a_recipient_as_people_read_it(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = Received("id", datetime.now(UTC), "", ("x@xn--verein-kln-lcb.de", "y@example.org"), "S", "", "", "fr")
    monkeypatch.setattr("grantflow.demo.views.mailsink.messages", lambda *_args, **_options: [sent])
    assert "x@verein-köln.de, y@example.org" in client.get("/demo/mailbox").text


@pytest.mark.parametrize("word", ["http://[x", "https://a]b[", "http://x\u2100y", "http://evil.example/"])
def test_what_only_looks_like_an_address_is_text(app: Flask, word: str) -> None:
    own = f"{app.extensions['settings'].origin}/calls"
    message = Received("id", datetime.now(UTC), "", (), "", f"« {word} »\n{own}", "", "fr")
    with app.app_context():
        pieces = [piece for line in service.lines_of(message) for piece in line]
    assert [piece["url"] for piece in pieces if piece["url"]] == [own]
    assert word in "".join(piece["text"] for piece in pieces)
