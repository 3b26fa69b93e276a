"""What tests of letters share."""

from collections.abc import Iterator

import pytest
from flask import Flask

from grantflow.platform import pdf


@pytest.fixture
def inside(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app


@pytest.fixture
def quick_press(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text itself for a PDF: these tests are about files, not about the press."""
    monkeypatch.setattr(pdf, "render", lambda html, *, css: pdf.Rendered(html.encode(), 1))
