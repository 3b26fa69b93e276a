"""The rules over plain values: no application, no database."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grantflow.applications import rules
from grantflow.applications.rules import CallTerms, CategoryTerms, Filing, Line, PartnerView
from grantflow.applications.states import CostType, Declared, IncomeType, LineKind, State, StepName, Theme
from grantflow.calls import rules as calls
from grantflow.kernel import canonical
from grantflow.kernel.errors import Reason
from grantflow.kernel.money import eur
from grantflow.kernel.parties import Side
from grantflow.kernel.text import fold
from grantflow.letters.states import Channel
from grantflow.organisations.states import Country, Kind

NOW = datetime(2026, 11, 2, 10, tzinfo=UTC)
CLOSING = datetime(2027, 2, 28, 22, 59, 59, tzinfo=UTC)
CATEGORIES = [
    CategoryTerms(number=1, up_to_cents=eur(5_000), share_bp=8000, min_score=30, lead_days=42),
    CategoryTerms(number=2, up_to_cents=eur(10_000), share_bp=8000, min_score=50, lead_days=42),
    CategoryTerms(number=3, up_to_cents=eur(50_000), share_bp=8000, min_score=70, lead_days=42),
    CategoryTerms(number=4, up_to_cents=None, share_bp=7000, min_score=90, lead_days=None, closings=[CLOSING]),
]
CALL = CallTerms(
    opens_at=datetime(2026, 9, 1, tzinfo=UTC),
    closes_at=datetime(2027, 3, 1, tzinfo=UTC),
    categories=CATEGORIES,
    covered_from=date(2021, 1, 22),
    covered_until=date(2033, 1, 21),
)
CENTS = st.integers(0, eur(200_000))


def lines(costs: int, own: int, *more: Line) -> list[Line]:
    return [
        Line(kind=LineKind.COST, type=CostType.TRAVEL, description="Bahn", side=Side.GERMAN, cents=costs),
        Line(kind=LineKind.INCOME, type=IncomeType.OWN_FUNDS, description="Kasse", cents=own),
        *more,
    ]


def filing(**changes: Any) -> Filing:
    """Project 1 of the domain brief, complete and right; ``changes`` make it wrong."""
    kind, country = changes.get("kind", Kind.ASSOCIATION), changes.get("country", Country.GERMANY)
    complete = Filing(
        now=NOW,
        state=State.DRAFT,
        call=CALL,
        kind=kind,
        country=country,
        lead_side=Side.GERMAN,
        channel=Channel.PORTAL,
        partner=PartnerView(
            name="Judo Club Toulousain",
            country=Country.FRANCE,
            city="Toulouse",
            contact_name="Élodie Castan",
            email="castan@example.org",
            role="Dojo und Unterkunft",
        ),
        facts={name: "x" for names in rules.NEEDED.values() for name in names},
        starts_on=date(2027, 5, 10),
        ends_on=date(2027, 5, 16),
        participants_german=14,
        participants_french=14,
        volunteers=12,
        mostly_minors=False,
        is_school_trip=False,
        requested_cents=eur(9_400),
        lines=lines(eur(11_800), eur(2_400)),
        declared=frozenset(rules.required_declarations(kind, country)),
    )
    return replace(complete, **changes)


def reasons(**changes: Any) -> list[tuple[str, str]]:
    return [(reason.key, reason.step) for reason in rules.why_not_submit(filing(**changes))]


def flagship(**changes: Any) -> Filing:
    """Project 10: 50,400 of 72,000 at 70 %."""
    return filing(
        **{
            "requested_cents": eur(50_400),
            "lines": lines(eur(72_000), eur(21_600)),
            "equal_roles": True,
            "ends_on": date(2029, 5, 9),
            **changes,
        }
    )


def test_a_complete_file_may_be_sent() -> None:
    assert reasons() == []
    assert rules.why_not_submit(flagship()) == []


class TestNegativeCasesOfTheDomain:
    """domain.md, section 7."""

    def test_commercial_agency(self) -> None:
        declared = filing().declared - {Declared.NON_PROFIT}
        assert reasons(declared=declared) == [("declare_non_profit", StepName.DECLARATIONS)]

    def test_party_political_trip(self) -> None:
        declared = filing().declared - {Declared.NOT_PARTISAN}
        assert reasons(declared=declared) == [("declare_not_partisan", StepName.DECLARATIONS)]

    def test_start_in_three_weeks(self) -> None:
        start = NOW.date() + timedelta(weeks=3)
        [reason] = rules.why_not_submit(filing(starts_on=start, ends_on=start))
        assert reason == Reason("starts_too_soon", StepName.DATES, {"days": 42, "earliest": date(2026, 12, 14)})

    def test_school_trip(self) -> None:
        assert reasons(is_school_trip=True) == [("refer_school_trip", StepName.PEOPLE)]

    def test_mostly_minors(self) -> None:
        assert reasons(mostly_minors=True) == [("refer_minors", StepName.PEOPLE)]

    def test_86_is_not_87(self) -> None:
        use = Line(kind=LineKind.IN_KIND_USE, type="volunteering", description="Hilfe", cents=eur(100))
        source = Line(kind=LineKind.IN_KIND_SOURCE, type="volunteering", description="Hilfe", cents=eur(99))
        budget = lines(eur(11_800), eur(2_400), use, source)
        assert reasons(lines=budget) == [("in_kind_unequal", StepName.BUDGET)]

    def test_requested_81_percent(self) -> None:
        asked = eur("9558.00")
        [reason] = rules.why_not_submit(filing(requested_cents=asked, lines=lines(eur(11_800), eur(11_800) - asked)))
        assert reason == Reason(
            "above_ceiling", StepName.BUDGET, {"share": 80, "category": 2, "most_cents": eur(9_440)}
        )

    def test_group_of_two(self) -> None:
        two = Reason("group_too_small", facts={"count": 3})
        assert reasons(kind=Kind.GROUP, organisation_missing=[two]) == [("group_too_small", StepName.ORGANISATION)]

    def test_partner_missing_without_partner_search(self) -> None:
        assert reasons(partner=None) == [("partner_missing", StepName.PARTNER)]
        assert reasons(partner=None, partner_search=True) == []

    def test_category_4_asked_at_80_percent(self) -> None:
        found = rules.why_not_submit(flagship(requested_cents=eur(57_600), lines=lines(eur(72_000), eur(14_400))))
        assert [(r.key, r.facts["share"]) for r in found] == [("above_ceiling", 70)]

    def test_cost_dated_before_the_funding_period(self) -> None:
        """No cost before the award can be eligible: a project that has begun cannot be sent, in any category."""
        assert reasons(starts_on=NOW.date() - timedelta(days=1)) == [("starts_too_soon", StepName.DATES)]
        begun = flagship(starts_on=NOW.date() - timedelta(days=1))
        assert [r.key for r in rules.why_not_submit(begun)] == ["starts_before_closing"]
        declared = filing().declared - {Declared.NOT_STARTED}
        assert reasons(declared=declared) == [("declare_not_started", StepName.DECLARATIONS)]


class TestDates:
    def test_forty_two_days_to_the_day(self) -> None:
        first = date(2026, 12, 14)
        assert reasons(starts_on=first, ends_on=first) == []
        assert reasons(starts_on=first - timedelta(days=1), ends_on=first) == [("starts_too_soon", StepName.DATES)]

    def test_the_civil_day_counts_not_the_utc_day(self) -> None:
        late_evening = datetime(2026, 11, 1, 23, 30, tzinfo=UTC)  # already 2 November in both cities
        start = date(2026, 12, 13)
        assert reasons(now=late_evening, starts_on=start, ends_on=start) == [("starts_too_soon", StepName.DATES)]

    def test_counts_from_the_first_sending(self) -> None:
        start = date(2026, 12, 14)
        later = NOW + timedelta(days=20)
        back = {"state": State.RETURNED, "now": later, "return_until": later, "starts_on": start, "ends_on": start}
        assert reasons(first_sent_at=NOW, **back) == []
        assert reasons(first_sent_at=later, **back) == [("starts_too_soon", StepName.DATES)]

    def test_category_4_knows_closing_dates_instead(self) -> None:
        day_after = date(2027, 3, 1)
        assert rules.why_not_submit(flagship(starts_on=day_after)) == []
        late = flagship(now=CLOSING + timedelta(seconds=1))
        assert [r.key for r in rules.why_not_submit(late)] == ["no_closing_left"]

    def test_inside_the_agreement_and_its_successor(self) -> None:
        assert reasons(ends_on=date(2033, 1, 21)) == []
        assert reasons(ends_on=date(2033, 1, 22)) == [("outside_agreement", StepName.DATES)]

    def test_ends_after_it_begins(self) -> None:
        assert reasons(ends_on=date(2027, 5, 9)) == [("ends_before_start", StepName.DATES)]
        assert reasons(ends_on=date(2027, 5, 10)) == []

    def test_agreements_without_a_gap_count_as_one(self) -> None:
        periods = [(date(2021, 1, 22), date(2027, 1, 21)), (date(2027, 1, 22), date(2033, 1, 21))]
        assert rules.covered(periods, 0) == (date(2021, 1, 22), date(2033, 1, 21))
        assert rules.covered(periods, 1) == (date(2027, 1, 22), date(2033, 1, 21))
        gap = [periods[0], (date(2027, 1, 23), date(2033, 1, 21))]
        assert rules.covered(gap, 0) == periods[0]


class TestCallAndReturn:
    def test_only_while_open(self) -> None:
        assert reasons(now=CALL.opens_at) == []
        assert ("call_not_open", StepName.CHECK) in reasons(now=CALL.opens_at - timedelta(seconds=1))
        assert ("call_closed", StepName.CHECK) in reasons(now=CALL.closes_at + timedelta(seconds=1))

    def test_a_returned_file_has_a_deadline_of_its_own(self) -> None:
        after_close = CALL.closes_at + timedelta(days=3)
        back = {"state": State.RETURNED, "first_sent_at": NOW, "now": after_close}
        assert reasons(return_until=after_close, **back) == []
        early = after_close - timedelta(seconds=1)
        assert reasons(return_until=early, **back) == [("return_deadline_passed", StepName.CHECK)]

    def test_the_deadline_is_the_end_of_the_day_also_over_the_change_of_clocks(self) -> None:
        until = rules.return_deadline(datetime(2027, 3, 20, 10, tzinfo=UTC), 14)
        assert until.isoformat() == "2027-04-03T23:59:59+02:00"

    def test_one_application_per_project(self) -> None:
        assert reasons(already_filed=True) == [("already_filed", StepName.PROJECT)]


class TestPartner:
    def test_sits_in_the_other_country(self) -> None:
        partner = replace(filing().partner, country=Country.GERMANY)  # type: ignore[type-var]
        assert reasons(partner=partner) == [("partner_same_country", StepName.PARTNER)]

    def test_category_4_takes_no_search_and_wants_equal_roles(self) -> None:
        alone = flagship(partner=None, partner_search=True, equal_roles=False)
        assert [r.key for r in rules.why_not_submit(alone)] == ["flagship_needs_partner"]
        unequal = flagship(equal_roles=False)
        assert [r.key for r in rules.why_not_submit(unequal)] == ["flagship_equal_roles"]


class TestDeclarations:
    def test_the_republican_contract_is_asked_of_french_associations_and_foundations_only(self) -> None:
        asked = {
            (kind, country)
            for kind in Kind
            for country in Country
            if Declared.CER in rules.required_declarations(kind, country)
        }
        assert asked == {(Kind.ASSOCIATION, Country.FRANCE), (Kind.FOUNDATION, Country.FRANCE)}

    def test_nobody_must_agree_to_the_portal(self) -> None:
        """D41: an answer is owed, and paper is one."""
        assert reasons(channel=Channel.POST) == reasons(channel=Channel.PORTAL) == []
        assert reasons(channel=None) == [("missing_channel", StepName.DECLARATIONS)]

    def test_groups_are_liable_and_public_bodies_have_decided(self) -> None:
        assert Declared.LIABILITY in rules.required_declarations(Kind.GROUP, Country.GERMANY)
        assert Declared.COMPETENT_BODY in rules.required_declarations(Kind.INSTITUTION, Country.FRANCE)
        assert Declared.COMPETENT_BODY not in rules.required_declarations(Kind.ASSOCIATION, Country.GERMANY)


class TestMoney:
    @pytest.mark.parametrize(
        ("asked", "number"),
        [("5000.00", 1), ("5000.01", 2), ("10000.00", 2), ("10000.01", 3), ("50000.00", 3), ("50000.01", 4)],
    )
    def test_the_category_changes_by_the_cent(self, asked: str, number: int) -> None:
        assert rules.money_of([], eur(asked), CATEGORIES).category.number == number

    def test_the_official_example(self) -> None:
        """Total 10,000, eligible 7,500: at most 6,000 (domain 1.5)."""
        assert rules.most(eur(7_500), CATEGORIES) == eur(6_000)

    def test_no_amount_between_the_categories_is_offered(self) -> None:
        """At 65,000 EUR 70 % is 45,500, too little for category 4; category 3 stops at 50,000."""
        assert rules.most(eur(65_000), CATEGORIES) == eur(50_000)
        assert rules.most(eur(72_000), CATEGORIES) == eur(50_400)

    @given(costs=CENTS, asked=CENTS, own=CENTS)
    def test_balance_and_ceiling_to_the_cent(self, costs: int, asked: int, own: int) -> None:
        money = rules.money_of(lines(costs, own), asked, CATEGORIES)
        assert money.gap == costs - own - asked
        assert money.ceiling * 10_000 <= costs * money.category.share_bp < (money.ceiling + 1) * 10_000
        assert (money.excess == 0) == (asked <= money.ceiling)

    @given(costs=CENTS)
    def test_what_is_offered_at_most_is_allowed_and_one_cent_more_is_not(self, costs: int) -> None:
        most = rules.most(costs, CATEGORIES)
        category = calls.category_of(CATEGORIES, most)
        assert most <= calls.ceiling(category.share_bp, costs)
        above = [most + 1, *(c.up_to_cents + 1 for c in CATEGORIES if c.up_to_cents and c.up_to_cents > most)]
        for asked in above:
            assert asked > calls.ceiling(calls.category_of(CATEGORIES, asked).share_bp, costs)

    @given(costs=CENTS, own=CENTS, asked=CENTS)
    def test_whatever_may_be_sent_is_balanced_and_within_the_ceiling(self, costs: int, own: int, asked: int) -> None:
        found = {r.key for r in rules.why_not_submit(filing(lines=lines(costs, own), requested_cents=asked))}
        sound = costs == own + asked and 0 < asked <= calls.ceiling(
            calls.category_of(CATEGORIES, asked).share_bp, costs
        )
        budget = {
            "no_costs",
            "nothing_requested",
            "income_missing",
            "income_exceeds",
            "above_ceiling",
            "line_incomplete",
        }
        if own:
            assert sound == (not found & budget)

    def test_shares_are_rounded_for_display_only(self) -> None:
        money = rules.money_of(lines(eur(11_800), eur(2_400)), eur(9_400), CATEGORIES)
        assert money.share_bp == 7966

    def test_other_public_money_must_be_named(self) -> None:
        public = Line(kind=LineKind.INCOME, type=IncomeType.OTHER_PUBLIC, description="Region", cents=eur(400))
        budget = lines(eur(11_800), eur(2_000), public)
        assert reasons(lines=budget) == [("name_other_funding", StepName.BUDGET)]
        assert reasons(lines=budget, other_public_funding="Région Occitanie, 400 €") == []


class TestWords:
    @given(st.text())
    def test_folding_twice_is_folding_once(self, text: str) -> None:
        assert fold(fold(text)) == fold(text)

    def test_folding_takes_case_accents_and_blanks(self) -> None:
        assert fold("  ÉGALITÉ  en Straße ") == "egalite en strasse"

    def test_numbers(self) -> None:
        assert (rules.number("27-1", 1), rules.number("27-1", 1_234)) == ("DT-27-1-001", "DT-27-1-1234")

    def test_the_same_content_gives_the_same_bytes_whatever_its_order(self) -> None:
        one = rules.canonical({"title": "Café", "on": date(2027, 1, 2), "theme": Theme.SPORT, "lines": ({"cents": 1},)})
        assert one == '{"lines":[{"cents":1}],"on":"2027-01-02","theme":"sport","title":"Café"}'.encode()
        assert rules.canonical(json.loads(one)) == one
        assert canonical.digest(one) == hashlib.sha256(one).hexdigest()


@pytest.mark.parametrize(("asked_for", "missing"), [(4_800, ["Wer?"]), (9_400, ["Wer?", "Was ist neu?"])])
def test_an_open_question_is_one_kind_of_reason_that_names_it(asked_for: int, missing: list[str]) -> None:
    questions = [
        rules.Question(code="who", step=StepName.PEOPLE, label="Wer?"),
        rules.Question(code="why", step=StepName.PEOPLE, label="Warum?", text="Darum."),
        rules.Question(code="new", step=StepName.PEOPLE, label="Was ist neu?", required_from=2),
    ]
    found = rules.why_not_submit(filing(questions=questions, requested_cents=eur(asked_for)))

    open_ = [reason for reason in found if reason.key == "answer_missing"]
    assert [reason.facts["question"] for reason in open_] == missing
    assert {reason.step for reason in open_} == {StepName.PEOPLE}
