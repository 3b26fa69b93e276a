"""T19: clicks of both sides at the same instant settle one review, once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask
from sqlalchemy import func, select

from grantflow.applications.models import Event
from grantflow.applications.states import Action, State
from grantflow.kernel.errors import DomainError
from grantflow.kernel.parties import Party
from grantflow.platform.db import db
from grantflow.review.models import Assessment, Assignment, Standing
from tests.conftest import sign_in
from tests.given import Given


def at_once(clicks: list[Callable[[], None]]) -> list[str]:
    """What became of each click, all of them started together."""
    start = Barrier(len(clicks))

    def run(click: Callable[[], None]) -> str:
        start.wait()
        try:
            click()
        except DomainError as refused:
            return refused.key
        return "done"

    with ThreadPoolExecutor(len(clicks)) as pool:
        return sorted(pool.map(run, clicks))


def test_both_last_reviews_at_once(real: Flask) -> None:
    given = Given(real)
    application, german, french = given.in_review()
    for reviewer in (german, french):
        given.declare(application, reviewer)
    twice = [lambda: given.review(application, german, 9), lambda: given.review(application, french, 7)] * 4
    outcome = at_once(twice)
    assert outcome.count("done") == 2
    assert set(outcome) == {"done", "review_final"}
    with real.app_context():
        completed = select(func.count()).where(Event.action == Action.COMPLETE_REVIEW)
        assert db.session.scalar(completed) == 1
        standing = db.session.get_one(Standing, application.id)
        assert (standing.submitted, standing.score, standing.gap) == (2, 88, 22)
    assert given.reload(application.id).state is State.ASSESSED


def test_the_same_reviewer_assigned_by_many_clicks(real: Flask) -> None:
    given = Given(real)
    application = given.application(State.ADMITTED)
    reviewer = given.reviewer(Party.TOULOUSE)
    offices = [given.office(Party.TOULOUSE.side) for _ in range(6)]

    def click(office: int) -> Callable[[], None]:
        return lambda: given.assign_by(application, reviewer, offices[office])

    assert at_once([click(n) for n in range(6)]) == ["done"] + ["review_already_assigned"] * 5
    with real.app_context():
        assert db.session.scalar(select(func.count()).select_from(Assignment)) == 1


def test_two_tabs_submit_the_same_review(real: Flask) -> None:
    given = Given(real)
    application, german, _ = given.in_review()
    given.declare(application, german)
    given.review(application, german, 3, submit=False)
    start = Barrier(6)

    def post(points: int) -> int:
        client = sign_in(real, german)
        full = {f"points_{n}": str(points) for n in range(1, 12)} | {f"comment_{n}": "Grund" for n in range(1, 12)}
        start.wait()
        data = {**full, "recommended": "100", "comment": "Kurz", "action": "submit", "seen": "1.1.tab"}
        return client.post(f"/review/{application.id}", data=data).status_code

    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(post, range(4, 10)))
    assert statuses == [302] + [409] * 5
    with real.app_context():
        assessment = db.session.scalars(select(Assessment)).one()
        assert {score.points for score in assessment.scores} == {assessment.total // 11}
