"""An installation as it is on its first day, and people who can release a fund."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text

from grantflow.accounts.models import Person
from grantflow.kernel.parties import Party, Role
from grantflow.platform.db import db
from tests.given import Given


@pytest.fixture(name="empty")
def an_empty_installation(app: Flask) -> Iterator[Flask]:
    """No funder, no law, no agreement, no call; an app context stays open."""
    with app.app_context():
        for table in ("question_criterion", "call", "agreement", "legal_text", "remedy_rule", "funder"):
            db.session.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - our own names
        yield app
        db.session.rollback()


@pytest.fixture(name="people")
def whose_keys_count(empty: Flask, given: Given) -> list[Person]:
    return [given.staff(role, party) for role in (Role.ADMINISTRATOR, Role.SIGNATORY) for party in Party]
