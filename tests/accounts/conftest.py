"""What the tests of accounts begin with."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from grantflow.accounts.models import Person, Purpose, Token
from grantflow.platform import tokens
from grantflow.platform.db import db


@pytest.fixture
def rows(app: Flask) -> Callable[[Any], Any]:
    """Run a query in a context of its own."""

    def run(query: Any) -> Any:
        with app.app_context():
            return db.session.execute(query).unique().scalars().all()

    return run


@pytest.fixture
def key_of(app: Flask) -> Callable[[str, Purpose], str]:
    """The key in the newest mail of a kind to an address."""

    def find(email: str, purpose: Purpose) -> str:
        with app.app_context():
            newest = (
                select(Token.id)
                .join(Person, Person.id == Token.person_id)
                .where(Person.email == email, Token.purpose == purpose)
                .order_by(Token.created_at.desc())
            )
            return tokens.derive(db.session.scalars(newest).first())

    return find


@pytest.fixture
def production(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The application as a production would have it, but for the address it is reached at."""
    settings = replace(app.extensions["settings"], env="production")
    monkeypatch.setitem(app.extensions, "settings", settings)
    return app


@pytest.fixture
def guarded(app: Flask) -> Iterator[Flask]:
    """With the CSRF token asked for, as in production."""
    app.config["WTF_CSRF_ENABLED"] = True
    yield app
    app.config["WTF_CSRF_ENABLED"] = False
