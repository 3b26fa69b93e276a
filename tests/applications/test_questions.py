"""The call's questions on the applicant's pages, in what is sealed, and beside the criteria when reviewers score."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select

from grantflow.accounts.models import Person
from grantflow.applications.models import Version
from grantflow.applications.states import State
from grantflow.calls.models import Question
from grantflow.kernel.money import eur
from grantflow.platform.db import db
from tests.applications.filling import PROJECT
from tests.conftest import opened
from tests.given import Given, written

As = Callable[[Person], FlaskClient]


def block(page: str, field: str) -> html.HtmlElement:
    """The field with its label and its hint."""
    return html.fromstring(page).get_element_by_id(field).getparent()


@pytest.mark.parametrize(
    ("language", "label", "counts", "required"),
    [
        (
            "de",
            "Was ist neu an Ihrem Projekt?",
            "Zählt für das Kriterium: Innovation",
            "Pflicht, wenn Sie mehr als 5.000,00\u00a0€ beantragen.",
        ),
        (
            "fr",
            "Qu’y a-t-il de nouveau dans votre projet\u202f?",
            "Compte pour le critère\u00a0: Innovation",
            "Obligatoire si vous demandez plus de 5\u202f000,00\u00a0€.",
        ),
    ],
)
def test_a_question_says_what_it_counts_for_and_when_it_is_required(
    given: Given, as_: As, language: str, label: str, counts: str, required: str
) -> None:
    by = given.applicant(language=language)
    small, large = given.application(by=by, asks=eur(4_800)), given.application(by=by, asks=eur(9_400))
    client = as_(by)

    its = block(client.get(f"/applications/{small.id}/project").text, "innovation")
    assert label in its.text_content()
    assert counts in its.text_content()
    assert required in its.text_content()
    assert its.find_class("kern-label__optional")
    its = block(client.get(f"/applications/{large.id}/project").text, "innovation")
    assert required not in its.text_content()
    assert not its.find_class("kern-label__optional")


def test_the_questions_of_the_call_are_the_fields_of_the_form(app: Flask, given: Given, as_: As) -> None:
    """Another wording, another length: a row, and the form, its limit and the check follow."""
    by = given.applicant()
    application = given.application(by=by)
    client, path = as_(by), f"/applications/{application.id}"
    with given.session():
        question = db.session.scalars(select(Question).where(Question.code == "equality")).unique().one()
        question.label_de, question.longest = "Wer leitet an?", 20
    form = {"equality": "Zwei Frauen und zwei Männer.", "volunteers": "12", "title": "nichts für diesen Schritt"}
    refused = client.post(f"{path}/people", data=form)
    assert refused.status_code == 422
    assert "höchstens 20" in refused.text
    assert "Wer leitet an?" in refused.text
    client.post(f"{path}/people", data={**form, "equality": "", **opened(client, f"{path}/people")})
    check = client.get(f"{path}/check").text
    assert "Bitte beantworten Sie die Frage „Wer leitet an?“." in check
    assert written(given.reload(application.id)).title != form["title"]


def test_questions_are_sealed_with_their_answers(app: Flask, given: Given) -> None:
    application = given.application(State.SUBMITTED)
    with app.app_context():
        content = db.session.scalars(select(Version.content).where(Version.application_id == application.id)).one()
    assert content
    sealed = json.loads(content)
    assert sealed["questions"]["equality"]["fr"].startswith("Comment assurez-vous")
    assert len(sealed["questions"]) == 11
    assert sealed["answers"]["equality"] == "Antwort: " + sealed["questions"]["equality"]["de"]


def test_the_answers_stand_beside_the_criterion_they_are_scored_by(given: Given, as_: As) -> None:
    application, _, french = given.in_review()
    given.declare(application, french)

    page = html.fromstring(as_(french).get(f"/review/{application.id}").text)
    beside = [its.find_class("score__answers")[0] for its in page.xpath("//*[@data-score]")]
    assert len(beside) == 11
    assert all(its.text_content().strip() for its in beside)
    equality = beside[7]
    assert "Comment assurez-vous" in equality.text_content()
    (said,) = equality.xpath(".//*[@lang]")
    assert said.get("lang") == "de"
    assert said.text_content().startswith("Antwort: Wie sorgen Sie")


def test_an_answer_left_open_says_that_it_was_not_required(given: Given, as_: As) -> None:
    by = given.applicant()
    application = given.application(by=by, asks=eur(4_800))
    client = as_(by)
    project, check = (f"/applications/{application.id}/{step}" for step in ("project", "check"))
    form = {**PROJECT, "innovation": "", **opened(client, project)}
    assert client.post(project, data=form).status_code == 302
    assert client.post(check, data=opened(client, check)).status_code == 302
    office = as_(given.office(application.lead_side))
    page = html.fromstring(office.get(f"/staff/applications/{application.id}?lang=de").text)
    (asked,) = page.xpath("//h3[.='Was ist neu an Ihrem Projekt?']")
    assert "bei diesem Betrag nicht nötig" in asked.getparent().text_content()
