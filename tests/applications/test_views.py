"""The pages: one way through, refusals, invalid forms; and nothing is taken that was not asked for (T20)."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import html

from grantflow.accounts.models import Person
from grantflow.applications.states import Declared, State, StepName
from grantflow.kernel.money import eur
from grantflow.organisations.states import Country
from tests.applications.filling import PEOPLE, PROJECT, budget_form, dates_form, partner_form
from tests.conftest import opened
from tests.given import Given, written

As = Callable[[Person], FlaskClient]


def test_enter_in_a_field_saves_and_stays(given: Given, as_: As) -> None:
    """The hidden button before all others, which a browser presses for Enter, is ``save``."""
    by = given.applicant()
    application = given.application(by=by)
    client, path = as_(by), f"/applications/{application.id}/dates"
    [default, *_] = html.fromstring(client.get(path).text).xpath("//button[@form='page-form']")
    pressed = {default.get("name"): default.get("value")}
    answer = client.post(path, data={**dates_form(), "ends_on": "", **opened(client, path), **pressed})
    assert (answer.status_code, answer.location) == (302, path)
    assert written(given.reload(application.id)).ends_on is None


def test_from_an_empty_list_to_the_receipt(given: Given, as_: As) -> None:
    """The whole way through the pages, in German."""
    by = given.applicant()
    organisation, call = given.organisation(by), given.call()
    client = as_(by)
    assert "Sie haben noch keinen Antrag." in client.get("/applications").text
    assert client.get(f"/applications/new?call={call.code}").status_code == 200
    begun = client.post("/applications/new", data={"call": call.code, "organisation": str(organisation.id)})
    base = begun.location.removesuffix("/organisation")
    steps: list[tuple[str, dict[str, Any]]] = [
        ("partner", partner_form()),
        ("project", PROJECT),
        ("people", PEOPLE),
        ("dates", dates_form()),
        ("budget", budget_form()),
        (
            "declarations",
            {
                "codes": [
                    code.value
                    for code in Declared
                    if code not in {Declared.CER, Declared.LIABILITY, Declared.COMPETENT_BODY}
                ],
                "channel": "post",
            },
        ),
    ]
    names = [step.value for step in StepName]
    for name, form in steps:
        saved = client.post(f"{base}/{name}", data={"action": "next", **form, **opened(client, f"{base}/{name}")})
        following = names[names.index(name) + 1]
        assert (saved.status_code, saved.location) == (302, f"{base}/{following}")
    check = client.get(f"{base}/check").text
    assert "Alles ist vollständig" in check
    sent = client.post(f"{base}/check", data=opened(client, f"{base}/check"))
    assert (sent.status_code, sent.location) == (302, f"{base}/receipt")
    application = given.reload(_id(base))
    receipt = client.get(sent.location).text
    assert application.number is not None
    assert application.number in receipt
    assert application.sent
    assert application.sent.hash in receipt
    assert application.eligible_cents == eur(11_800)
    page = client.get(base).text
    assert "Eingereicht, in formaler Prüfung" in page
    assert "Sie müssen nichts tun." in page


def _id(base: str) -> Any:
    from uuid import UUID

    return UUID(base.rsplit("/", 1)[1])


class TestDrafts:
    def test_nothing_is_required_of_a_draft(self, given: Given, as_: As) -> None:
        by = given.applicant()
        application = given.application(by=by)
        client = as_(by)
        for step in ("project", "people", "dates", "declarations", "partner", "budget"):
            form = {**dict.fromkeys(PROJECT | PEOPLE | dates_form(), ""), "has_partner": "no", "action": "next"}
            path = f"/applications/{application.id}/{step}"
            assert client.post(path, data=form | opened(client, path)).status_code == 302, step
        emptied = written(given.reload(application.id))
        assert (emptied.title, emptied.theme, emptied.starts_on, emptied.partner, emptied.lines) == (
            "",
            None,
            None,
            None,
            [],
        )

    def test_sending_lists_what_is_missing(self, given: Given, as_: As) -> None:
        by = given.applicant()
        application = given.application(by=by)
        client = as_(by)
        budget, check = (f"/applications/{application.id}/{step}" for step in ("budget", "check"))
        client.post(budget, data=budget_form(own="2.300,00") | opened(client, budget))
        refused = client.post(check, data=opened(client, check))
        assert refused.status_code == 422
        assert "1 Angabe fehlt noch" in refused.text
        assert "Es fehlen 100,00\u00a0€ an Einnahmen." in refused.text
        assert given.reload(application.id).state is State.DRAFT

    def test_unreadable_entries_stay_on_the_page(self, given: Given, as_: As) -> None:
        by = given.applicant()
        application = given.application(by=by)
        client = as_(by)
        for step, field, typed in (
            ("dates", "starts_on", "31.02.2027"),
            ("people", "volunteers", "viele"),
            ("budget", "requested", "neuntausend"),
            ("partner", "email", "castan at example"),
        ):
            form = partner_form() if step == "partner" else {}
            answer = client.post(f"/applications/{application.id}/{step}", data={**form, field: typed})
            assert answer.status_code == 422, step
            assert f'value="{typed}"' in answer.text
            assert 'id="error-summary"' in answer.text

    def test_switching_the_language_keeps_what_was_typed(self, given: Given, as_: As) -> None:
        by = given.applicant()
        application = given.application(by=by)
        client = as_(by)
        answer = client.post(
            f"/applications/{application.id}/project", data={**PROJECT, "title": "Ungespeichert", "_language": "fr"}
        )
        assert answer.status_code == 200
        assert 'value="Ungespeichert"' in answer.text
        assert "Enregistrer et continuer" in answer.text
        assert "error-summary" not in answer.text
        assert given.reload(application.id).title != "Ungespeichert"

    def test_stopping_for_now_saves(self, given: Given, as_: As) -> None:
        by = given.applicant()
        application = given.application(by=by)
        client, path = as_(by), f"/applications/{application.id}/project"
        answer = client.post(path, data={**PROJECT, "action": "later", **opened(client, path)})
        assert answer.location == f"/applications/{application.id}"
        assert written(given.reload(application.id)).title == PROJECT["title"]

    def test_one_step_back_saves_too(self, given: Given, as_: As) -> None:
        by = given.applicant()
        application = given.application(by=by)
        client, path = as_(by), f"/applications/{application.id}"
        typed = {**PROJECT, "title": "Zurück mit Gepäck", "action": "back"}
        answer = client.post(f"{path}/project", data=typed | opened(client, f"{path}/project"))
        assert answer.location == f"{path}/partner"
        assert written(given.reload(application.id)).title == "Zurück mit Gepäck"
        stays = client.post(f"{path}/people", data={**PEOPLE, "volunteers": "viele", "action": "back"})
        assert stays.status_code == 422
        assert 'value="viele"' in stays.text
        for step in ("partner", "project", "people", "dates", "budget", "declarations"):
            page = client.get(f"{path}/{step}").text
            assert 'name="action" value="back"' in page, step
            assert page.index('value="next"') < page.index('value="later"') < page.index('value="back"'), step

    def test_beside_an_error_nothing_typed_is_called_missing(self, given: Given, as_: As) -> None:
        by = given.applicant()
        organisation, call = given.organisation(by), given.call()
        client = as_(by)
        begun = client.post("/applications/new", data={"call": call.code, "organisation": str(organisation.id)})
        path = begun.location.replace("/organisation", "/people")
        assert "Hier fehlen noch" in client.get(path).text
        refused = client.post(path, data={**PEOPLE, "volunteers": "viele"})
        assert refused.status_code == 422
        assert "Hier fehlen noch" not in refused.text

    @pytest.mark.parametrize(
        ("language", "length", "hint"),
        [
            ("de", "Dieser Text hat 3.001 Zeichen, möglich sind höchstens 3.000.", "Höchstens 120 Zeichen."),
            (
                "fr",
                "Ce texte compte 3\u202f001 caractères, le maximum est de 3\u202f000.",
                "120 caractères au maximum.",
            ),
        ],
    )
    def test_a_text_that_is_too_long_is_kept_whole(
        self, given: Given, as_: As, language: str, length: str, hint: str
    ) -> None:
        by = given.applicant(language=language)
        application = given.application(by=by)
        client, path = as_(by), f"/applications/{application.id}/project"
        page = client.get(path).text
        assert hint in page
        assert "maxlength" not in page.partition('id="page-form"')[2].partition("</form>")[0]
        refused = client.post(path, data={**PROJECT, "title": "t" * 121, "summary": "x" * 3001})
        assert refused.status_code == 422
        assert length in refused.text
        assert "t" * 121 in refused.text
        assert "x" * 3001 in refused.text

    def test_a_partner_is_always_from_the_other_country(self, given: Given, as_: As) -> None:
        by = given.applicant(Country.FRANCE)
        application = given.application(by=by, country=Country.FRANCE)
        form = partner_form(country="FR")
        client, path = as_(by), f"/applications/{application.id}/partner"
        client.post(path, data=form | opened(client, path))
        partner = written(given.reload(application.id)).partner
        assert partner is not None
        assert (partner.name, partner.country) == (form["name"], Country.GERMANY)

    @pytest.mark.parametrize(
        ("language", "word"), [("de", "in derselben Dienststelle"), ("fr", "dans le même service")]
    )
    def test_only_the_same_department_is_kept_from_assessing(
        self, given: Given, as_: As, language: str, word: str
    ) -> None:
        """R8 and R9: a reviewer of each city is needed, whoever runs the partner."""
        by = given.applicant()
        application = given.application(by=by)
        assert word in as_(by).get(f"/applications/{application.id}/partner?lang={language}").text
