"""A request may carry what its page's fields may hold, and no more. That they fit is asked of every form any test opens
(``tests.conftest.roomy``)."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grantflow.config import ROOT
from grantflow.platform import bodies


def limits(app: Flask) -> dict[str, int]:
    return {name: getattr(view, "takes", bodies.PAGE) for name, view in app.view_functions.items()}


def test_only_where_people_write_for_hours_more_than_a_page_is_taken(app: Flask) -> None:
    larger = {name: most for name, most in limits(app).items() if most > bodies.PAGE}
    assert larger.pop("public.edit_call") == bodies.CALL
    assert set(larger.values()) == {bodies.WRITING}
    assert {"applications.step", "review.assess", "accounts.sign_in"} <= set(larger)
    assert len(larger) < 10, larger


def test_the_proxy_hands_on_the_largest_of_them(app: Flask) -> None:
    config = (ROOT / "grantflow" / "supervisor" / "nginx.conf").read_text(encoding="utf-8")
    megabytes = re.findall(r"client_max_body_size (\d+)m;", config)
    assert [int(size) * 1024 * 1024 >= max(limits(app).values()) for size in megabytes] == [True]


@pytest.mark.parametrize(
    ("path", "most"),
    [("/reset", bodies.PAGE), ("/sign-in", bodies.WRITING), ("/nowhere", bodies.PAGE)],
)
def test_one_byte_more_is_refused_before_it_is_read(client: FlaskClient, path: str, most: int) -> None:
    kind = "application/x-www-form-urlencoded"
    fits, too_much = (client.post(path, data=b"a=" + b"x" * (size - 2), content_type=kind) for size in (most, most + 1))
    assert fits.status_code in {200, 404, 422}
    assert too_much.status_code == 413
