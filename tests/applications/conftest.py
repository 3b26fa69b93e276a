"""What tests of applications share."""

from collections.abc import Iterator

import pytest
from flask import Flask


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    """An app context of the test's own: no client is used here."""
    with app.app_context():
        yield
