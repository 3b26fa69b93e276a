"""T21 in a real browser, and WCAG 1.4.10.

A world with payloads in every text that a person can write, each with a word too long for any line: no page brings one
to life, and none becomes wider than its window.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import update
from werkzeug.serving import make_server

from grantflow.accounts.models import Person
from grantflow.applications.models import VersionParty
from tests.browser import NARROWEST, cut_off

from .canaries import poison
from .crawl import Pages, cast, kind
from .world import World

LONG_ADDRESS = "maximiliane.mustermann-schulze-oberhausen.von.der.heidenheim@staedtepartnerschaftsverein.example"
#: A usual screen: there no table may be wider than the page either.
WIDE = 1440


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """One thread, one connection: the poisoned transaction is seen by this server and by nobody else. Its clock is the
    caller's: where that stands still, no proof grows stale however long a walk takes."""

    def as_configured(environ: dict[str, Any], start: Any) -> Any:
        return app({**environ, "HTTP_HOST": "localhost"}, start)

    server = make_server("127.0.0.1", 0, as_configured)
    thread = threading.Thread(target=copy_context().run, args=(server.serve_forever,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join(10)


@pytest.fixture(scope="module")
def walked(world: World, crawled: dict[str, Pages], chromium: Browser) -> dict[str, list[str]]:
    """One page of each kind there is, in a world of payloads and long words: what came alive, and what was cut off."""
    complaints: list[str] = []
    found: dict[str, list[str]] = {"alive": complaints, "cut off": []}
    kinds: dict[str, tuple[str, str]] = {}
    for who, pages in crawled.items():
        for url, page in pages.items():
            if page.status == 200 and page.headers["Content-Type"].startswith("text/html"):
                kinds.setdefault(kind(url), (who, url))
    assert len(kinds) > 40
    with world.undone() as connection, serving(world.app) as address:
        poison(connection)
        for table in (Person, VersionParty):
            connection.execute(update(table).values(email=LONG_ADDRESS))
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
                for width in (NARROWEST, WIDE):
                    tab.set_viewport_size({"width": width, "height": 800})
                    found["cut off"] += [f"{kind(url)} at {width} px: {what}" for what in cut_off(tab)]
            context.close()
    return found


def test_nothing_comes_alive_in_a_browser(walked: dict[str, list[str]]) -> None:
    """No dialog, no word of the content security policy, no error of a script."""
    assert walked["alive"] == []


def test_no_word_is_wider_than_a_phone_and_nothing_is_cut_off(walked: dict[str, list[str]]) -> None:
    """WCAG 1.4.10: names, titles and addresses of any length wrap; no table scrolls, no number is out of sight."""
    assert walked["cut off"] == [], "\n".join(walked["cut off"])
