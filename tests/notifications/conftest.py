"""What tests of messages share."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from grantflow.accounts.models import Person
from grantflow.notifications import service
from grantflow.platform.db import db
from tests.given import Given


@pytest.fixture
def asked(real: Flask) -> Callable[..., UUID]:
    """Promise a message and commit; returns its id."""

    def ask(person: Person | None = None, **more: Any) -> UUID:
        person = person or Given(real).applicant()
        with real.app_context():
            row_id = service.send("account_exists", to=person, key=str(uuid4()), **more)
            db.session.commit()
            assert row_id is not None
            return row_id

    return ask
