"""T21, T22, H12, H14, H15: a world with payloads in every text that a person can write.

No page, letter or mail brings one to life, and ``{{7*7}}`` stays what it is.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import Connection, select
from werkzeug.serving import make_server

from grantflow.letters import rules as letter_rules
from grantflow.letters import service as letters
from grantflow.letters.models import Letter
from grantflow.letters.service.documents import stylesheet
from grantflow.notifications.models import Message
from grantflow.notifications.service.composing import compose
from grantflow.platform import pdf
from grantflow.platform.db import db

from .canaries import ESCAPED, alive, poison
from .crawl import Pages, cast, fetch, kind
from .world import World


@pytest.fixture
def poisoned(world: World) -> Iterator[tuple[Connection, list[str]]]:
    with world.undone() as connection:
        yield connection, poison(connection)


def test_nothing_comes_alive_on_a_page(
    world: World, crawled: dict[str, Pages], poisoned: tuple[Connection, list[str]]
) -> None:
    """As everybody, German and French by turns; and the method sees what it looks for."""
    shown = set()
    for turn, (who, email) in enumerate(cast(world).items()):
        wanted = [url for url, page in crawled[who].items() if page.status == 200]
        for url, (status, body) in fetch(world, email, wanted, language="de" if turn % 2 else "fr").items():
            assert status == 200, (who, url)
            if not body.startswith(b"%PDF"):
                assert alive(body) == [], (who, url)
                shown |= {b".".join(found).decode() for found in ESCAPED.findall(body)}
    _, columns = poisoned
    assert {"application.title", "organisation.name", "person.name", "score.comment", "letter.project_title"} <= shown
    assert len(shown & set(columns)) > 25, sorted(set(columns) - shown)


def test_nothing_comes_alive_in_a_mail(world: World, poisoned: tuple[Connection, list[str]]) -> None:
    """H15: other people's words are text; no mail program makes them a link."""
    with world.app.app_context():
        kinds = {message.kind: message for message in db.session.scalars(select(Message)).all()}
        assert len(kinds) > 8
        for kind, message in kinds.items():
            mail = compose(message)
            assert alive(mail.html.encode()) == [], kind
            for part in (mail.subject, mail.text, mail.html):
                assert "https://evil.example" not in part, kind
                assert "q49q" not in part
            assert "\n" not in mail.subject


def test_nothing_comes_alive_in_a_letter(world: World, poisoned: tuple[Connection, list[str]]) -> None:
    """Every kind of letter in both languages; and two of them printed, which fetches nothing."""
    with world.app.app_context():
        found = db.session.scalars(select(Letter)).all()
        kinds = {(letter.kind, letter.funder, letter.language, letter.standing): letter for letter in found}
        assert len(kinds) > 6
        for letter in kinds.values():
            letter.facts = letter_rules.Facts.from_json(letter.facts).for_paper().to_json()
            text = letters.document(letter)
            assert alive(text.encode()) == []
            assert "&lt;script&gt;alert(1)" in text
            assert "q{{7*7}}q${7*7}q" in text
        for language in ("de", "fr"):
            letter = next(letter for letter in kinds.values() if letter.language == language)
            assert pdf.render(letters.document(letter), css=stylesheet()).content.startswith(b"%PDF")


# --- in a real browser ---------------------------------------------------------------------------


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """One thread, one connection: the poisoned transaction is seen by this server and by nobody else."""

    def as_configured(environ: dict[str, Any], start: Any) -> Any:
        return app({**environ, "HTTP_HOST": "localhost"}, start)

    server = make_server("127.0.0.1", 0, as_configured)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join(10)


def test_nothing_comes_alive_in_a_browser(
    world: World, crawled: dict[str, Pages], poisoned: tuple[Connection, list[str]], chromium: Browser
) -> None:
    """No dialog, no word of the content security policy, no error of a script; one page of each kind there is."""
    complaints: list[str] = []
    kinds: dict[str, tuple[str, str]] = {}
    for who, pages in crawled.items():
        for url, page in pages.items():
            if page.status == 200 and page.headers["Content-Type"].startswith("text/html"):
                kinds.setdefault(kind(url), (who, url))
    assert len(kinds) > 40
    with serving(world.app) as address:
        for who in crawled:
            context = chromium.new_context()
            if email := cast(world)[who]:
                context.add_cookies([{"name": "grantflow", "value": world.cookie(email), "url": address}])
            tab = context.new_page()
            tab.on("dialog", lambda dialog: (complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
            tab.on("pageerror", lambda error: complaints.append(str(error)))
            tab.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
            for url in [url for reader, url in kinds.values() if reader == who]:
                tab.goto(f"{address}{url}")
                tab.evaluate("document.querySelectorAll('input, textarea, a, button').forEach(e => e.focus())")
                assert complaints == [], url
            context.close()
