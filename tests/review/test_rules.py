from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from statistics import mean, median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grantflow.kernel.parties import Party, Role, Side
from grantflow.review import rules
from grantflow.review.rules import Mark, Seat, Submitted
from grantflow.seats.states import Conflict

SEAT = st.builds(Seat, st.sampled_from(Side), st.sampled_from(Conflict), st.booleans(), st.booleans())
SEATS = st.lists(SEAT, max_size=6)
TOTALS = st.lists(st.integers(0, 110), min_size=1, max_size=5)
ROLES = st.frozensets(st.sampled_from(Role))


def added(german: Sequence[int], french: Sequence[int], third: Sequence[int] = (), threshold: int = 70) -> rules.Sum:
    sides = ((Side.GERMAN, german), (Side.FRENCH, french), (None, third))
    reviews = [Submitted(side, total, 0) for side, totals in sides for total in totals]
    return rules.add_up(reviews, gap_limit=33, threshold=threshold)


# --- seats ---------------------------------------------------------------------------------------


@given(SEATS, st.integers(1, 2))
def test_complete_needs_every_seat_of_both_sides_and_nobody_outstanding(seats: list[Seat], per_side: int) -> None:
    active = [seat for seat in seats if seat.conflict is not Conflict.DECLARED]
    regular = [seat.side for seat in active if not seat.is_third]
    expected = all(regular.count(side) >= per_side for side in Side) and all(seat.submitted for seat in active)
    assert rules.is_complete(seats, per_side) is expected


@given(SEATS, st.integers(1, 2))
def test_a_recused_reviewer_counts_for_nothing(seats: list[Seat], per_side: int) -> None:
    without = [seat for seat in seats if seat.is_active]
    assert rules.is_complete(seats, per_side) == rules.is_complete(without, per_side)
    assert rules.free_seats(seats, per_side) == rules.free_seats(without, per_side)


@given(SEATS, st.lists(st.builds(Seat, st.just(Side.FRENCH), st.sampled_from(Conflict), st.booleans()), max_size=4))
def test_whether_a_seat_is_free_tells_nothing_of_the_other_side(seats: list[Seat], others: list[Seat]) -> None:
    assert rules.free_seats(seats, 1)[Side.GERMAN] == rules.free_seats([*seats, *others], 1)[Side.GERMAN]


def test_metropole_counts_for_the_french_side() -> None:
    seats = [Seat(Party.DUESSELDORF.side), Seat(Party.METROPOLE.side)]
    assert rules.sides_without_reviewer(seats, 1) == []


def test_a_third_review_takes_no_seat_of_a_side() -> None:
    seats = [Seat(Side.GERMAN, is_third=True), Seat(Side.FRENCH)]
    assert rules.sides_without_reviewer(seats, 1) == [Side.GERMAN]


# --- what reviews add up to ----------------------------------------------------------------------


def test_the_stacked_panel() -> None:
    """99 | 76, 11: a second reviewer of one's own side outweighs nobody and calls for a third review (D6)."""
    found = added([99], [76, 11])
    assert (found.german, found.french, found.gap) == (Decimal(99), Decimal("43.50"), Decimal("55.50"))
    assert found.score == Decimal("71.25")
    assert found.third_due is True


@given(TOTALS, TOTALS)
def test_a_side_weighs_what_its_mean_weighs(german: list[int], french: list[int]) -> None:
    found = added(german, french)
    exact = Fraction(mean(map(Fraction, german)) + mean(map(Fraction, french))) / 2
    assert abs(Fraction(found.score) - exact) <= Fraction(1, 200)
    # Repeating one's own mean adds no weight.
    assert added(german * 3, french).score == found.score


@given(TOTALS, TOTALS, st.integers(0, 110))
def test_with_a_third_review_the_median_counts_and_no_other_is_due(
    german: list[int], french: list[int], third: int
) -> None:
    found = added(german, french, [third])
    assert found.score in {found.german, found.french, Decimal(third)}
    assert found.score == median([found.german, found.french, Decimal(third)])
    assert found.third == third
    assert found.third_due is False
    assert found.gap == added(german, french).gap


@given(st.integers(0, 110), st.integers(0, 110), st.sampled_from([30, 50, 70, 90]))
def test_a_third_review_is_due_from_33_unless_both_miss_the_threshold(one: int, two: int, threshold: int) -> None:
    due = added([one], [two], threshold=threshold).third_due
    assert due is (abs(one - two) >= 33 and not (one < threshold and two < threshold))


