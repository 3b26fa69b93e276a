"""T26, T53, T55 on every page there is, as everybody who can reach it."""

import re

import pytest

from grantflow.app import create_app
from tests.conftest import settings_for

from .crawl import Pages, cast, kind
from .reading import WRITTEN_BY_LOOKING
from .world import VISITOR, World

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
INLINE = re.compile(rb"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=[\"']|javascript:|hx-on", re.IGNORECASE)

OUTSIDE = re.compile(rb"<(?:script|link|img|iframe|form)[^>]*(?:src|href|action)=\"(?:https?:)?//")


def test_everybody_finds_their_pages(crawled: dict[str, Pages]) -> None:
    """The crawl is worth something: nothing broken, nothing dead, and as many pages as each role has."""
    bad = {
        (who, url, page.status)
        for who, pages in crawled.items()
        for url, page in pages.items()
        if page.status not in {200, 302, 303, 403}
    }
    assert bad == set()
    opened = {who: sum(page.status == 200 for page in pages.values()) for who, pages in crawled.items()}
    assert all(count >= 9 for count in opened.values()), opened
    assert opened["office D"] > 25


def test_nobody_is_led_to_a_page_that_refuses_them(world: World, crawled: dict[str, Pages]) -> None:
    """A link to a closed door betrays that there is one: only the pages asked for without a link may refuse."""
    from .crawl import seeds

    asked = set(seeds(world))
    led = {(who, url) for who, pages in crawled.items() for url, page in pages.items() if page.status == 403}
    assert {(who, url) for who, url in led if url not in asked} == set()


def test_looking_changes_nothing(world: World, looking: dict[str, tuple[dict[str, str], dict[str, str]]]) -> None:
    """D33: not one row of any table, but for the trail and what counts visits."""
    before, after = looking["digests"]
    assert set(before) & set(WRITTEN_BY_LOOKING) == set()
    assert before == after


def test_every_page_carries_the_headers(crawled: dict[str, Pages]) -> None:
    for who, pages in crawled.items():
        for url, page in pages.items():
            where = f"{who} {url}"
            download = page.headers.get("Content-Disposition", "").startswith("attachment")
            assert page.headers["Content-Security-Policy"] == ("sandbox; default-src 'none'" if download else CSP), (
                where
            )
            assert {name: page.headers.get(name) for name in FIXED} == FIXED, where
            assert "Permissions-Policy" in page.headers
            assert "X-Powered-By" not in page.headers
            assert "Cookie" in page.headers["Vary"], where
            wanted = "no-cache, private" if who == VISITOR else "no-store"
            assert page.headers["Cache-Control"] == wanted, where


#: Written whenever anybody is seen at all.
SEEN = ("audit_entry", "sign_in", "attempts", "heartbeat")


def test_head_answers_like_get_everywhere(world: World, crawled: dict[str, Pages]) -> None:
    """One page of each kind: the same status and headers, no body, and no letter counts as fetched by it (D17)."""
    asked: dict[str, tuple[str, str | None]] = {}
    for who, email in cast(world).items():
        for url, page in crawled[who].items():
            asked.setdefault(f"{kind(url)} {page.status}", (url, email))
    asked |= {path: (path, None) for path in ("/healthz", "/static/css/tokens.css", "/static/nowhere.css", "/nowhere")}
    with world.undone() as connection:
        before = world.digest(connection, *SEEN)
        heads = [world.client(email).head(url) for url, email in asked.values()]
        assert world.digest(connection, *SEEN) == before
        for (url, email), head in zip(asked.values(), heads, strict=True):
            got = world.client(email).get(url)
            assert (head.status_code, head.data) == (got.status_code, b""), url
            assert set(head.headers.keys()) == set(got.headers.keys()), url
            same = {"Content-Type", "Content-Disposition", "Cache-Control", "Location", "Content-Security-Policy"}
            assert {n: head.headers.get(n) for n in same} == {n: got.headers.get(n) for n in same}, url
    assert any("/letters/" in url for url, _ in asked.values())
    assert len(asked) > 50, sorted(asked)


