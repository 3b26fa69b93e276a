"""What forms do to everything that is typed."""

import pytest
from flask import Flask

from grantflow.platform import forms
from grantflow.platform.forms import strip


@pytest.mark.parametrize(
    "mark", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\x00\x1b\x7f\x85\x9b"
)
def test_nothing_typed_turns_or_hides_what_stands_around_it(mark: str) -> None:
    """A right-to-left override in a title would turn the amount after it around, on the page and in the letter."""
    assert strip(f" Fest {mark}000.05\n€{mark} ") == "Fest 000.05\n€"


@pytest.mark.parametrize("text", ["Œuvre d’été", "👩‍👩‍👧 Fête", "Straße\u00a05", "\u05e9\u05dc\u05d5\u05dd", "a\n\tb"])
def test_words_of_any_script_stay_as_they_are(text: str) -> None:
    assert strip(text) == text


class _Group(forms.Form):
    people = forms.WholeField("People")
    summary = forms.Text("Summary", limit=3000)


def typed(app: Flask, language: str, **values: str) -> _Group:
    with app.test_request_context(f"/?lang={language}", method="POST", data=values):
        form = _Group(meta={"csrf": False})
        form.validate()
        for field in form:
            field.errors = [str(error) for error in field.errors]
        return form


class TestWholeNumbers:
    @pytest.mark.parametrize(
        ("text", "number"),
        [
            ("1000", 1000),
            ("1.000", 1000),
            ("1 000", 1000),
            ("1\u00a0000", 1000),
            ("1\u202f000", 1000),
            ("9.999.999", 9_999_999),
            ("0", 0),
            ("0000000014", 14),
            (" 14 ", 14),
        ],
    )
    def test_are_read_as_people_write_them(self, app: Flask, text: str, number: int) -> None:
        form = typed(app, "de", people=text)
        assert (form.people.data, form.people.errors) == (number, [])

    @pytest.mark.parametrize("text", ["viele", "1.5", "1,5", "1.00", "10.00.000", "1.000 000", "²", "٣", "1e3", "--1"])
    def test_anything_else_is_none(self, app: Flask, text: str) -> None:
        form = typed(app, "de", people=text)
        assert (form.people.data, form.people.errors) == (None, ["Bitte geben Sie eine ganze Zahl ein."])
        assert form.people._value() == text

    @pytest.mark.parametrize("text", ["10000000", "10.000.000", "-1", "\u22125", "9" * 5000])
    def test_out_of_range_says_the_range(self, app: Flask, text: str) -> None:
        assert typed(app, "de", people=text).people.errors == [
            "Bitte geben Sie eine Zahl zwischen 0 und 9.999.999 ein."
        ]
        assert typed(app, "fr", people=text).people.errors == [
            "Veuillez saisir un nombre entre 0 et 9\u202f999\u202f999."
        ]


class TestLongTexts:
    def test_what_is_too_long_is_kept_and_measured(self, app: Flask) -> None:
        """No ``maxlength``: browsers cut off what is pasted without a word."""
        form = typed(app, "de", summary="ä" * 3124)
        assert form.summary.errors == [
            "Dieser Text hat 3.124 Zeichen, möglich sind höchstens 3.000. Bitte kürzen Sie ihn."
        ]
        assert form.summary.data == "ä" * 3124
        with app.test_request_context("/?lang=fr"):
            assert "maxlength" not in form.summary()
            assert form.summary.reach == "3\u202f000 caractères au maximum."

    def test_line_ends_count_once_as_browsers_count_them(self, app: Flask) -> None:
        assert typed(app, "de", summary="x" * 1499 + "\r\n" + "x" * 1500).summary.errors == []
