"""A passkey in a real browser, with an authenticator that Chromium plays (WebAuthn)."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import select
from werkzeug.serving import make_server

from grantflow.accounts.models import Factor, SignIn
from grantflow.accounts.states import FactorKind, Means
from grantflow.app import create_app
from grantflow.platform.db import db
from tests.conftest import Databases, settings_for
from tests.given import PASSWORD, Given

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def served(databases: Databases, template: str, tmp_path: Path) -> Iterator[Flask]:
    """An application at an address of its own: a passkey is bound to it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    name = f"passkeys_{uuid4().hex[:8]}"
    url = databases.make(name, template)
    app = create_app(settings_for(url, tmp_path, port=port, origin=f"http://localhost:{port}"))
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield app
    server.shutdown()
    thread.join(10)
    with app.app_context():
        db.engine.dispose()
    databases.drop(name)


def sign_in(page: Page, origin: str, email: str) -> None:
    page.goto(f"{origin}/sign-in")
    page.locator("[name=email]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    with page.expect_navigation():
        page.locator("#page-form button[type=submit]").click()


@pytest.mark.browser
def test_a_passkey_is_made_and_shown_and_a_strange_one_is_refused(served: Flask, chromium: Browser) -> None:
    person, origin = Given(served).applicant(), served.extensions["settings"].origin
    context = chromium.new_context(locale="de-DE")
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    authenticator = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]

    sign_in(page, origin, person.email)
    page.goto(f"{origin}/profile/second-factor/new")
    page.locator("[name=password]").fill(PASSWORD)  # a new factor wants a fresh proof
    with page.expect_navigation():
        page.locator("#page-form button[type=submit]").click()
    with page.expect_navigation():
        page.locator("#new_passkey").click()
    assert page.locator("code.secret").count() == 10

    page.context.clear_cookies()
    sign_in(page, origin, person.email)
    assert "/sign-in/second-step" in page.url
    with page.expect_navigation():
        page.locator("#passkey").click()
    assert page.url == f"{origin}/applications"
    with served.app_context():
        means = db.session.scalars(select(SignIn.means).order_by(SignIn.began_at)).all()
        (factor,) = db.session.scalars(select(Factor))
    # The first session showed the new passkey when it set it up.
    assert (means, factor.kind, factor.used_at is not None) == ([Means.PASSKEY] * 2, FactorKind.PASSKEY, True)

    # Another authenticator knows nothing of it: the browser says so, the page too, and nobody is in.
    devtools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": authenticator})
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    page.context.clear_cookies()
    sign_in(page, origin, person.email)
    assert not page.locator("[data-passkey] [role=alert]").is_visible()
    page.locator("#passkey").click()
    page.locator("[data-passkey] [role=alert]").wait_for(state="visible")
    page.goto(f"{origin}/profile")
    assert "/sign-in" in page.url
    context.close()
