"""A call on PostgreSQL: what two cities release becomes its rows, first as a whole, later in place."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from grantflow.accounts.models import Person
from grantflow.calls.models import Call, Criterion, Question
from grantflow.calls.states import CALL_CHANGED
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, Incomplete
from grantflow.kernel.parties import Party, Role
from grantflow.platform.db import db
from grantflow.platform.models import Reminder
from grantflow.releases import service
from grantflow.releases.models import Edition
from grantflow.releases.states import EditionState
from tests.given import Given

from .samples import EARLY, OPEN, changed

D, T, M = Party
KEY = "27-7"


@pytest.fixture(name="people")
def some_people(app: Flask, given: Given) -> Iterator[dict[Any, Person]]:
    """An office and a signatory of each funder, before the call; an app context stays open."""
    with app.app_context(), clock.frozen(EARLY):
        yield {"office": given.person(Role.OFFICE, party=D), **{party: given.signatory(party) for party in Party}}
        db.session.rollback()


def drafted(people: dict[Any, Person], *changes: tuple[str, Any], reason: str = "") -> Edition:
    return service.draft("call", KEY, changed(*changes), by=people["office"], reason=reason)


def sign(edition: Edition, *who: Person) -> None:
    for person in who:
        service.turn_key(edition, digest=service.fingerprint(edition), by=person)


def released(people: dict[Any, Person], *changes: tuple[str, Any], reason: str = "") -> Call:
    edition = drafted(people, *changes, reason=reason)
    needs = {party for need in service.needs(edition) for party in need.parties}
    sign(edition, *(people[party] for party in needs))
    assert edition.state is EditionState.IN_FORCE
    db.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    db.session.expire_all()
    return db.session.scalars(select(Call).where(Call.code == KEY)).one()


def test_nothing_opens_with_one_signature(people: dict[Any, Person]) -> None:
    edition = drafted(people)
    sign(edition, people[D], people[M])
    for again in (people[D], people[M], people["office"]):
        with pytest.raises(Forbidden):
            sign(edition, again)
    assert (edition.state, db.session.scalar(select(Call).where(Call.code == KEY))) == (EditionState.DRAFT, None)
    sign(edition, people[T])
    assert edition.state is EditionState.IN_FORCE


def test_what_is_released_is_in_the_rows(people: dict[Any, Person]) -> None:
    call = released(people)
    assert (call.title_fr, call.points_max, call.first_instalment_bp, call.last_number) == (
        "Encounters (fr)",
        30,
        7500,
        0,
    )
    # Midnight in both cities, and the end of the last minute.
    assert call.opens_at == datetime(2027, 1, 31, 23, tzinfo=UTC)
    assert call.closes_at == datetime(2027, 10, 31, 22, 59, 59, tzinfo=UTC)
    assert [(its.up_to_cents, its.share_bp, its.lead_days, len(its.closings)) for its in call.categories] == [
        (500_000, 8000, 42, 0),
        (None, 7000, None, 2),
    ]
    assert [(its.code, its.weight, its.ten_de) for its in call.criteria] == [
        ("reach", 1, "reach ten (de)"),
        ("novelty", 2, "novelty ten (de)"),
    ]
    assert [(its.code, [c.code for c in its.criteria], its.required_from) for its in call.questions] == [
        ("audience", ["reach"], 1),
        ("idea", ["reach", "novelty"], 2),
        ("risks", [], None),
    ]
    assert [(its.code, its.kinds, its.asked_from) for its in call.papers] == [("statutes", ["association"], 1)]
    assert [(its.funder_code, its.limit_cents, its.weight, its.is_released) for its in call.envelopes] == [
        (D, 6_000_000, 50, True),
        (T, 3_600_050, 30, True),
        (M, 2_400_000, 20, True),
    ]
    assert (call.kilometre_cents, call.interpreter_cents) == (38, 6500)


def test_before_the_opening_lines_come_go_and_move_and_those_that_stay_are_the_same_rows(
    people: dict[Any, Person],
) -> None:
    before = released(people)
    ids = {its.code: its.id for rows in (before.criteria, before.questions) for its in rows}
    its = changed(("questions.2", ...))
    its["criteria"].reverse()
    its["questions"].reverse()
    its["envelopes"].reverse()
    its["papers"] = []
    edition = service.draft("call", KEY, its, by=people["office"])
    sign(edition, people[D], people[T])
    db.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    db.session.expire_all()
    after = db.session.scalars(select(Call).where(Call.code == KEY)).one()
    assert [(row.position, row.code, row.id) for row in after.criteria] == [
        (1, "novelty", ids["novelty"]),
        (2, "reach", ids["reach"]),
    ]
    assert [(row.code, row.id) for row in after.questions] == [("idea", ids["idea"]), ("audience", ids["audience"])]
    assert [row.funder_code for row in after.envelopes] == [M, T, D]
    assert after.papers == []
    assert db.session.scalar(select(func.count()).where(Question.code == "risks", Question.call_id == after.id)) == 0
    assert db.session.scalar(select(func.count()).where(Criterion.call_id == after.id)) == 2


def test_what_files_have_used_stays_when_an_open_call_is_extended(people: dict[Any, Person]) -> None:
    call = released(people)
    call.last_number = 17
    db.session.flush()
    with clock.frozen(OPEN):
        extended = ("closes_at", "2027-11-30T23:59"), ("envelopes.0.limit", "90000"), ("title.de", "Begegnungen")
        after = released(people, *extended, reason="Ferien")
    assert (after.id, after.last_number, after.title_de) == (call.id, 17, "Begegnungen")
    assert after.closes_at == datetime(2027, 11, 30, 22, 59, 59, tzinfo=UTC)
    assert [pot.limit_cents for pot in after.envelopes] == [9_000_000, 3_600_050, 2_400_000]
    # Those who have begun an application are told.
    assert db.session.scalar(select(func.count()).where(Reminder.kind == CALL_CHANGED)) == 1


@pytest.mark.parametrize(
    ("changes", "reason", "flaw"),
    [
        ([("title.de", "Neu")], "", "flaw.reason_missing"),
        ([("categories.0.min_score", 9)], "Zu streng", "flaw.fixed_after_opening"),
        ([("closes_at", "2027-10-30T23:59"), ("categories.1.closings.1", ...)], "Früher", "flaw.deadline_not_earlier"),
    ],
)
def test_an_open_call_changes_with_a_reason_and_within_its_rules(
    people: dict[Any, Person], changes: list[tuple[str, Any]], reason: str, flaw: str
) -> None:
    released(people)
    with clock.frozen(OPEN):
        edition = drafted(people, *changes, reason=reason)
        with pytest.raises(Incomplete) as refused:
            sign(edition, people[D])
    assert flaw in [its.key for its in refused.value.reasons]


def test_only_the_offices_of_both_cities_draft(people: dict[Any, Person], given: Given) -> None:
    for person in (people[D], given.person(Role.ADMINISTRATOR, party=D), given.person(Role.OFFICE, party=M)):
        with pytest.raises(Forbidden):
            service.draft("call", KEY, changed(), by=person)
