"""T21 in a real browser.

A world with payloads in every text that a person can write: no page brings one to life.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import Connection
from werkzeug.serving import make_server

from .crawl import Pages, cast, kind
from .world import World


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
