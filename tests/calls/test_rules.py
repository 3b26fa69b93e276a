"""The limits of a call to the cent and to the day."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grantflow.calls import rules


@dataclass
class Category:
    number: int
    up_to_cents: int | None
    share_bp: int


CATEGORIES = [
    Category(4, None, 7000),
    Category(1, 500_000, 8000),
    Category(2, 1_000_000, 8000),
    Category(3, 5_000_000, 8000),
]


@pytest.mark.parametrize(
    ("cents", "number"),
    [(1, 1), (500_000, 1), (500_001, 2), (1_000_000, 2), (1_000_001, 3), (5_000_000, 3), (5_000_001, 4)],
)
def test_the_amount_asked_for_decides(cents: int, number: int) -> None:
    assert rules.category_of(CATEGORIES, cents).number == number


def test_the_best_share_and_the_shortest_lead() -> None:
    assert rules.largest_share(CATEGORIES) == 8000

    @dataclass
    class Timed:
        lead_days: int | None

    assert rules.shortest_lead([Timed(None), Timed(42), Timed(28)]) == 28
    assert rules.shortest_lead([Timed(None)]) is None


def test_a_call_without_an_open_category_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="open upwards"):
        rules.category_of(CATEGORIES[1:], 10**9)


def test_floor_is_a_cent_above_the_category_below() -> None:
    assert [rules.floor_of(CATEGORIES, c) for c in CATEGORIES] == [5_000_001, 1, 500_001, 1_000_001]


@given(st.integers(0, 10**10), st.integers(1, 10_000))
def test_ceiling_never_passes_the_share(eligible: int, share_bp: int) -> None:
    ceiling = rules.ceiling(share_bp, eligible)

    assert ceiling * 10_000 <= eligible * share_bp < (ceiling + 1) * 10_000


def test_the_worked_example_of_the_fund() -> None:
    assert rules.ceiling(8000, 750_000) == 600_000


def test_lead_time_and_closing_instants() -> None:
    assert rules.earliest_start(date(2026, 11, 23), 42) == date(2027, 1, 4)
    first, second = datetime(2027, 2, 28, 22, 59, tzinfo=UTC), datetime(2027, 6, 30, 21, 59, tzinfo=UTC)
    assert rules.next_closing([second, first], datetime(2027, 1, 1, tzinfo=UTC)) == first
    assert rules.next_closing([first], second) is None


@dataclass
class Depth:
    asked_from: int
    required_from: int | None


@pytest.mark.parametrize(
    ("question", "asked", "required"),
    [
        (Depth(1, 1), [1, 2, 3, 4], [1, 2, 3, 4]),
        (Depth(1, 2), [1, 2, 3, 4], [2, 3, 4]),
        (Depth(3, 4), [3, 4], [4]),
        (Depth(2, None), [2, 3, 4], []),
    ],
)
def test_the_larger_the_grant_the_more_is_asked(question: Depth, asked: list[int], required: list[int]) -> None:
    categories = [1, 2, 3, 4]

    assert [number for number in categories if rules.is_asked(question, number)] == asked
    assert [number for number in categories if rules.is_required(question, number)] == required