def test_no_page_has_anything_inline_or_from_elsewhere(crawled: dict[str, Pages]) -> None:
    for who, pages in crawled.items():
        for url, page in pages.items():
            if page.headers["Content-Type"].startswith("text/html"):
                assert INLINE.search(page.body) is None, f"{who} {url}"
                outside = re.findall(
                    rb"<(?:script|link|img|iframe|form)[^>]*(?:src|href|action)=\"(?:https?:)?//", page.body
                )
                assert outside == [], f"{who} {url}"


def test_addresses_say_nothing_about_people(crawled: dict[str, Pages]) -> None:
    """V14.2.1: no mail address, no name, no account number in any link."""
    for pages in crawled.values():
        for url in pages:
            assert re.search(r"@|%40|iban|email=|name=", url, re.IGNORECASE) is None, url


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nowhere", 404), ("/calls/%00", 400), ("/static/nowhere.css", 404), ("/sign-out", 405), ("/static/", 404)],
)
def test_error_pages_carry_the_headers(world: World, path: str, status: int) -> None:
    reply = world.client(None).get(path)
    assert reply.status_code == status
    assert reply.headers["Content-Security-Policy"] == CSP
    assert {name: reply.headers.get(name) for name in FIXED} == FIXED
    assert "Werkzeug" not in reply.get_data(as_text=True)


def test_a_crash_tells_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash() -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr("grantflow.calls.queries.open_calls", crash)
    reply = world.client(None).get("/calls")
    assert reply.status_code == 500
    assert reply.headers["Content-Security-Policy"] == CSP
    assert b"secret of the house" not in reply.get_data()
    assert b"Traceback" not in reply.get_data()


def test_static_files_are_ours_and_typed(world: World) -> None:
    reply = world.client(None).get("/static/css/tokens.css")
    assert reply.status_code == 200
    assert reply.mimetype == "text/css"
    assert reply.headers["Content-Security-Policy"] == CSP
    assert {name: reply.headers.get(name) for name in FIXED} == FIXED
    for path in ("/static/../config.py", "/static/%2e%2e/config.py", "/static/..%2fconfig.py", "/.git/config", "/.env"):
        assert world.client(None).get(path).status_code == 404, path


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost:1", "", "127.0.0.1.evil"])
def test_only_our_host_answers(world: World, host: str) -> None:
    """H16: a foreign Host never reaches a view, so no link can be built from it."""
    reply = world.client(None).get("/", headers={"Host": host})
    assert reply.status_code == 400
    assert b"evil" not in reply.get_data()


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Original-Url", "X-Rewrite-Url", "X-Forwarded-Prefix"])
def test_proxy_headers_move_nothing(world: World, header: str) -> None:
    reply = world.client(None).get("/", headers={header: "https://evil.example/x"})
    assert reply.status_code == 200
    assert b"evil" not in reply.get_data()
    assert "evil" not in str(reply.headers)


@pytest.mark.parametrize("https", [True, False])
def test_cookies_are_locked(world: World, https: bool, tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = world.app.extensions["settings"]
    origin = "https://fund.example" if https else "http://localhost"
    app = create_app(settings_for(settings.database_url, tmp_path_factory.mktemp("cookies"), origin=origin))
    client = app.test_client()
    reply = client.post("/sign-in?lang=fr", base_url=origin, data={"email": "x", "password": "", "_language": "fr"})
    with client.session_transaction(base_url=origin) as session:
        session["_user_id"] = "x"
    again = client.get("/?lang=de", base_url=origin)
    made = reply.headers.getlist("Set-Cookie") + again.headers.getlist("Set-Cookie")
    assert made
    for cookie in made:
        flags = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"httponly", "samesite=lax", "path=/"} <= flags, cookie
        assert ("secure" in flags) is https, cookie
        assert not any(flag.startswith("domain") for flag in flags)
    name = app.config["SESSION_COOKIE_NAME"]
    assert name == ("__Host-grantflow" if https else "grantflow")
    assert ("Strict-Transport-Security" in again.headers) is https
