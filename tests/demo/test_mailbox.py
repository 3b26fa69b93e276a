"""The demo's mailbox shows what strangers wrote into messages."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from grantflow.demo import service
from grantflow.platform.mailsink import Received


@pytest.mark.parametrize("word", ["http://[x", "https://a]b[", "http://x\u2100y", "http://evil.example/"])
def test_what_only_looks_like_an_address_is_text(app: Flask, word: str) -> None:
    own = f"{app.extensions['settings'].origin}/calls"
    message = Received("id", datetime.now(UTC), "", (), "", f"« {word} »\n{own}", "", "fr")
    with app.app_context():
        pieces = [piece for line in service.lines_of(message) for piece in line]
    assert [piece["url"] for piece in pieces if piece["url"]] == [own]
    assert word in "".join(piece["text"] for piece in pieces)