@pytest.mark.parametrize(
    ("german", "french", "due"),
    [
        ([88], [56], False),
        ([88], [55], True),
        ([69], [30], False),
        ([70], [30], True),
        ([88, 88], [55, 56], False),
        # A gap of exactly 33 between thirds: nothing is rounded before it is compared.
        ([100, 100, 101], [67, 67, 68], True),
    ],
)
def test_the_edges_of_the_gap(german: list[int], french: list[int], due: bool) -> None:
    assert added(german, french).third_due is due


def test_the_recommended_grant_is_put_together_like_the_points() -> None:
    reviews = [
        Submitted(Side.GERMAN, 88, 900_000),
        Submitted(Side.FRENCH, 68, 800_000),
        Submitted(Side.FRENCH, 71, 800_001),
    ]
    assert rules.add_up(reviews, gap_limit=33, threshold=70) == rules.Sum(
        submitted=3,
        score=Decimal("78.75"),
        german=Decimal("88.00"),
        french=Decimal("69.50"),
        third=None,
        gap=Decimal("18.50"),
        recommended_cents=850_000,
        third_due=False,
    )
    third = Submitted(None, 60, 100_000)
    assert rules.add_up([*reviews, third], gap_limit=33, threshold=70).recommended_cents == 800_001


def test_a_side_without_a_review_adds_up_to_nothing() -> None:
    with pytest.raises(ValueError, match="at least one"):
        added([], [80])


# --- who sees what -------------------------------------------------------------------------------


@given(ROLES, st.none() | SEAT)
def test_nobody_sees_scores_before_they_are_settled(roles: frozenset[Role], own: Seat | None) -> None:
    assert rules.may_see_scores(roles, own, settled=False) is False


@given(ROLES)
def test_whoever_still_reviews_or_is_recused_stays_blind_whatever_their_roles(roles: frozenset[Role]) -> None:
    for seat in (Seat(Side.GERMAN, Conflict.NONE), Seat(Side.GERMAN), Seat(Side.FRENCH, Conflict.DECLARED)):
        assert rules.may_see_scores(roles, seat, settled=True) is False
        assert rules.may_see_board(roles, seat) is False


def test_who_sees_scores_once_settled() -> None:
    done = Seat(Side.GERMAN, Conflict.NONE, submitted=True)
    assert [role for role in Role if rules.may_see_scores({role}, None, settled=True)] == [Role.OFFICE, Role.SIGNATORY]
    assert [role for role in Role if rules.may_see_scores({role}, done, settled=True)] == [
        Role.REVIEWER,
        Role.OFFICE,
        Role.SIGNATORY,
    ]


def test_each_office_assigns_its_own_side() -> None:
    allowed = {(office, reviewer) for office in Party for reviewer in Party if rules.may_assign(office, reviewer)}
    assert allowed == {
        (Party.DUESSELDORF, Party.DUESSELDORF),
        (Party.TOULOUSE, Party.TOULOUSE),
        (Party.TOULOUSE, Party.METROPOLE),
    }
    assert not rules.may_assign(None, Party.TOULOUSE)
    assert not rules.may_assign(Party.TOULOUSE, None)


def test_one_office_proposes_the_third_reviewer_and_the_other_confirms() -> None:
    offices = (Party.DUESSELDORF, Party.TOULOUSE)
    confirms = {(office, by) for office in (*Party, None) for by in offices if rules.may_confirm(office, by)}
    assert confirms == {offices, offices[::-1]}


def test_everything_missing_is_listed_at_once_with_its_field() -> None:
    missing = rules.whats_missing(
        {1: Mark(8, "gut"), 2: Mark(None, "fehlt"), 3: Mark(0, "")},
        [1, 2, 3, 4],
        recommended_cents=1001,
        comment="",
        requested_cents=1000,
    )
    assert [(reason.key, reason.step) for reason in missing] == [
        ("review_points_missing", "points_2"),
        ("review_comment_missing", "comment_3"),
        ("review_points_missing", "points_4"),
        ("review_comment_missing", "comment_4"),
        ("review_amount_too_high", "recommended"),
        ("review_summary_missing", "comment"),
    ]


def test_zero_points_and_zero_euro_are_answers() -> None:
    assert rules.whats_missing({1: Mark(0, "nein")}, [1], recommended_cents=0, comment="nein", requested_cents=1) == []
