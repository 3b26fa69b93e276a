"""What a page says about the revision that it showed."""

from typing import Any

import pytest
from flask import Flask

from grantflow.platform.saving import SavingForm


@pytest.mark.parametrize(
    ("said", "mark", "seen"),
    [
        ("2.6.page", 2, (6, "page")),
        ("2.6", 2, (6, "")),
        ("1.6.page", 2, (None, "")),
        ("", 2, (None, "")),
        ("2.-1.page", 2, (None, "")),
        ("2.999999999.page", 2, (None, "")),
        ("2.\u0663.page", 2, (None, "")),
        ("2.6.<b>", 2, (None, "")),
    ],
)
def test_what_a_page_says_of_itself(shared_app: Flask, said: str, mark: int, seen: tuple[Any, str]) -> None:
    """Nothing that cannot be read, and no page of another version, is a base."""
    with shared_app.test_request_context("/", method="POST", data={"seen": said}):
        found = SavingForm().saw(mark)
    assert (found.revision, found.page) == seen
