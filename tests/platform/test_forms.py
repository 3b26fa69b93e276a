"""What forms do to everything that is typed."""

import pytest

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
