"""More time for one returned file, and word of a call that was changed."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grantflow.applications import rules, service
from grantflow.applications.models import Application
from grantflow.applications.service.extending import tell_of_change
from grantflow.applications.states import State
from grantflow.calls.models import Category
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, Invalid
from grantflow.kernel.parties import Side
from grantflow.notifications.models import Message
from grantflow.platform.db import db
from grantflow.releases.models import Edition
from grantflow.releases.states import EditionState
from tests.given import Given

BEGUN = datetime(2027, 3, 1, 18, tzinfo=UTC)


def minutes(*figures: float) -> list[datetime]:
    return [BEGUN + timedelta(minutes=figure) for figure in figures]


def told(kind: str) -> list[Message]:
    return list(db.session.scalars(select(Message).where(Message.kind == kind)))


def test_a_returned_file_gets_more_time_and_both_sides_are_told_why(app: Flask, given: Given) -> None:
    with app.app_context():
        application = given.application(State.RETURNED)
        office, other = given.office(Side.GERMAN), given.office(Side.FRENCH)
        before = application.return_until
        assert before
        day = clock.local(before).date() + timedelta(days=7)
        service.extend(application, day, reason="Ferien", by=office)
        assert application.return_until == rules.end_of(day)
        assert application.state is State.RETURNED
        assert [message.facts["reason"] for message in told("return_extended")] == ["Ferien"]
        assert other.id in {message.person_id for message in told("return_extended_noted")}
        assert office.id not in {message.person_id for message in told("return_extended_noted")}
        db.session.rollback()


def test_a_deadline_is_never_shortened_and_only_by_the_office_in_charge(app: Flask, given: Given) -> None:
    with app.app_context():
        application = given.application(State.RETURNED)
        before = application.return_until
        assert before
        day = clock.local(before).date()
        with pytest.raises(Invalid, match="deadline_not_later"):
            service.extend(application, day, reason="Ferien", by=given.office(Side.GERMAN))
        with pytest.raises(Forbidden):
            service.extend(application, day + timedelta(days=1), reason="Ferien", by=given.office(Side.FRENCH))
        with pytest.raises(Invalid, match="reason_needed"):
            service.extend(application, day + timedelta(days=1), reason=" ", by=given.office(Side.GERMAN))
        db.session.rollback()


def test_those_who_have_begun_are_told_that_the_call_changed(app: Flask, given: Given) -> None:
    with app.app_context():
        begun, sent = given.application(State.DRAFT), given.application(State.SUBMITTED)
        call = given.call()
        edition = Edition(
            kind="call", key=call.code, number=2, state=EditionState.DRAFT, content={}, reason="Ferien", saved_at=BEGUN
        )
        db.session.add(edition)
        db.session.flush()
        tell_of_change(edition.id)
        tell_of_change(edition.id)
        people = {message.person_id for message in told("call_changed")}
        assert begun.contact_id in people
        assert sent.contact_id not in people
        assert len(told("call_changed")) == len(people)
        db.session.rollback()


@pytest.mark.parametrize(
    ("saves", "sent", "expected"),
    [
        ([], 8, 8),
        # Whoever goes away for an evening did not work on it.
        ([], 11, 0),
        ([(2, 5), (9, 9)], 12, 12),
        ([(2, 5), (200, 203)], 205, 10),
        # Two people at once are one sitting.
        ([(2, 8), (4, 9)], 10, 10),
    ],
)
def test_pauses_do_not_count(saves: list[tuple[float, float]], sent: float, expected: int) -> None:
    spans = [(first, last) for first, last in (minutes(*pair) for pair in saves)]
    assert rules.active_minutes(BEGUN, spans, *minutes(sent)) == expected


def test_a_median_is_told_from_five_files_on() -> None:
    assert rules.typical([12, 30, 41, 90]) is None
    assert rules.typical([12, 30, 41, 90, 600]) == 45


def test_a_call_learns_how_long_its_files_took(app: Flask, given: Given, client: FlaskClient) -> None:
    with app.app_context():
        for _ in range(5):
            given.application(State.SUBMITTED)
        for application in db.session.scalars(select(Application)):
            application.active_minutes = 42
        db.session.flush()
        service.measure()
        measured = {row.number: row.median_minutes for row in db.session.scalars(select(Category))}
        assert 45 in measured.values()
        assert None in measured.values()
        db.session.rollback()
