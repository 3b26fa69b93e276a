"""Money: cents, the two ways of writing it, and splits that lose nothing."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grantflow.kernel import money
from grantflow.platform import locale


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("1.234,56", 123_456),
        ("1 234,56", 123_456),
        ("1 234,56 €", 123_456),
        ("1\u202f234,56\u00a0€", 123_456),
        ("1.234,56 EUR", 123_456),
        ("EUR 1.234,56", 123_456),
        ("€1234,56", 123_456),
        ("1234,56 euros", 123_456),
        ("1234.56", 123_456),
        ("1'234.56", 123_456),
        ("1’234,56", 123_456),
        ("１２３４，５６", 123_456),
        ("1\u200b234,56\ufeff", 123_456),
        ("1234.5", 123_450),
        ("1.234,-", 123_400),
        ("1.234,– €", 123_400),
        ("1234.--", 123_400),
        ("1.234", 123_400),
        ("1.234.567,8", 123_456_780),
        ("9.400", 940_000),
        ("12", 1_200),
        ("012", 1_200),
        ("0,5", 50),
        ("5 Euro", 500),
    ],
)
def test_reads_what_german_and_french_hands_type(typed: str, cents: int) -> None:
    assert money.parse(typed) == cents


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "",
            "€",
            "abc",
            "1,234.56",
            "12,345",
            "1.23,45",
            "-5",
            "−5",
            "–5",
            "(5)",
            "1e3",
            "12,",
            "1.2345",
            "9" * 12,
            "1..2",
        ),
        *(
            "٣",
            "²",
            "12²",
            "12½",
            "1②",
            "0.500",
            "1234.567",
            "1.234 567",
            "1.234.50",
            "5 €/Person",
            "5 $",
            "5k",
            "Eurobond",
        ),
    ],
)
def test_refuses_everything_else(typed: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        money.parse(typed)


@given(st.integers(0, 10**11))
def test_reads_back_what_it_writes(cents: int) -> None:
    assert money.parse(locale.money(cents, "de")) == money.parse(locale.money(cents, "fr")) == cents
    assert money.parse(f"{cents // 100},{cents % 100:02d}") == cents
    assert money.eur(Decimal(cents) / 100) == cents


def test_fractions_of_a_cent_are_no_money() -> None:
    with pytest.raises(ValueError, match="fractions"):
        money.eur("0.001")


@given(st.integers(0, 10**10), st.lists(st.integers(0, 1000), min_size=1, max_size=6).filter(any))
def test_parts_add_up_and_stay_within_a_cent_of_their_weight(total: int, weights: list[int]) -> None:
    parts = money.split(total, weights)

    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Decimal(total) * weight / sum(weights)) < 1


def test_the_demo_split() -> None:
    assert money.split(960_000, [50, 30, 20]) == [480_000, 288_000, 192_000]
