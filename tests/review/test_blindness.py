"""T13: what the others do changes no byte of anything that may not tell it."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from grantflow.accounts.models import Person, RoleGrant
from grantflow.applications.states import State
from grantflow.calls.models import Call
from grantflow.kernel import clock
from grantflow.kernel.parties import Party, Role
from grantflow.platform.db import db
from tests.given import Given

from .looking import channels, masked

As = Callable[[Person], FlaskClient]
D, T, M = Party
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def seats(app: Flask, per_side: int) -> None:
    with app.app_context():
        db.session.execute(update(Call).values(reviewers_per_side=per_side))
        db.session.commit()


@pytest.mark.parametrize("roles", [(), (Role.OFFICE, Role.SIGNATORY)], ids=["reviewer", "reviewer in office"])
@pytest.mark.parametrize("declared", [False, True], ids=["gate", "grid"])
def test_what_the_other_side_does_changes_no_byte(
    app: Flask, given: Given, as_: As, roles: tuple[Role, ...], declared: bool
) -> None:
    """Assigned, declared, scored high or low, submitted: nothing of it shows before the own review is in."""
    seats(app, 2)
    with clock.frozen(NOW):
        application = given.application(State.ADMITTED, title="Blinder Antrag")
        one = given.reviewer(D, *roles)
        other, third = given.reviewer(T), given.reviewer(M)
        given.assign(application, one)
        if declared:
            given.declare(application, one)
            given.review(application, one, 6, submit=False)
        client = as_(one)
        paths = channels(application)

        def seen() -> dict[str, tuple[int, str | None, str]]:
            answers = {path: client.get(path) for path in paths}
            return {p: (a.status_code, a.headers.get("Location"), masked(a.text)) for p, a in answers.items()}

        before = seen()
        steps: list[Callable[[], object]] = [
            lambda: given.assign(application, other),
            lambda: given.assign(application, third),
            lambda: given.declare(application, other),
            lambda: given.review(application, other, 2, comment="Geheim", submit=False),
            lambda: given.review(application, other, 10, comment="Anders", recommended=100),
            lambda: given.declare(application, third, conflict=True),
            lambda: given.review(application, given.reviewer(T), 1),
        ]
        for number, step in enumerate(steps):
            step()
            assert (number, seen()) == (number, before)


STACKED = ([9, 9], [[7] * 10 + [6], 1])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (([8], [5]), ([2], [10])),
        # 99 | 76, 11: sides, not people.
        (STACKED, ([1, 2], [10, 9])),
    ],
)
def test_a_third_reviewer_learns_nothing_of_the_first_reviews(
    app: Flask, given: Given, as_: As, one: Sequence[Any], other: Sequence[Any]
) -> None:
    """Two worlds that differ in the scores that are already in: the same bytes for the third reviewer."""
    seats(app, len(one[0]))

    def world(german: Sequence[Any], french: Sequence[Any]) -> dict[str, Any]:
        with app.app_context():
            alone = db.engine.begin_nested()
        application = given.application(State.ADMITTED, title="Dritter Blick", partner_name="Partner")
        seated = [(given.reviewer(side), points) for side, all_ in ((D, german), (T, french)) for points in all_]
        for reviewer, _ in seated:
            given.assign(application, reviewer)
        for reviewer, points in seated:
            given.review(application, reviewer, points)
        third = given.reviewer(T)
        given.declare(application, third)
        with app.app_context():
            # Roles that would let them read it all, granted meanwhile.
            for role in (Role.OFFICE, Role.SIGNATORY):
                db.session.add(RoleGrant(person_id=third.id, role=role, granted_at=clock.now()))
            db.session.commit()
        client = as_(third)
        found = {}
        for path in channels(application):
            text = masked(client.get(path).text)
            for own in (str(application.id), str(application.number), application.lead.name, third.name):
                text = text.replace(own, "own")
            found[path.replace(str(application.id), "own")] = text
        alone.rollback()
        return found

    with clock.frozen(NOW):
        assert world(*one) == world(*other)


@pytest.mark.parametrize("conflict", [False, True], ids=["still reviewing", "recused"])
def test_a_picker_moves_with_nothing_that_happens_behind_the_readers_back(
    app: Flask, given: Given, as_: As, conflict: bool
) -> None:
    """The hole: the count beside a colleague's name fell when they submitted a file that is closed to the reader."""
    seats(app, 2)
    secret = given.application(State.ADMITTED, title="Verschlossen")
    shown = given.application(State.ADMITTED, title="Offen")
    reader, colleague = given.reviewer(D, Role.OFFICE), given.reviewer(D, name="Kollegin Kurz")
    given.assign(secret, reader)
    if conflict:
        given.declare(secret, reader, conflict=True)
    client = as_(reader)

    def picker() -> str:
        page = client.get(f"/staff/applications/{shown.id}").text
        assert "Kollegin Kurz" in page
        return masked(page)

    before = picker()
    steps: list[Callable[[], object]] = [
        lambda: given.assign(secret, colleague),
        lambda: given.declare(secret, colleague),
        lambda: given.review(secret, colleague, 2, submit=False),
        lambda: given.review(secret, colleague, 2),
        lambda: given.review(secret, given.reviewer(T), 9),
    ]
    for number, step in enumerate(steps):
        step()
        assert (number, picker()) == (number, before)


def test_what_stands_in_a_picker_is_what_was_assigned(given: Given, as_: As) -> None:
    """Submitted or not: the figure does not fall when a colleague submits."""
    reviewer = given.reviewer(D, name="Kollegin Kurz")
    file, shown = given.application(State.ADMITTED), given.application(State.ADMITTED)
    given.assign(file, reviewer)
    client = as_(given.staff(Role.OFFICE, D))
    for step in (lambda: None, lambda: given.review(file, reviewer)):
        step()
        page = client.get(f"/staff/applications/{shown.id}").text
        assert re.findall(r"Kollegin Kurz · [^<]*", page) == [
            "Kollegin Kurz · Düsseldorf · 1 Antrag in diesem Förderaufruf"
        ]
