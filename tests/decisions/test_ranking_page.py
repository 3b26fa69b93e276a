"""The ranking: who sees it, in which order, at what cost."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grantflow.accounts.models import Person
from grantflow.applications.models import Application
from grantflow.applications.states import State
from grantflow.kernel import clock
from grantflow.kernel.money import eur
from grantflow.kernel.parties import Party, Role, Side
from grantflow.platform.db import db
from grantflow.review.models import Assignment
from grantflow.seats.states import Conflict
from tests.counting import counted
from tests.crowd import many
from tests.given import Given

D, T = Party.DUESSELDORF, Party.TOULOUSE
As = Callable[[Person], FlaskClient]


def exclude(app: Flask, application: Application, person: Person) -> None:
    with app.app_context():
        db.session.add(
            Assignment(
                application_id=application.id,
                reviewer_id=person.id,
                party=person.party,
                assigned_by=person.id,
                assigned_at=clock.now(),
                conflict=Conflict.DECLARED,
                declared_at=clock.now(),
            )
        )
        db.session.commit()


def test_the_ranking_orders_files_and_draws_the_line(app: Flask, given: Given, as_: As):
    for title, points, asks in (
        ("Dritte", 7, 4_000),
        ("Erste", 10, 50_000),
        ("Zweite", 9, 50_000),
        ("Vierte", 2, 4_000),
    ):
        given.assessed(points, points, title=title, asks=eur(asks), costs=eur(asks * 2))
    given.assessed(8, 8, title="Passt nicht", asks=eur(40_000), costs=eur(80_000))
    page = as_(given.office(Side.GERMAN)).get("/decisions/ranking?lang=de").get_data(as_text=True)
    places = [
        page.index(word)
        for word in ("Erste", "Zweite", "Bis hier reichen die Mittel", "Passt nicht", "Dritte", "Vierte")
    ]
    assert places == sorted(places)
    assert "danach bleiben 20.000,00\xa0€" in page
    assert "Unter dem Minimum" in page


@pytest.mark.parametrize("role", [Role.FINANCE, Role.ADMINISTRATOR, Role.REVIEWER])
def test_nobody_else_sees_a_score(given: Given, as_: As, role: Role):
    proposal = given.proposed()
    client = as_(given.staff(role, D))
    assert client.get("/decisions/ranking").status_code == 403
    assert client.get("/decisions/to-sign").status_code == 403
    assert client.get(f"/decisions/{proposal.id}").status_code == 404
    assert client.get(f"/decisions/files/{proposal.application_id}").status_code == 404


def test_a_declared_conflict_leaves_no_trace_of_the_file(app: Flask, given: Given, as_: As):
    given.assessed(title="Offen")
    closed = given.assessed(9, 9, title="Verschlossen")
    jean = given.signatory(T)
    exclude(app, closed, jean)
    client = as_(jean)
    before = client.get("/decisions/ranking?lang=fr").get_data(as_text=True)
    assert "Verschlossen" not in before
    assert "Vous ne participez pas à l’examen de 1 dossier" in before
    # Whatever happens to the file, the ranking of the excluded stays the same to the byte (T13).
    proposal = given.proposed(closed)
    after = client.get("/decisions/ranking?lang=fr").get_data(as_text=True)
    assert masked(after) == masked(before)
    for path in (
        f"/decisions/{proposal.id}",
        f"/decisions/{proposal.id}/letters/toulouse",
        f"/decisions/files/{closed.id}",
    ):
        assert client.get(path).status_code == 404
    assert "Verschlossen" not in client.get("/decisions/to-sign").get_data(as_text=True)


def masked(html: str) -> str:
    return re.sub(r'(name="csrf_token"[^>]*value=")[^"]*', r"\1", html)


def test_the_ranking_costs_the_same_among_60_and_300(given: Given, as_: As):
    client = as_(given.office(Side.GERMAN))
    costs = []
    with clock.frozen(clock.now()):  # "last seen" is noted once a minute, by a statement of its own
        for more in (60, 240):
            many(given, more, State.ASSESSED)
            assert client.get("/decisions/ranking").status_code == 200
            with counted() as cost:
                client.get("/decisions/ranking")
            costs.append((cost.sql, cost.rows))
    assert costs[0] == costs[1]
    assert costs[1][0] <= 8, cost.statements
    assert costs[1][1] <= 120


def test_ranking_pages_by_keyset(given: Given, as_: As, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("grantflow.decisions.queries.ranks.PAGE", 2)
    for points in (9, 8, 7):
        given.assessed(points, points, title=f"Punkte {points}", asks=eur(4_000), costs=eur(5_000))
    client = as_(given.office(Side.GERMAN))
    first = client.get("/decisions/ranking?lang=de").get_data(as_text=True)
    assert ("Punkte 9" in first, "Punkte 7" in first) == (True, False)
    link = next(part for part in first.split('"') if "after=" in part).replace("&amp;", "&")
    second = client.get(link).get_data(as_text=True)
    assert ("Punkte 9" in second, "Punkte 7" in second, "Rang 3 bis 3" in second) == (False, True, True)
    assert client.get("/decisions/ranking?after=nonsense").status_code == 200
    assert client.get("/decisions/ranking?call=99-9").status_code == 404
