"""Figures as each language writes them, with the spaces that keep them together."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask import Flask

from grantflow.platform import locale

NNBSP, NBSP = "\u202f", "\u00a0"


@pytest.mark.parametrize(
    ("cents", "german", "french"),
    [
        (123_456, f"1.234,56{NBSP}€", f"1{NNBSP}234,56{NBSP}€"),
        (5, f"0,05{NBSP}€", f"0,05{NBSP}€"),
        (None, "–", "–"),
    ],
)
def test_money(cents: int | None, german: str, french: str) -> None:
    assert (locale.money(cents, "de"), locale.money(cents, "fr")) == (german, french)


def test_round_money_drops_cents_that_are_not_there() -> None:
    assert locale.round_money(500_000, "de") == f"5.000{NBSP}€"
    assert locale.round_money(500_050, "fr") == f"5{NNBSP}000,50{NBSP}€"


@pytest.mark.parametrize(
    ("text", "code", "shown"),
    [
        ("Égalité <en> ville", "fr", '<span lang="fr">Égalité &lt;en&gt; ville</span>'),
        ("Küche & Stimme", "de", "Küche & Stimme"),
        ("DT-27-1-001", "", "DT-27-1-001"),
        ("", "fr", ""),
    ],
)
def test_only_what_the_page_does_not_speak_says_its_language(
    shared_app: Flask, text: str, code: str, shown: str
) -> None:
    with shared_app.app_context(), locale.use("de"):
        assert locale.spoken(text, code) == shown


def test_days_and_hours() -> None:
    assert locale.long_date(date(2027, 1, 31), "de") == f"31.{NBSP}Januar 2027"
    assert locale.long_date(date(2027, 1, 1), "fr") == f"1er{NBSP}janvier 2027"
    evening = datetime(2026, 11, 22, 20, 47, tzinfo=UTC)
    assert locale.clock_time(evening, "de") == f"21:47{NBSP}Uhr"
    assert locale.clock_time(evening, "fr") == f"21{NBSP}h{NBSP}47"
    assert locale.short_date(evening, "fr") == "22/11/2026"


def test_lists_are_sorted_as_people_read_them() -> None:
    words = ["Zusage", "Übernahme", "Évaluation", "Œuvre", "Passwort", "Antrag", "Änderung", "évaluation", "Fax"]
    assert sorted(words, key=locale.alphabetical) == [
        "Änderung",
        "Antrag",
        "Évaluation",
        "évaluation",
        "Fax",
        "Œuvre",
        "Passwort",
        "Übernahme",
        "Zusage",
    ]


@pytest.mark.parametrize(
    ("value", "written"),
    [("88.00", "88"), ("93.50", "93,5"), ("0.00", "0"), ("100", "100"), ("7.125", "7,12"), ("1200", "1.200")],
)
def test_points_are_whole_where_they_are(app: Flask, value: str, written: str) -> None:
    with app.test_request_context("/?lang=de"):
        assert locale.points(Decimal(value)) == written


@pytest.mark.parametrize(
    ("value", "end", "place"),
    [(1, 3, "33.333%"), (-1, 3, "0.000%"), (4, 3, "100.000%"), (1, 0, "0%"), (Decimal("55.5"), 110, "50.455%")],
)
def test_a_picture_ends_where_its_scale_does(value: float, end: int, place: str) -> None:
    assert locale.on_scale(value, end) == place
