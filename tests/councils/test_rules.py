"""The promise clock: forwards from a step, backwards from a project's first day, and both agree."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from grantflow.councils import rules
from grantflow.councils.rules import DAYS, ORDER, Calendar, Sitting
from grantflow.councils.states import Step
from grantflow.kernel.parties import Party

TODAY = date(2027, 3, 1)
D, T, M = Party
CURRENT = (Step.CHECK, Step.REVIEWS, Step.COMPARISON, Step.PROPOSAL, Step.KEYS)


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def sitting(papers: int, meets: int) -> Sitting:
    return Sitting(day(meets), day(papers))


sittings = st.lists(
    st.tuples(st.integers(-40, 300), st.integers(0, 30)).map(lambda its: sitting(its[0], its[0] + its[1])), max_size=8
)
calendars = st.fixed_dictionaries({D: sittings, T: sittings}, optional={M: sittings})
steps = st.sampled_from(CURRENT)
ago = st.integers(-60, 0).map(day)


def test_a_decision_is_promised_for_the_first_sitting_that_takes_its_papers() -> None:
    calendar = {D: [sitting(30, 40), sitting(60, 70)], T: [sitting(45, 50)]}
    # 7 + 21 + 7 + 7 = 42 days: too late for Düsseldorf's first, in time for Toulouse's.
    assert rules.expected(Step.CHECK, TODAY, TODAY, calendar) == day(70 + 5 + 2)
    assert rules.expected(Step.PROPOSAL, TODAY, TODAY, calendar) == day(50 + 5 + 2)
    assert rules.expected(Step.CHECK, TODAY, TODAY, {**calendar, M: []}) is None


def test_the_days_of_a_project_that_starts_in_100_days() -> None:
    calendar = {D: [sitting(60, 70), sitting(80, 92), sitting(82, 93)], T: [sitting(75, 88), sitting(95, 99)]}
    assert rules.due(day(100), calendar) == {
        Step.CHECK: day(75 - 35),
        Step.REVIEWS: day(75 - 14),
        Step.COMPARISON: day(75 - 7),
        Step.PROPOSAL: day(75),
        Step.PAPERS: day(75),
        Step.KEYS: day(97),
        Step.LETTERS: day(99),
    }
    assert rules.due(day(60), calendar) is None


@given(steps, ago, calendars)
def test_no_promise_before_its_steps_fit(step: Step, begun: date, calendar: Calendar) -> None:
    found = rules.expected(step, begun, TODAY, calendar)
    assume(found)
    assert found
    keys_from = found - timedelta(days=DAYS[Step.LETTERS])
    assert keys_from >= TODAY
    if step is not Step.KEYS:
        later = ORDER[ORDER.index(step) + 1 : ORDER.index(Step.PAPERS)]
        ready = max(begun + timedelta(days=DAYS[step]), TODAY) + timedelta(days=sum(DAYS[its] for its in later))
        for own in calendar.values():
            assert any(
                its.papers_by >= ready and its.meets_on <= keys_from - timedelta(days=DAYS[Step.KEYS]) for its in own
            )


@given(ago, calendars, st.tuples(steps, steps).map(lambda its: sorted(its, key=ORDER.index)))
def test_a_file_that_has_come_further_is_promised_no_later_day(
    begun: date, calendar: Calendar, pair: list[Step]
) -> None:
    near, far = (rules.expected(step, begun, TODAY, calendar) for step in pair)
    if near is not None:
        assert far is not None
        assert far <= near


@given(st.integers(1, 300).map(day), calendars, steps)
def test_a_step_is_overdue_exactly_when_the_file_misses_its_start(
    starts_on: date, calendar: Calendar, step: Step
) -> None:
    by, first = rules.due(starts_on, calendar), rules.earliest(step, TODAY, calendar)
    if step is Step.KEYS:
        by = by or {Step.KEYS: starts_on - timedelta(days=1 + DAYS[Step.LETTERS])}
    is_missed = first is None or first >= starts_on
    assert is_missed is (by is None or by[step] < TODAY)


@given(st.integers(-200, 0).map(day), st.none() | ago, calendars)
def test_one_date_is_promised_and_a_broken_one_is_said(
    sent_on: date, admitted_on: date | None, calendar: Calendar
) -> None:
    assume(admitted_on is None or sent_on <= admitted_on)
    first = rules.expected(Step.CHECK, sent_on, sent_on, calendar)
    found = rules.promise(sent_on, admitted_on, TODAY, calendar)
    assert found.on is None or found.on >= TODAY
    assert found.has_passed is (first is not None and first < TODAY)
    if found.on is not None and first is not None:
        assert found.on >= first
        assert found.broken == (first if found.on > first else None)


TWO = {D: [sitting(0, 10), sitting(60, 70)], T: [sitting(0, 10), sitting(60, 70)]}


@pytest.mark.parametrize(
    ("sent", "admitted", "today", "told"),
    [
        # Sent and checked at once, or within its week: what was promised stands.
        (-5, None, 0, rules.Promise(day(77), None, has_passed=False)),
        (-5, -5, 0, rules.Promise(day(77), None, has_passed=False)),
        (-5, -5, 69, rules.Promise(day(77), None, has_passed=False)),
        # A check that takes five weeks: the papers of that sitting are missed, and no other is known.
        (-5, None, 30, rules.Promise(None, None, has_passed=False)),
        # In time for the first sitting, then forgotten: it is said, with the next day that can be kept.
        (-42, -40, 18, rules.Promise(day(77), day(17), has_passed=True)),
        (-42, -40, 99, rules.Promise(None, day(17), has_passed=True)),
    ],
)
def test_what_the_applicant_is_told(sent: int, admitted: int | None, today: int, told: rules.Promise) -> None:
    on = None if admitted is None else day(admitted)
    assert rules.promise(day(sent), on, day(today), TWO) == told


@pytest.mark.parametrize(
    ("meets", "papers", "wrong"),
    [(10, 3, {}), (10, 10, {}), (-1, -5, {"meets_on"}), (10, 11, {"papers_by"})],
)
def test_what_is_wrong_with_a_sitting_stands_at_its_field(meets: int, papers: int, wrong: set[str]) -> None:
    assert set(rules.sitting_flaws(day(meets), day(papers), TODAY)) == set(wrong)
