from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from grantflow.kernel.parties import Party, Role, Side
from grantflow.review import rules
from grantflow.review.rules import Mark, Seat, Submitted
from grantflow.review.states import Conflict

SEATS = st.lists(st.builds(Seat, st.sampled_from(Side), st.sampled_from(Conflict), st.booleans()), max_size=6)
TOTALS = st.lists(st.integers(0, 110), min_size=1, max_size=5)
ROLES = st.frozensets(st.sampled_from(Role))


@given(SEATS)
def test_complete_needs_both_sides_and_nobody_outstanding(seats: list[Seat]) -> None:
    active = [seat for seat in seats if seat.conflict is not Conflict.DECLARED]
    expected = (
        any(s.submitted and s.side is Side.GERMAN for s in active)
        and any(s.submitted and s.side is Side.FRENCH for s in active)
        and all(s.submitted for s in active)
    )
    assert rules.is_complete(seats) is expected


@given(SEATS)
def test_a_recused_reviewer_counts_for_nothing(seats: list[Seat]) -> None:
    without = [seat for seat in seats if seat.is_active]
    assert rules.is_complete(seats) == rules.is_complete(without)
    assert rules.sides_without_reviewer(seats) == rules.sides_without_reviewer(without)


def test_metropole_counts_for_the_french_side() -> None:
    seats = [Seat(Party.DUESSELDORF.side), Seat(Party.METROPOLE.side)]
    assert rules.sides_without_reviewer(seats) == []


@given(TOTALS)
def test_the_mean_lies_between_and_has_two_places(totals: list[int]) -> None:
    mean = rules.mean(totals)
    assert min(totals) <= mean <= max(totals)
    assert mean == mean.quantize(Decimal("0.01"))


def test_the_mean_of_three_is_rounded_half_up() -> None:
    assert rules.mean([88, 68, 77]) == Decimal("77.67")


@given(st.integers(0, 110), st.integers(0, 110), st.sampled_from([30, 50, 70, 90]))
def test_a_third_review_is_due_from_33_unless_both_miss_the_threshold(one: int, two: int, threshold: int) -> None:
    due = rules.third_review_due([one, two], gap_limit=33, threshold=threshold)
    assert due is (abs(one - two) >= 33 and not (one < threshold and two < threshold))


def test_the_edges_of_the_gap() -> None:
    assert rules.third_review_due([88, 56], gap_limit=33, threshold=70) is False
    assert rules.third_review_due([88, 55], gap_limit=33, threshold=70) is True
    assert rules.third_review_due([69, 30], gap_limit=33, threshold=70) is False
    assert rules.third_review_due([70, 30], gap_limit=33, threshold=70) is True
    assert rules.third_review_due([88, 55, 60], gap_limit=33, threshold=70) is False


def test_what_reviews_add_up_to() -> None:
    reviews = [
        Submitted(Side.GERMAN, 88, 900_000),
        Submitted(Side.FRENCH, 68, 800_000),
        Submitted(Side.FRENCH, 71, 800_001),
    ]
    assert rules.add_up(reviews, gap_limit=33, threshold=70) == rules.Sum(
        submitted=3,
        mean=Decimal("75.67"),
        german=Decimal("88.00"),
        french=Decimal("69.50"),
        gap=20,
        recommended_cents=833_334,
        third_due=False,
    )


@given(ROLES, st.none() | st.builds(Seat, st.sampled_from(Side), st.sampled_from(Conflict), st.booleans()))
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
