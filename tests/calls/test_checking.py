"""What keeps a call from being released, each flaw at its place."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from grantflow.applications.forms.steps import PeopleForm, ProjectForm
from grantflow.calls import rules
from grantflow.calls.rules import RESERVED
from grantflow.kernel.parties import Party, Role
from grantflow.releases.rules import Flaw, Path, need

from .samples import AROUND, OPEN, OVER, call, criterion, question

D, T, M = Party
COPY = object()


def found(*changes: tuple[str, Any], key: str = "27-1", **around: Any) -> list[tuple[str, Path]]:
    flaws = rules.flaws(key, None, call(*changes), replace(AROUND, **around))
    return [(flaw.key.removeprefix("flaw."), flaw.path) for flaw in flaws]


def test_a_whole_call_has_no_flaw() -> None:
    assert found() == []


def test_one_that_should_have_opened_already_opens_with_the_last_key() -> None:
    assert found(now=OPEN) == []


@pytest.mark.parametrize(
    ("changes", "flaw", "path"),
    [
        ([("opens_at", "2027-01-21T00:00")], "outside_agreement", ("opens_at",)),
        ([("closes_at", "2033-01-22T00:00")], "outside_agreement", ("closes_at",)),
        ([("guideline.dated", "2027-02-02")], "guideline_after_opening", ("guideline", "dated")),
        ([("gap_limit", 31)], "more_than_all_points", ("gap_limit",)),
        ([("categories.1.number", 3)], "category_number", ("categories", 1, "number")),
        ([("categories.0.number", 2)], "category_number", ("categories", 0, "number")),
        ([("categories.0.up_to", None)], "category_limit_missing", ("categories", 0, "up_to")),
        ([("categories.0.up_to", "0")], "category_limit_not_rising", ("categories", 0, "up_to")),
        ([("categories.1.up_to", "9000")], "last_category_has_limit", ("categories", 1, "up_to")),
        ([("categories.1.min_score", 31)], "more_than_all_points", ("categories", 1, "min_score")),
        ([("categories.1.closings", [])], "closings_missing", ("categories", 1, "closings")),
        ([("categories.1.lead_days", 42)], "closings_beside_lead", ("categories", 1, "closings")),
        ([("categories.1.closings.1", "2027-11-01T00:00")], "closing_outside_call", ("categories", 1, "closings")),
        ([("categories.1.closings.0", "2027-02-01T00:00")], "", ()),
        ([("categories.1.closings.0", "2027-01-31T23:58")], "closing_outside_call", ("categories", 1, "closings")),
        ([("categories.1.closings.1", "2027-06-30T23:59")], "closing_twice", ("categories", 1, "closings")),
        ([("questions.0.asked_from", 2), ("questions.0.required_from", 2), ("questions.1.informs", ["novelty"])],
         "criterion_without_question", ("criteria", 0, "code")),
        ([("questions.0.informs", ["beauty"])], "criterion_unknown", ("questions", 0, "informs")),
        ([("questions.2.code", "idea")], "code_twice", ("questions", 2, "code")),
        ([("questions.2.code", "title")], "code_reserved", ("questions", 2, "code")),
        ([("questions.2.asked_from", 3)], "category_unknown", ("questions", 2, "asked_from")),
        ([("questions.2.required_from", 3)], "category_unknown", ("questions", 2, "required_from")),
        ([("questions.2.required_from", 1)], "required_before_asked", ("questions", 2, "required_from")),
        ([("papers.0.asked_from", 3)], "category_unknown", ("papers", 0, "asked_from")),
        ([("envelopes.0", ...)], "city_without_envelope", ("envelopes",)),
        ([("envelopes.2.party", "toulouse")], "envelope_twice", ("envelopes", 2, "party")),
        ([(f"envelopes.{n}.weight", 0) for n in range(3)], "weights_missing", ("envelopes",)),
    ],
)  # fmt: skip
def test_each_flaw_stands_at_its_field(changes: list[tuple[str, Any]], flaw: str, path: Path) -> None:
    assert found(*changes) == ([(flaw, path)] if flaw else [])


def test_a_criterion_is_named_once() -> None:
    assert found(("criteria.1", criterion("reach"))) == [
        ("code_twice", ("criteria", 1, "code")),
        ("criterion_unknown", ("questions", 1, "informs")),
    ]


def test_all_points_fit_into_their_column() -> None:
    codes = [f"c{n}" for n in range(10)]
    wide = ("criteria", [criterion(code, weight=10) for code in codes]), ("questions", [question("all", *codes)])
    assert found(*wide) == [("too_many_points", ("criteria",))]


def test_a_call_that_closes_before_it_opens_is_said_once() -> None:
    backwards = [("closes_at", "2027-02-01T00:00"), ("opens_at", "2027-02-01T00:01"), ("categories.1", ...)]
    assert found(*backwards, ("categories.0.up_to", None), ("questions.1.required_from", 1), ("questions.2", ...)) == [
        ("closes_before_opening", ("closes_at",))
    ]


@pytest.mark.parametrize(
    ("around", "flaw", "path"),
    [
        ({"now": OVER}, "deadline_is_past", ("closes_at",)),
        ({"agreement": None}, "agreement_unknown", ("agreement",)),
        ({"agreement": (date(2027, 2, 2), date(2030, 1, 1))}, "outside_agreement", ("opens_at",)),
        ({"funders": {D, T}}, "funder_unknown", ("envelopes", 2, "party")),
        ({"taken": {T: 36_000_51}}, "limit_below_taken", ("envelopes", 1, "limit")),
        ({"taken": {T: 36_000_50}}, "", ()),
        ({"is_code_taken": True}, "call_code_taken", ("edition", "key")),
    ],
)
def test_a_call_is_judged_by_what_stands_around_it(around: dict[str, Any], flaw: str, path: Path) -> None:
    assert found(**around) == ([(flaw, path)] if flaw else [])


@pytest.mark.parametrize("key", ["2027-1", "27-0", "27-01", "27-1a", "", "27_1"])
def test_a_call_is_named_by_its_year_and_a_count(key: str) -> None:
    assert found(key=key) == [("call_code", ("edition", "key"))]


def test_an_envelope_with_money_taken_from_it_does_not_go() -> None:
    flaws = rules.flaws("27-1", None, call(("envelopes.2", ...)), replace(AROUND, taken={M: 5}))
    assert flaws == [Flaw(("envelopes",), "flaw.limit_below_taken", {"taken_cents": 5})]


def test_the_names_that_the_steps_use_themselves_are_no_codes_of_questions() -> None:
    used = {name for form in (ProjectForm, PeopleForm) for name in dir(form) if not name.startswith("_")}
    assert {name for name in used if name.islower()} - RESERVED == set()


def test_both_cities_sign_and_whoever_else_pays() -> None:
    cities = [need(D, Role.SIGNATORY), need(T, Role.SIGNATORY)]
    assert rules.needs(None, call()) == [*cities, need(M, Role.SIGNATORY)]
    assert rules.needs(call(), call(("title.de", "Neu"))) == cities
    assert rules.needs(call(), call(("envelopes.0.limit", "70000"))) == cities
    assert rules.needs(call(), call(("envelopes.2.limit", "24000.01"))) == [*cities, need(M, Role.SIGNATORY)]
    assert rules.needs(call(), call(("envelopes.2", ...))) == [*cities, need(M, Role.SIGNATORY)]
