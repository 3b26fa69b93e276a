"""What an open call may still change, and a whole life of one: drafts, keys, opening, corrections."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from grantflow.calls import rules
from grantflow.calls.documents import CallDocument, plain
from grantflow.kernel import clock
from grantflow.kernel.parties import Party, Role
from grantflow.releases import rules as releases
from grantflow.releases.rules import Path, Turned

from .samples import AROUND, EARLY, OPEN, OVER, call, changed, criterion, question

D, T, M = Party


def refused(*changes: tuple[str, Any], now: Any = OPEN) -> list[tuple[str, Path]]:
    return [(its.key.removeprefix("flaw."), its.path) for its in rules.not_to_change(call(), call(*changes), now)]


FIXED = [
    (("opens_at", "2027-02-02T00:00"), ("opens_at",)),
    (("agreement", "2021"), ("agreement",)),
    (("guideline.version", "1.1"), ("guideline", "version")),
    (("lead_days", 41), ("lead_days",)),
    (("return_days", 15), ("return_days",)),
    (("reviewers_per_side", 2), ("reviewers_per_side",)),
    (("gap_limit", 8), ("gap_limit",)),
    (("first_instalment", "70"), ("first_instalment",)),
    (("report_months", 3), ("report_months",)),
    (("categories.0.up_to", "5000.01"), ("categories", 0, "up_to")),
    (("categories.1.share", "71"), ("categories", 1, "share")),
    (("categories.0.min_score", 9), ("categories", 0, "min_score")),
    (("categories.0.lead_days", 41), ("categories", 0, "lead_days")),
    (("criteria.1.weight", 1), ("criteria", 1, "weight")),
    (("questions.0.step", "people"), ("questions", 0, "step")),
    (("questions.0.longest", 900), ("questions", 0, "longest")),
    (("questions.0.required_from", 2), ("questions", 0, "required_from")),
    (("questions.2.asked_from", 1), ("questions", 2, "asked_from")),
    (("papers.0.asked_from", 2), ("papers", 0, "asked_from")),
    (("guide_rates.day", "29"), ("guide_rates", "day")),
    (("envelopes.1.weight", 31), ("envelopes", 1, "weight")),
]


@pytest.mark.parametrize(("change", "path"), FIXED)
def test_limits_and_points_never_change_after_the_opening(change: tuple[str, Any], path: Path) -> None:
    assert refused(change) == [("fixed_after_opening", path)]
    assert refused(change, now=EARLY) == []


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (("criteria", [criterion("novelty", 2), criterion("reach")]), "criteria"),
        (("criteria", [criterion("reach"), criterion("novelty", 2), criterion("more")]), "criteria"),
        (("questions.2", question("hazards", asked_from=2)), "questions"),
        (("questions.2", ...), "questions"),
        (("papers", []), "papers"),
        (("envelopes.2", ...), "envelopes"),
    ],
)
def test_lines_stay_where_they_are_once_the_call_is_open(change: tuple[str, Any], name: str) -> None:
    assert refused(change) == [("lines_are_fixed", (name,))]
    assert refused(change, now=EARLY) == []


@pytest.mark.parametrize(
    ("change", "flaw", "path"),
    [
        (("closes_at", "2027-11-30T23:59"), "", ()),
        (("closes_at", "2027-10-31T23:58"), "deadline_not_earlier", ("closes_at",)),
        (("categories.1.closings.0", "2027-07-01T23:59"), "", ()),
        (("categories.1.closings", ["2027-06-30T23:59", "2027-10-31T23:59", "2027-11-30T23:59"]), "", ()),
        (("categories.1.closings.0", "2027-06-29T23:59"), "deadline_not_earlier", ("categories", 1, "closings")),
        (("categories.1.closings", ["2027-10-31T23:59"]), "deadline_not_earlier", ("categories", 1, "closings")),
        (
            ("categories.1.closings", ["2027-05-01T23:59", "2027-06-30T23:59", "2027-10-31T23:59"]),
            "deadline_not_earlier",
            ("categories", 1, "closings"),
        ),
        (("envelopes.1.limit", "36000.51"), "", ()),
        (("envelopes.1.limit", "36000.49"), "envelope_not_lower", ("envelopes", 1, "limit")),
        (("envelopes.1.is_released", False), "fixed_after_opening", ("envelopes", 1, "is_released")),
    ],
)
def test_deadlines_only_move_to_a_later_day_and_envelopes_only_up(
    change: tuple[str, Any], flaw: str, path: Path
) -> None:
    assert refused(change) == ([(flaw, path)] if flaw else [])


def test_a_deadline_is_not_moved_into_the_past() -> None:
    assert refused(("closes_at", "2027-11-14T23:59"), now=OVER) == [("deadline_is_past", ("closes_at",))]
    assert refused(("closes_at", "2027-11-16T23:59"), now=OVER) == []


def test_words_may_be_corrected_at_any_time() -> None:
    words = [
        *("title.de", "summary.fr", "criteria.0.title.de", "criteria.0.question.fr", "criteria.1.scale.ten.de"),
        *("questions.0.label.de", "questions.2.help.fr", "papers.0.title.fr", "papers.0.help.de"),
    ]
    assert refused(*((path, "Neu") for path in words)) == []


def test_an_envelope_that_was_only_announced_can_be_released() -> None:
    before, after = call(("envelopes.1.is_released", False)), call()
    assert list(rules.not_to_change(before, after, OPEN)) == []


@pytest.mark.parametrize(
    ("change", "eases"),
    [
        (("closes_at", "2027-11-30T23:59"), True),
        (("categories.1.closings.0", "2027-07-01T23:59"), True),
        (("title.de", "Neu"), False),
        (("envelopes.0.limit", "70000"), True),
    ],
)
def test_people_are_told_of_more_time_and_of_more_money(change: tuple[str, Any], eases: bool) -> None:
    assert rules.is_eased(call(), call(change)) is eases


# --- a whole life --------------------------------------------------------------------------------

#: Whoever may have a key: (party, role).
PEOPLE = {uuid4(): (party, role) for party in Party for role in (Role.SIGNATORY, Role.OFFICE) for _ in range(2)}
CHANGES = [
    *(change for change, _ in FIXED),
    *[("closes_at", f"2027-{month}-30T23:59") for month in ("06", "09", "11", "12")],
    *[("categories.1.closings.0", f"2027-{day}T23:59") for day in ("06-29", "07-15")],
    *[(f"envelopes.{place}.limit", amount) for place in range(3) for amount in ("1000", "90000")],
    *(("title.de", "Neu"), ("questions.0.help.fr", "Mieux"), ("criteria.0.scale.five.de", "Teils")),
    ("questions.2", question("hazards", asked_from=2)),
]


def deadlines(of: CallDocument) -> list[datetime]:
    return sorted([of.closes_at, *of.categories[1].closings])


def limiting(of: CallDocument) -> dict[str, Any]:
    """All but words, deadlines and what the envelopes hold."""
    left_out: Any = {
        **dict.fromkeys(("title", "summary", "closes_at"), True),
        "categories": {"__all__": {"closings"}},
        "criteria": {"__all__": {"title", "question", "scale"}},
        "questions": {"__all__": {"label", "help"}},
        "papers": {"__all__": {"title", "help"}},
        "envelopes": {"__all__": {"limit", "is_released"}},
    }
    return of.model_dump(exclude=left_out)


class Life(RuleBasedStateMachine):
    """Drafts and keys as ``releases.service`` combines them: what is signed by all it takes is in force."""

    def __init__(self) -> None:
        super().__init__()
        self.now = EARLY
        self.in_force: CallDocument | None = None
        self.draft = call()
        self.turned: list[Turned] = []

    @rule(changes=st.lists(st.sampled_from(CHANGES), min_size=1, max_size=2))
    def save(self, changes: list[tuple[str, Any]]) -> None:
        base = plain(self.in_force or call())
        self.draft, self.turned = CallDocument.model_validate(changed(*changes, of=base)), []

    @rule(person=st.sampled_from(sorted(PEOPLE, key=str)))
    def sign(self, person: UUID) -> None:
        party, role = PEOPLE[person]
        key = Turned(person, party, frozenset({role}))
        needs = rules.needs(self.in_force, self.draft)
        flaws = rules.flaws("27-1", self.in_force, self.draft, replace(AROUND, now=self.now))
        if flaws or not releases.can_help(needs, self.turned, key):
            return
        self.turned.append(key)
        if not releases.missing(needs, self.turned):
            self.release()

    @rule()
    def everybody_signs(self) -> None:
        for person, (_, role) in PEOPLE.items():
            if role is Role.SIGNATORY:
                self.sign(person)

    def release(self) -> None:
        signed = {its.party for its in self.turned if Role.SIGNATORY in its.roles}
        assert {D, T} <= signed
        assert len({its.person_id for its in self.turned}) == len(self.turned)
        before = self.in_force
        touched = {pot.party for pot in self.draft.envelopes if before is None or pot not in before.envelopes}
        assert touched <= signed
        if before and before.opens_at.replace(tzinfo=clock.LOCAL) <= self.now:
            assert limiting(before) == limiting(self.draft)
            assert all(was <= its for was, its in zip(deadlines(before), deadlines(self.draft), strict=True))
            assert all(was.limit <= its.limit for was, its in zip(before.envelopes, self.draft.envelopes, strict=True))
        self.in_force, self.turned = self.draft, []

    @rule(days=st.integers(1, 120))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)


def test_a_call_lives_by_its_rules() -> None:
    """Nothing is in force with one signature, nothing that limits changes after the opening, nothing is shortened."""
    run_state_machine_as_test(Life, settings=settings(max_examples=100, stateful_step_count=30, deadline=None))
