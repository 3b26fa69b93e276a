"""Pages are put together with less than Jinja takes, and come out the same."""

import pytest
from flask import Flask, render_template_string
from flask_babel import lazy_gettext
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape


class Picture:
    def __repr__(self) -> str:
        return "a picture"

    def __html__(self) -> str:
        return "<svg/>"


class Loud(str):
    __slots__ = ()


VALUES = ["<b>&'\"", Loud("<b>"), Markup("<b>"), Picture(), None, 5, 0.5, lazy_gettext("Applications"), Markup()]


@pytest.mark.parametrize("value", VALUES, ids=repr)
@pytest.mark.parametrize(
    "source",
    [
        "{{ v }}",
        "{% macro m(v) %}{{ v }}{% endmacro %}{{ m(v) }}",
        "{% set s %}{{ v }}{% endset %}{{ s }}",
        "{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{{ v }}{% endcall %}",
    ],
)
def test_whatever_stands_in_a_page_is_escaped_once(app: Flask, source: str, value: object) -> None:
    with app.test_request_context():
        assert render_template_string(source, v=value) == str(escape(value))


def test_no_text_brings_a_sign_of_html_into_a_page(app: Flask) -> None:
    source = app.jinja_env.from_string("{% autoescape true %}{{ v }}{% endautoescape %}")

    @given(text=st.text())
    def check(text: str) -> None:
        page = source.render(v=text)
        assert not set("<>\"'") & set(page)
        assert page == str(escape(text))

    with app.test_request_context():
        check()


def test_what_escapes_nothing_is_left_alone(app: Flask) -> None:
    """Mails in plain text: no escaping is switched on, so none is put in."""
    with app.test_request_context():
        assert render_template_string("{% autoescape false %}{{ v }}{% endautoescape %}", v="a & b") == "a & b"
