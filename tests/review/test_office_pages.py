"""The pages on which offices assign, follow and compare."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select

from grantflow.accounts.models import Person
from grantflow.applications.states import State
from grantflow.kernel.parties import Party, Role, Side
from grantflow.platform.db import db
from grantflow.review.models import Assignment
from tests.given import Given

As = Callable[[Person], FlaskClient]


def test_both_reviews_side_by_side(app: Flask, given: Given, as_: As) -> None:
    application, german, french = given.in_review()
    given.review(application, german, 9, comment="Stark")
    given.review(application, french, 5, comment="Faible")
    for person in (german, french, given.office(Side.FRENCH), given.staff(Role.SIGNATORY, Party.METROPOLE)):
        page = as_(person).get(f"/review/{application.id}/comparison")
        assert page.status_code == 200
        assert page.text.count("Stark") == page.text.count("Faible") == 12
    page = as_(german).get(f"/review/{application.id}/comparison").text
    assert "Mittelwert der beiden Städte" in page
    assert "Eine dritte Bewertung ist nötig" in page


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("de", "Median der beiden Städte und der dritten Bewertung"),
        ("fr", "Médiane des deux villes et de la troisième évaluation"),
    ],
)
def test_with_a_third_review_every_page_shows_the_median_and_says_so(
    given: Given, as_: As, language: str, says: str
) -> None:
    application = given.assessed(german=9, french=5, title="Dreierlei")
    given.review(application, given.reviewer(Party.METROPOLE), 6)
    client, key = as_(given.office(Side.GERMAN)), application.id
    proposal = given.proposed(application)
    pages = (
        f"/staff/applications/{key}",
        f"/review/{key}/comparison",
        "/decisions/ranking",
        f"/decisions/files/{key}",
        f"/decisions/{proposal.id}",
    )
    for path in pages:
        text = html.fromstring(client.get(f"{path}?lang={language}").get_data()).text_content()
        assert (path, says in text, re.search(r"\b66\b", text) is not None) == (path, True, True)


def test_no_comparison_for_others(app: Flask, given: Given, as_: As) -> None:
    application = given.assessed()
    for person in (
        given.staff(Role.FINANCE, Party.DUESSELDORF),
        given.staff(Role.ADMINISTRATOR, Party.TOULOUSE),
        given.reviewer(Party.TOULOUSE),
        application.contact,
    ):
        assert as_(person).get(f"/review/{application.id}/comparison").status_code == 404


def test_an_office_assigns_and_removes(app: Flask, given: Given, as_: As) -> None:
    application = given.application(State.ADMITTED, title="Sucht Gutachten")
    reviewer = given.reviewer(Party.METROPOLE)
    client = as_(given.office(Side.FRENCH))
    assert "Sucht Gutachten" in client.get("/review/to-assign").text
    assigning = f"/review/{application.id}/assignments"
    assert client.post(assigning, data={"reviewer": str(reviewer.id)}).status_code == 302
    assert "Sucht Gutachten" not in client.get("/review/to-assign").text
    assert "Sucht Gutachten" in as_(reviewer).get("/review/").text
    with app.app_context():
        assignment_id = db.session.scalars(select(Assignment.id)).one()
    removing = f"{assigning}/{assignment_id}/removal"
    assert as_(given.office(Side.GERMAN)).post(removing).status_code == 403
    assert client.post(removing).status_code == 302
    assert client.post(removing).status_code == 404
    assert "Sucht Gutachten" not in as_(reviewer).get("/review/").text


def test_assigning_is_refused(given: Given, as_: As) -> None:
    application = given.application(State.ADMITTED)
    reviewer = given.reviewer(Party.TOULOUSE)
    path, sent = f"/review/{application.id}/assignments", {"reviewer": str(reviewer.id)}
    assert as_(given.office(Side.GERMAN)).post(path, data=sent).status_code == 403
    # Who may not know the file does not learn that it exists.
    assert as_(given.staff(Role.OFFICE, Party.METROPOLE)).post(path, data=sent).status_code == 404
    assert as_(reviewer).post(path, data=sent).status_code == 404
    client = as_(given.office(Side.FRENCH))
    assert client.post(path, data={}).status_code == 422
    assert client.post(path, data={"reviewer": "x"}).status_code == 422
    assert client.post(path, data={"reviewer": str(application.contact_id)}).status_code == 403
    assert client.get("/review/to-assign").status_code == 200
    assert as_(reviewer).get("/review/to-assign").status_code == 403


def test_one_office_proposes_the_third_reviewer_and_the_other_confirms(given: Given, as_: As) -> None:
    application, third = given.assessed(german=9, french=5), given.reviewer(Party.METROPOLE, name="Dritte Person")
    german, french = as_(given.office(Side.GERMAN)), as_(given.office(Side.FRENCH))
    page, path, sent = (
        f"/staff/applications/{application.id}",
        f"/review/{application.id}/third",
        {"reviewer": third.id},
    )
    for client, need in ((german, "Dritte Gutachterin oder dritten Gutachter vorschlagen"), (french, "Proposer")):
        assert need in client.get("/review/to-assign").text
    assert german.post(path, data={}).status_code == 422
    assert as_(given.staff(Role.OFFICE, Party.METROPOLE)).post(path, data=sent).status_code == 404
    assert german.post(path, data=sent).status_code == 302
    assert "Das Büro Düsseldorf schlägt Dritte Person (Toulouse Métropole) vor." in german.get(page).text
    assert f'action="{path}/confirmation"' not in german.get(page).text
    assert german.post(f"{path}/confirmation", data=sent).status_code == 403
    assert f'action="{path}/confirmation"' in french.get(page).text
    assert "Confirmer" in french.get("/review/to-assign").text
    assert french.post(f"{path}/confirmation", data=sent).status_code == 302
    assert french.post(f"{path}/confirmation", data=sent).status_code == 409
    for client in (german, french):
        assert "Dritte Person" in client.get(page).text
    assert application.title in as_(third).get("/review/").text


def test_the_board_shows_progress_and_never_points(app: Flask, given: Given, as_: As) -> None:
    application, german, _ = given.in_review()
    given.review(application, german, 7, comment="Verdeckter Kommentar")
    for side in Side:
        page = as_(given.office(side)).get(f"/staff/applications/{application.id}").text
        assert german.name in page
        assert "Verdeckter Kommentar" not in page
        assert not re.search(r"\b77\b", re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", page))
