"""The pages: one happy way, one refusal, one invalid form per route, and what no page may betray."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from grantflow.accounts.models import Person
from grantflow.applications.states import State
from grantflow.kernel.parties import Party, Role, Side
from grantflow.platform.db import db
from grantflow.review.models import Assessment, Assignment
from grantflow.seats.states import Conflict
from tests.given import Given, written

from .looking import masked

As = Callable[[Person], FlaskClient]
#: What the page of an assessment that was never saved says of itself.
FIRST = "1.0.page"


def answers(**changes: Any) -> dict[str, Any]:
    """A complete assessment as the form sends it."""
    full = {f"points_{n}": "8" for n in range(1, 12)} | {f"comment_{n}": f"Grund {n}" for n in range(1, 12)}
    end = {"recommended": "9.400,00", "comment": "Insgesamt gut.", "action": "submit", "seen": FIRST}
    return {**full, **end, **changes}


def assessment_of(app: Flask, reviewer: Person) -> Assessment | None:
    with app.app_context():
        query = select(Assessment).join(Assessment.assignment).where(Assignment.reviewer_id == reviewer.id)
        query = query.options(contains_eager(Assessment.assignment))
        return db.session.scalar(query)


def test_the_queue_shows_files_to_declare_to_review_and_submitted(app: Flask, given: Given, as_: As) -> None:
    reviewer = given.reviewer(Party.DUESSELDORF)
    files = [given.application(State.ADMITTED, title=f"Antrag {name}") for name in ("neu", "offen", "fertig")]
    for file in files:
        given.assign(file, reviewer)
    given.declare(files[1], reviewer)
    given.review(files[2], reviewer)
    page = as_(reviewer).get("/review/").text
    assert [title for title in ("Antrag neu", "Antrag offen", "Antrag fertig") if title not in page] == []
    assert page.index("Bitte zuerst die Befangenheit klären") < page.index("Antrag neu") < page.index("Zu bewerten")
    assert page.index("Zu bewerten") < page.index("Antrag offen") < page.index("Antrag fertig")
    assert "1 von 3" in page


def test_an_empty_queue_says_so(given: Given, as_: As) -> None:
    assert "Zurzeit haben Sie keine Aufgaben." in as_(given.reviewer(Party.DUESSELDORF)).get("/review/").text


def test_only_reviewers_have_a_queue(given: Given, as_: As, client: FlaskClient) -> None:
    assert as_(given.office(Side.GERMAN)).get("/review/").status_code == 403
    assert client.get("/review/").status_code == 302


def test_submitted_reviews_are_paged(given: Given, as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grantflow.review.queries.scoring.PAGE", 3)
    reviewer = given.reviewer(Party.DUESSELDORF)
    titles = [f"Projekt Nr {n:02}" for n in range(5)]
    for title in titles:
        given.review(given.application(State.ADMITTED, title=title), reviewer)
    client = as_(reviewer)
    first = client.get("/review/").text
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older
    second = client.get(older[1].replace("&amp;", "&")).text
    assert [t for t in titles if t in first] == titles[2:]
    assert [t for t in titles if t in second] == titles[:2]


def test_the_gate_shows_names_only(given: Given, as_: As) -> None:
    application, german, _ = given.in_review()
    client = as_(german)
    assert client.get(f"/review/{application.id}").headers["Location"].endswith("/declaration")
    page = client.get(f"/review/{application.id}/declaration").text
    assert application.lead_name in page
    assert application.partner_name in page
    for hidden in ("9.400", written(application).summary, application.contact.name):
        assert hidden not in page


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({}, "Bitte wählen Sie"),
        ({"conflict": "yes"}, "worin die Befangenheit besteht"),
        ({"conflict": "no"}, "vertraulich behandeln"),
    ],
)
def test_an_incomplete_declaration(given: Given, as_: As, sent: dict[str, str], says: str) -> None:
    application, german, _ = given.in_review()
    answer = as_(german).post(f"/review/{application.id}/declaration", data=sent)
    assert answer.status_code == 422
    assert says in answer.text


def test_declaring_opens_the_file(given: Given, as_: As) -> None:
    application, german, _ = given.in_review()
    client = as_(german)
    answer = client.post(f"/review/{application.id}/declaration", data={"conflict": "no", "confidential": "y"})
    assert answer.status_code == 302
    page = client.get(answer.headers["Location"])
    assert page.status_code == 200
    assert written(application).summary in page.text


def test_a_conflict_closes_every_channel_at_the_next_request(given: Given, as_: As) -> None:
    application = given.application(State.ADMITTED, title="Gesperrter Antrag")
    both = given.reviewer(Party.DUESSELDORF, Role.OFFICE, Role.SIGNATORY)
    given.declare(application, both)
    client = as_(both)
    paths = [f"/review/{application.id}{rest}" for rest in ("", "/declaration", "/comparison")]
    assert [client.get(path).status_code for path in paths] == [200, 200, 404]
    answer = client.post(paths[1], data={"conflict": "yes", "reason": "Mein Verein"})
    assert answer.headers["Location"] == "/review/"
    given.review(application, given.reviewer(Party.DUESSELDORF))
    given.review(application, given.reviewer(Party.TOULOUSE))
    nowhere = "00000000-0000-4000-8000-000000000000"
    for path in paths:
        closed, missing = client.get(path), client.get(path.replace(str(application.id), nowhere))
        assert (closed.status_code, masked(closed.text)) == (
            404,
            masked(missing.text).replace(nowhere, str(application.id)),
        )
    assert client.post(paths[0], data=answers()).status_code == 404
    assert client.post(f"{paths[0]}/assignments", data={"reviewer": str(both.id)}).status_code == 404
    for path in ("/review/", "/review/to-assign"):
        assert "Gesperrter Antrag" not in client.get(path).text


def test_a_draft_is_saved_and_comes_back(app: Flask, given: Given, as_: As) -> None:
    application, german, _ = given.in_review()
    given.declare(application, german)
    client = as_(german)
    sent = {"points_1": "7", "comment_2": "halb fertig", "action": "save", "seen": FIRST}
    assert client.post(f"/review/{application.id}", data=sent).status_code == 302
    page = client.get(f"/review/{application.id}").text
    assert re.search(r'name="points_1" value="7" checked', page)
    assert "halb fertig" in page
    saved = assessment_of(app, german)
    assert saved is not None
    assert (saved.assignment.is_submitted, saved.total) == (False, 7)


def test_a_draft_keeps_itself(given: Given, as_: As) -> None:
    application, german, _ = given.in_review()
    given.declare(application, german)
    answer = as_(german).post(f"/review/{application.id}", data={"points_1": "7", "action": "keep", "seen": FIRST})
    assert answer.json is not None
    assert answer.json["saved"].startswith("Gespeichert am")


def test_next_file_follows_the_queue(given: Given, as_: As) -> None:
    reviewer = given.reviewer(Party.DUESSELDORF)
    files = [given.application(State.ADMITTED) for _ in range(3)]
    for file in files:
        given.declare(file, reviewer)
    client = as_(reviewer)
    places = [client.post(f"/review/{file.id}", data={"action": "next"}).headers["Location"] for file in files]
    assert places == [f"/review/{file.id}" for file in (files[1], files[2], files[0])]


@pytest.mark.parametrize(
    "sent",
    [{"points_3": "11"}, {"points_3": "-1"}, {"points_3": "x"}, {"recommended": "viel"}, {"comment": "x" * 3001}],
)
def test_what_cannot_be_read_is_not_saved_but_stays_on_the_page(
    app: Flask, given: Given, as_: As, sent: dict[str, str]
) -> None:
    application, german, _ = given.in_review()
    given.declare(application, german)
    answer = as_(german).post(f"/review/{application.id}", data=answers(**sent))
    assert answer.status_code == 422
    assert re.search(r'name="points_1" value="8" checked', answer.text)
    assert "Grund 7" in answer.text
    assert assessment_of(app, german) is None


def test_submitting_too_early_lists_what_is_missing_and_keeps_the_scores(app: Flask, given: Given, as_: As) -> None:
    application, german, _ = given.in_review()
    given.declare(application, german)
    sent = answers(comment_4="", recommended="")
    del sent["points_11"]
    answer = as_(german).post(f"/review/{application.id}", data=sent)
    assert answer.status_code == 422
    assert re.findall(r'href="#((?:points|comment|recommended)[^"]*)"', answer.text) == [
        "comment_4",
        "points_11-0",
        "recommended",
    ]
    assert re.search(r'name="points_10" value="8" checked', answer.text)
    assert assessment_of(app, german) is None


def test_a_review_is_submitted_and_can_only_be_read(app: Flask, given: Given, as_: As) -> None:
    application, german, _ = given.in_review()
    given.declare(application, german)
    client = as_(german)
    assert client.post(f"/review/{application.id}", data=answers()).status_code == 302
    page = client.get(f"/review/{application.id}").text
    assert "Abgegeben am" in page
    assert "Grund 11" in page
    assert 'type="radio"' not in page
    assert "/comparison" not in page
    assert client.post(f"/review/{application.id}", data=answers(points_1="0")).status_code == 409
    assert client.post(f"/review/{application.id}", data=answers(action="save")).status_code == 409
    saved = assessment_of(app, german)
    assert saved is not None
    assert (saved.assignment.is_submitted, saved.total, saved.recommended_cents) == (True, 88, 940_000)


def test_only_declared_fields_are_read(app: Flask, given: Given, as_: As) -> None:
    application, german, french = given.in_review()
    given.declare(application, german)
    columns = {column.name: "1" for table in (Assessment, Assignment) for column in table.__table__.columns}
    sent = {
        **columns,
        "submitted_at": "2027-01-01",
        "conflict": "declared",
        "reviewer_id": str(french.id),
        "total": "110",
    }
    as_(german).post(f"/review/{application.id}", data={**sent, "comment": "Text", "action": "save", "seen": FIRST})
    saved = assessment_of(app, german)
    assert saved is not None
    assert (saved.assignment.is_submitted, saved.total, saved.comment) == (False, 0, "Text")
    with app.app_context():
        conflicts = dict(db.session.execute(select(Assignment.reviewer_id, Assignment.conflict)).all())
    assert conflicts == {german.id: Conflict.NONE, french.id: Conflict.UNDECLARED}


@pytest.mark.parametrize(
    ("language", "question", "confirm"),
    [
        (
            "de",
            "bei diesem Antrag befangen? Bitte",
            "Bitte bestätigen Sie, dass Sie den Antrag vertraulich behandeln.</a>",
        ),
        ("fr", "dans ce dossier\u202f? ", "</a>"),
    ],
)
def test_the_summary_of_errors_reads_like_sentences(
    given: Given, as_: As, language: str, question: str, confirm: str
) -> None:
    """No colon after a question; the words beside a box are not said again."""
    application, german, _ = given.in_review()
    client, path = as_(german), f"/review/{application.id}/declaration?lang={language}"
    unanswered = client.post(path, data={}).text.split('id="error-summary"')[1].split("</ul>")[0]
    assert question in unanswered
    unconfirmed = client.post(path, data={"conflict": "no"}).text.split('id="error-summary"')[1].split("</ul>")[0]
    assert confirm in unconfirmed
    assert "(" not in unconfirmed


def test_switching_the_language_keeps_what_was_typed(app: Flask, given: Given, as_: As) -> None:
    application, german, _ = given.in_review()
    given.declare(application, german)
    sent = {"points_1": "9", "comment_1": "Noch nicht gespeichert", "action": "submit", "_language": "fr"}
    answer = as_(german).post(f"/review/{application.id}", data=sent)
    assert answer.status_code == 200
    assert "Noch nicht gespeichert" in answer.text
    assert "Accessibilité" in answer.text
    assert "error-summary" not in answer.text
    assert assessment_of(app, german) is None


def test_nobody_else_opens_a_reviewers_grid(given: Given, as_: As) -> None:
    application, german, _ = given.in_review()
    given.declare(application, german)
    assert as_(given.reviewer(Party.DUESSELDORF)).get(f"/review/{application.id}").status_code == 404
    for person in (given.office(Side.GERMAN), given.staff(Role.SIGNATORY, Party.TOULOUSE), application.contact):
        assert as_(person).get(f"/review/{application.id}").status_code == 404
