"""Several calls at once: money, numbers, ranks and counts of two calls never mix, and every list chooses its call."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grantflow.accounts.models import Person
from grantflow.applications import queries as applications
from grantflow.applications import service
from grantflow.applications.models import Application
from grantflow.applications.states import State
from grantflow.calls import queries, rules
from grantflow.dashboard.queries import agendas
from grantflow.decisions import queries as decisions
from grantflow.kernel.money import eur
from grantflow.kernel.parties import Party, Role, Side
from grantflow.platform.db import db
from tests.another import another_call
from tests.counting import counted
from tests.crowd import many
from tests.given import Given

As = Callable[[Person], FlaskClient]
FIRST, SECOND = "27-1", "27-2"


@dataclass(frozen=True)
class Named:
    code: str
    id: UUID


OLD, NEW = Named(FIRST, uuid4()), Named(SECOND, uuid4())


@pytest.mark.parametrize(
    ("code", "work", "shown"),
    [
        (None, {}, NEW),
        (None, {OLD: 3}, OLD),
        (None, {OLD: 3, NEW: 1}, NEW),
        (None, {OLD: 3, NEW: 0}, OLD),
        (FIRST, {NEW: 5}, OLD),
        ("99-9", {OLD: 1}, OLD),
    ],
)
def test_a_list_shows_the_call_of_its_address_else_the_latest_with_work_else_the_latest(
    code: str | None, work: dict[Named, int], shown: Named
) -> None:
    assert rules.chosen([NEW, OLD], code, {call.id: count for call, count in work.items()}) is shown


def test_no_call_has_opened() -> None:
    assert rules.chosen([], FIRST, {}) is None


def pots(given: Given, code: str) -> list[tuple[int, int, int]]:
    return [
        (its.limit_cents, its.committed_cents, its.reserved_cents) for its in queries.envelopes(given.call(code).id)
    ]


def test_the_money_of_one_call_never_moves_the_other(app: Flask, given: Given) -> None:
    with app.app_context():
        another_call(given)
        untouched = pots(given, FIRST)
        proposal = given.proposed(given.assessed(call=SECOND))
        assert sum(reserved for *_, reserved in pots(given, SECOND)) == eur(9_400)
        assert pots(given, FIRST) == untouched
        given.decided(proposal)
        assert sum(committed for _, committed, _ in pots(given, SECOND)) == eur(9_400)
        assert pots(given, FIRST) == untouched

        office = given.office(Side.GERMAN)
        first, second = (decisions.ranking(office, code) for code in (FIRST, SECOND))
        assert first
        assert second
        assert (first.committed, second.committed) == (0, eur(9_400))
        assert first.rows == []


def test_each_call_counts_its_numbers_its_files_and_its_ranks(app: Flask, given: Given) -> None:
    with app.app_context():
        another_call(given)
        sent = [given.application(State.SUBMITTED, call=code) for code in (FIRST, SECOND, SECOND, FIRST, SECOND)]
        assert [file.number for file in sent] == [
            *("DT-27-1-001", "DT-27-2-001", "DT-27-2-002", "DT-27-1-002", "DT-27-2-003"),
        ]
        office = given.office(Side.GERMAN)
        counts = applications.counts(office, Side.GERMAN)
        assert {call: counts[given.call(call).id] for call in (FIRST, SECOND)} == {
            FIRST: {State.SUBMITTED: 2},
            SECOND: {State.SUBMITTED: 3},
        }
        ranked = {code: given.assessed(points, points, call=code) for code, points in ((FIRST, 9), (SECOND, 7))}
        for code, file in ranked.items():
            found = decisions.ranking(office, code)
            assert found
            assert [(row.rank, row.application_id) for row in found.rows] == [(1, file.id)]
            listed = applications.staff_page(office, applications.Wanted(call_id=file.call_id)).rows
            assert {row.call_id for row in listed} == {file.call_id}

        todo = {its.call and its.call.code: its.tasks for its in agendas(office, queries.begun())}
        assert {code: [task.count for task in tasks] for code, tasks in todo.items()} == {SECOND: [3, 1], FIRST: [2, 1]}
        assert all(task.arguments["call"] == code for code, tasks in todo.items() for task in tasks)


def test_a_project_may_stand_in_two_calls_and_the_offices_are_told(app: Flask, given: Given) -> None:
    with app.app_context():
        another_call(given)
        by = given.applicant()
        organisation = given.organisation(by)

        def sent(code: str) -> Application:
            return given.application(State.SUBMITTED, by=by, organisation=organisation, title="Tatami", call=code)

        one, other = sent(FIRST), sent(SECOND)
        assert (one.number, other.number) == ("DT-27-1-001", "DT-27-2-001")
        found = applications.lookalikes(given.office(Side.GERMAN), other)
        assert [(its.number, its.same_title) for its in found] == [("DT-27-1-001", True)]
        service.withdraw(one, by=by)
        assert applications.lookalikes(given.office(Side.GERMAN), other) == []


def tabs(page: str) -> bool:
    return 'aria-label="Förderaufrufe"' in page


PAGES = {
    "/staff/applications": Role.OFFICE,
    "/review/": Role.REVIEWER,
    "/review/to-assign": Role.OFFICE,
    "/decisions/ranking": Role.OFFICE,
    "/decisions/to-sign": Role.SIGNATORY,
    "/finance/letters": Role.FINANCE,
}


@pytest.mark.parametrize(("path", "role"), PAGES.items())
def test_every_list_says_its_call_and_leads_to_the_others_where_there_are_any(
    given: Given, as_: As, path: str, role: Role
) -> None:
    client = as_(given.staff(role, Party.DUESSELDORF))
    assert not tabs(client.get(f"{path}?lang=de").text)
    another_call(given)
    latest, earlier = client.get(f"{path}?lang=de").text, client.get(f"{path}?lang=de&call={FIRST}").text
    for page, title, other in ((latest, "Aufruf 27-2", FIRST), (earlier, given.call().title_de, SECOND)):
        assert tabs(page)
        assert title in page[page.index("<h1") : page.index("</h1>")]
        assert f"{path}?call={other}" in page


def test_the_staff_list_keeps_its_call_through_pages_filters_and_search(given: Given, as_: As) -> None:
    another_call(given)
    many(given, 60)
    many(given, 60, code=SECOND)
    lost = given.application(State.SUBMITTED, title="Nur im ersten Aufruf")
    client = as_(given.office(Side.GERMAN))
    page = client.get(f"/staff/applications?lang=de&call={FIRST}&side=german").text
    assert f'<input type="hidden" name="call" value="{FIRST}">' in page
    assert "DT-27-2-" not in page
    following = page[page.index('rel="next" href="') :].split('"')[3].replace("&amp;", "&")
    assert f"call={FIRST}" in following
    assert "side=german" in following
    assert "DT-27-2-" not in client.get(following).text
    # What is looked for in the wrong call is not lost.
    nowhere = client.get(f"/staff/applications?lang=de&call={SECOND}&q=ersten+Aufruf").text
    assert lost.number not in nowhere
    assert "1 Treffer im Förderaufruf 27-1" in nowhere
    assert lost.number in client.get(f"/staff/applications?call={FIRST}&q=ersten+Aufruf").text


def test_two_calls_of_300_files_cost_what_two_of_30_cost(given: Given, as_: As) -> None:
    another_call(given)
    client, costs = as_(given.office(Side.GERMAN)), []
    paths = "/staff/applications", "/decisions/ranking", "/home"
    for more in (60, 240):
        for code in (FIRST, SECOND):
            many(given, more, State.ASSESSED, code)
        for path in paths:
            client.get(path)
        costs.append([])
        for path in paths:
            with counted() as cost:
                client.get(path)
            costs[-1].append((cost.sql, cost.rows))
    assert costs[0] == costs[1]
    assert all(sql <= most for (sql, _), most in zip(costs[1], (7, 9, 10), strict=True)), costs


def test_applicants_find_the_files_of_both_calls_by_call(given: Given, as_: As) -> None:
    by = given.applicant()
    organisation = given.organisation(by)
    given.application(by=by, organisation=organisation, title="Im ersten")
    assert "<h2>" not in as_(by).get("/applications").text
    another_call(given)
    given.application(by=by, organisation=organisation, title="Im zweiten", call=SECOND, asks=eur(4_000))
    page = as_(by).get("/applications?lang=de").text
    order = [page.index(words) for words in ("<h2>Aufruf 27-2", "Im zweiten", given.call().title_de, "Im ersten")]
    assert order == sorted(order)


def test_the_start_page_says_of_which_call_it_tells_amounts(client: FlaskClient, given: Given) -> None:
    assert "Im Förderaufruf" not in client.get("/?lang=de").text
    made = another_call(given)
    with given.session():
        category = db.session.merge(made).categories[0]
        category.up_to_cents = eur(4_321)
    for code, title, told in ((FIRST, given.call().title_de, False), (SECOND, made.title_de, True)):
        page = client.get(f"/?lang=de&call={code}").text
        assert f"Im Förderaufruf „{title}“." in page
        assert ("4.321" in page) is told
        assert f"/applications/new?call={code}" in page or "/register" in page


def test_a_closed_call_stays_in_reach(client: FlaskClient, given: Given) -> None:
    first = given.call()
    assert "Abgeschlossene Förderaufrufe" not in client.get("/calls?lang=de").text
    another_call(given, "26-1", opens_at=first.opens_at.replace(year=2025), closes_at=first.opens_at)
    page = client.get("/calls?lang=de").text
    assert page.index(first.title_de) < page.index("Abgeschlossene Förderaufrufe") < page.index("Aufruf 26-1")
    assert client.get("/calls/26-1").status_code == 200
