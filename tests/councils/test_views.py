"""The councils' dates: kept by their own office, and what follows from them on the pages of a file."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from grantflow.accounts.models import Person
from grantflow.applications import queries as applications
from grantflow.applications.states import State
from grantflow.audit.models import Entry
from grantflow.councils import service
from grantflow.councils.models import Sitting
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, IllegalStep
from grantflow.kernel.parties import Party, Role, Side
from grantflow.platform.db import db
from tests.counting import counted
from tests.crowd import many
from tests.given import Given

As = Callable[[Person], FlaskClient]
D, T, M = Party.DUESSELDORF, Party.TOULOUSE, Party.METROPOLE


def sittings(given: Given, *ahead: int, parties: tuple[Party, ...] = (D, T, M)) -> None:
    """A sitting of each council in so many days, with its papers ten days before."""
    with given.session():
        for days in ahead:
            day = clock.today() + timedelta(days=days)
            db.session.add_all(
                Sitting(party=party, meets_on=day, papers_by=day - timedelta(days=10)) for party in parties
            )


def typed(party: Party, meets: int, papers: int) -> dict[str, str]:
    days = {"meets_on": meets, "papers_by": papers}
    return {"party": party, **{name: (clock.today() + timedelta(days=its)).isoformat() for name, its in days.items()}}


def test_an_office_keeps_the_dates_of_its_own_side_and_they_stand_on_the_trail(
    app: Flask, given: Given, as_: As
) -> None:
    german, french = as_(given.office(Side.GERMAN)), as_(given.office(Side.FRENCH))
    assert german.post("/staff/councils/", data=typed(D, 40, 30)).status_code == 302
    assert french.post("/staff/councils/", data=typed(M, 41, 30)).status_code == 302
    assert german.post("/staff/councils/", data=typed(T, 40, 30)).status_code == 422
    again = german.post("/staff/councils/?lang=de", data=typed(D, 40, 30))
    assert again.status_code == 422
    assert "bereits eingetragen" in again.text
    late = german.post("/staff/councils/?lang=de", data=typed(D, 40, 45))
    assert "spätestens am Tag der Sitzung" in late.text
    with app.app_context():
        found = {its.party: its.id for its in db.session.scalars(select(Sitting))}
        assert set(found) == {D, M}
        assert set(db.session.scalars(select(Entry.action))) >= {"sitting_entered"}
    assert german.post(f"/staff/councils/{found[M]}/removal").status_code == 403
    assert french.post(f"/staff/councils/{found[M]}/removal").status_code == 302
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Sitting)) == 1
    assert as_(given.signatory(D)).get("/staff/councils/").status_code == 200
    assert as_(given.reviewer(D)).get("/staff/councils/").status_code == 403


@pytest.mark.parametrize(("role", "party"), [(Role.OFFICE, T), (Role.SIGNATORY, D), (Role.ADMINISTRATOR, D)])
def test_nobody_else_enters_a_sitting(app: Flask, given: Given, role: Role, party: Party) -> None:
    with app.app_context(), pytest.raises(Forbidden):
        service.schedule(D, clock.today(), clock.today(), by=given.staff(role, party))


def test_a_sitting_that_is_over_stays(app: Flask, given: Given) -> None:
    sittings(given, -3, parties=(D,))
    with app.app_context(), pytest.raises(IllegalStep):
        service.remove(db.session.scalars(select(Sitting)).one(), by=given.office(Side.GERMAN))


def test_the_applicant_is_told_one_day_and_nothing_of_the_deliberation_moves_it(given: Given, as_: As) -> None:
    by = given.applicant()
    file = given.application(State.SUBMITTED, by=by)
    page = as_(by).get(f"/applications/{file.id}?lang=de").text
    assert "sobald die Sitzungen der Räte bekannt sind" in page
    sittings(given, 60, 90)
    with given.session():
        told = applications.promised(given.reload(file.id))
    assert told
    assert told.on == clock.today() + timedelta(days=60 + 7)
    assert "Sie haben die Entscheidung bis zum" in as_(by).get(f"/applications/{file.id}?lang=de").text
    with given.session():
        # The check takes so long that the papers of the first sitting are missed: another day, and why.
        with clock.frozen(clock.now() + timedelta(days=20)):
            late = applications.promised(given.reload(file.id))
        with clock.frozen(clock.now() + timedelta(days=68)):
            over = applications.promised(given.reload(file.id))
    assert late
    assert over
    assert (late.on, late.broken, late.has_passed) == (told.on + timedelta(days=30), told.on, False)
    # Still unchecked after the day: no sitting that is known takes its papers any more.
    assert (over.on, over.broken, over.has_passed) == (None, told.on, True)


def test_offices_find_what_comes_too_late(app: Flask, given: Given, as_: As) -> None:
    sittings(given, 60, 120)
    late = given.application(State.SUBMITTED, title="Zu früh am Start", starts_in=50)
    fine = given.application(State.SUBMITTED, title="Rechtzeitig", starts_in=140)
    office = given.office(Side.GERMAN)
    client = as_(office)
    assert "state=late" in client.get("/home").text
    page = client.get("/staff/applications?lang=de&state=late").text
    assert late.number in page
    assert fine.number not in page
    assert "zu spät" in page
    with app.app_context():
        counts = applications.late_counts(office, Side.GERMAN, [fine.call_id])
    assert counts == {fine.call_id: 1}
    assert "Kein Termin" not in client.get(f"/staff/applications/{fine.id}?lang=de").text
    assert "Rechtzeitig zum Projektbeginn" in client.get(f"/staff/applications/{fine.id}?lang=de").text
    assert "keine Sitzung der Räte bekannt" in client.get(f"/staff/applications/{late.id}?lang=de").text


def test_late_files_among_300_cost_what_they_cost_among_30(given: Given, as_: As) -> None:
    sittings(given, 60, 120)
    client, costs = as_(given.office(Side.GERMAN)), []
    for more in (60, 240):
        many(given, more)
        client.get("/staff/applications?state=late")
        with counted() as cost:
            client.get("/home")
            client.get("/staff/applications?state=late")
        costs.append((cost.sql, cost.rows))
    assert costs[0] == costs[1]
