"""The pages: one way through, refusals, invalid forms; and nothing is taken that was not asked for (T20)."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import html
from markupsafe import escape

from grantflow.accounts.models import Person
from grantflow.applications.models import Application, Version
from grantflow.applications.states import Declared, LineKind, State, StepName
from grantflow.kernel import clock
from grantflow.kernel.money import eur
from grantflow.kernel.parties import Party, Role, Side
from grantflow.letters.states import Channel
from grantflow.organisations.states import Country, MemberRole
from grantflow.platform.db import db
from tests.conftest import opened
from tests.given import Given, written
from tests.review.looking import masked

As = Callable[[Person], FlaskClient]


def budget_form(costs: str = "11.800,00", asked: str = "9.400,00", own: str = "2.400,00") -> dict[str, str]:
    return {
        "costs-0-type": "travel",
        "costs-0-description": "28 Bahnfahrkarten",
        "costs-0-side": "german",
        "costs-0-cents": costs,
        "requested": asked,
        "incomes-0-type": "own_funds",
        "incomes-0-description": "Vereinskasse",
        "incomes-0-cents": own,
        "uses-0-type": "volunteering",
        "uses-0-description": "",
        "uses-0-cents": "",
        "sources-0-type": "volunteering",
        "sources-0-description": "",
        "sources-0-cents": "",
        "other_public_funding": "",
        "action": "next",
    }


def partner_form(**changes: str) -> dict[str, str]:
    return {
        "has_partner": "yes",
        "name": "Judo Club Toulousain",
        "kind": "association",
        "city": "Toulouse",
        "contact_name": "Élodie Castan",
        "email": "castan@example.org",
        "run_by": "",
        "role": "Beide planen gemeinsam.",
        **changes,
    }


PROJECT = {
    "title": "Tatami ohne Grenzen",
    "theme": "sport",
    "format": "group_exchange",
    "places": "Düsseldorf, Toulouse",
    "summary": "Eine Woche Training.",
    "why_two_cities": "Weil.",
    "encounter": "In Tandems.",
    "success": "Ein Turnier.",
    "innovation": "Die erste gemeinsame Woche.",
    "networking": "Zwei Schulen.",
    "visibility": "Offenes Training.",
    "environment": "Mit der Bahn.",
}
PEOPLE = {
    "participants_german": "14",
    "participants_french": "14",
    "volunteers": "12",
    "volunteer_hours": "480",
    "who_works": "Ehrenamtliche",
    "accessibility": "Alle ab 16 Jahren.",
    "diversity": "Wer noch nie in Toulouse war.",
    "equality": "Halb Frauen, halb Männer.",
    "mostly_minors": "no",
    "is_school_trip": "no",
}


def dates_form() -> dict[str, str]:
    start = clock.today() + timedelta(days=90)
    return {"starts_on": f"{start:%d.%m.%Y}", "ends_on": f"{start + timedelta(days=6):%d/%m/%Y}"}


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


class TestBudgetPage:
    def test_lines_come_and_go_without_being_saved(self, given: Given, as_: As) -> None:
        by = given.applicant()
        application = given.application(by=by)
        client, path = as_(by), f"/applications/{application.id}/budget"
        added = client.post(path, data={**budget_form(), "action": "add-costs"})
        assert added.status_code == 200
        assert 'name="costs-1-cents"' in added.text
        assert 'value="11.800,00"' in added.text
        form = {k: v for k, v in budget_form().items() if k != "action"}
        removed = client.post(path, data={**form, "remove": "costs-0"})
        assert removed.status_code == 200
        assert 'name="costs-0-cents"' not in removed.text
        assert [line.cents for line in written(given.reload(application.id)).lines if line.kind is LineKind.COST] == [
            line.cents for line in written(application).lines if line.kind is LineKind.COST
        ]

    def test_sums_follow_what_was_typed(self, given: Given, as_: As) -> None:
        by = given.applicant()
        application = given.application(by=by)
        path = f"/applications/{application.id}/budget"
        answer = as_(by).post(path, data={**budget_form(asked="9.600,00"), "action": "sums"})
        assert "Beantragen Sie höchstens 9.440,00\u00a0€." in answer.text
        assert "200,00\u00a0€" in answer.text

    def test_an_amount_that_cannot_be_read_says_so_beside_the_sums(self, given: Given, as_: As) -> None:
        """It counted 0 and nobody said so; and what saving reads, the sums read."""
        by = given.applicant()
        application = given.application(by=by)
        path = f"/applications/{application.id}/budget"
        typed = budget_form(costs="11.800,- EUR", asked="9 400,00 €", own="zweitausend")
        for wish in ({"action": "sums"}, {"action": "add-costs"}, {"action": "", "remove": "uses-0"}):
            answer = as_(by).post(path, data={**typed, **wish})
            assert answer.status_code == 200
            assert re.findall('class="kern-error" id="([^"]*)"', answer.text) == ["incomes-0-cents-error"]
            assert 'value="zweitausend"' in answer.text
            assert "11.800,00\u00a0€" in answer.text.partition('id="total-costs"')[2].partition("</")[0]
            assert "9.400,00\u00a0€" in answer.text.partition('id="total-income"')[2].partition("</")[0]
        typed["incomes-0-cents"] = "2.400,00"
        assert as_(by).post(path, data=typed | opened(as_(by), path)).status_code == 302
        assert written(given.reload(application.id)).eligible_cents == eur(11_800)

    @pytest.mark.parametrize(
        ("language", "line", "example"),
        [("de", "Einnahme 2, Betrag", "1.234,56"), ("fr", "Recette 2, montant", "1\u202f234,56")],
    )
    def test_an_error_names_its_line(self, given: Given, as_: As, language: str, line: str, example: str) -> None:
        by = given.applicant(language=language)
        application = given.application(by=by)
        second = {"incomes-1-type": "fees", "incomes-1-description": "", "incomes-1-cents": "hundert"}
        answer = as_(by).post(f"/applications/{application.id}/budget", data={**budget_form(), **second})
        assert answer.status_code == 422
        summary = answer.text.partition('id="error-summary"')[2].partition("</ul>")[0]
        assert f'href="#incomes-1-cents">{line}' in summary
        assert example in summary
        assert f'for="incomes-1-cents">{line}<' in answer.text

    def test_lines_are_counted_as_they_stand(self, given: Given, as_: As) -> None:
        by = given.applicant()
        application = given.application(by=by)
        form = {k: v for k, v in budget_form().items() if k != "action"}
        more = {"costs-1-type": "stay", "costs-1-description": "Hostel", "costs-1-side": "french", "costs-1-cents": "5"}
        removed = (
            as_(by).post(f"/applications/{application.id}/budget", data={**form, **more, "remove": "costs-0"}).text
        )
        assert 'for="costs-1-cents">Ausgabe 1, Betrag<' in removed
        assert "Ausgabe 2" not in removed

    @pytest.mark.parametrize(
        ("pressed", "focused"),
        [
            ({"action": "add-costs"}, "costs-2-type"),
            ({"action": "add-uses"}, "uses-1-type"),
            ({"remove": "costs-0"}, "costs-1-type"),
            ({"remove": "costs-1"}, "costs-0-type"),
            ({"remove": "incomes-0"}, "action=add-incomes"),
            ({"action": "sums"}, "action=sums"),
        ],
    )
    def test_the_page_goes_on_where_a_line_was_added_or_removed(
        self, given: Given, as_: As, pressed: dict[str, str], focused: str
    ) -> None:
        by = given.applicant()
        application = given.application(by=by)
        form = {k: v for k, v in budget_form().items() if k != "action"}
        more = {"costs-1-type": "stay", "costs-1-description": "Hostel", "costs-1-side": "french", "costs-1-cents": "5"}
        page = html.fromstring(
            as_(by).post(f"/applications/{application.id}/budget", data={**form, **more, **pressed}).text
        )
        [found] = page.xpath("//*[@autofocus]")
        name, _, value = focused.partition("=")
        assert found.get("name") == name
        assert found.get("value", "") == value
        # What lies in a closed part could not take it.
        assert all(part.get("open") is not None for part in found.iterancestors("details"))

    @pytest.mark.parametrize("action", ["add-", "add-costs-0", "add-__class__", "add-csrf_token"])
    def test_unknown_tables_are_nobodys(self, given: Given, as_: As, action: str) -> None:
        by = given.applicant()
        application = given.application(by=by)
        answer = as_(by).post(f"/applications/{application.id}/budget", data={**budget_form(), "action": action})
        assert answer.status_code == 200


class TestDoors:
    PATHS = ("", "/organisation", "/project", "/budget", "/check", "/receipt", "/withdraw")

    def test_invisible_is_like_missing_byte_for_byte(self, given: Given, as_: As) -> None:
        application = given.application()
        stranger = as_(given.applicant())
        for path in self.PATHS:
            hidden = stranger.get(f"/applications/{application.id}{path}")
            missing = stranger.get(f"/applications/{'0' * 8}-0000-4000-8000-{'0' * 12}{path}")
            assert hidden.status_code == missing.status_code == 404
            assert _same(hidden.text, missing.text)

    def test_offices_see_the_file_but_not_the_applicants_pages(self, given: Given, as_: As) -> None:
        application = given.application(State.SUBMITTED)
        office = as_(given.office(Side.GERMAN))
        for path in self.PATHS:
            assert office.get(f"/applications/{application.id}{path}").status_code == 403, path
        assert office.post(f"/applications/{application.id}/withdraw", data={"sure": "y"}).status_code == 403

    def test_a_sent_file_is_closed_for_writing(self, given: Given, as_: As) -> None:
        by = given.applicant()
        application = given.application(State.SUBMITTED, by=by)
        client = as_(by)
        assert client.get(f"/applications/{application.id}/project").location == f"/applications/{application.id}"
        for step in ("project", "budget", "check", "organisation"):
            assert client.post(f"/applications/{application.id}/{step}", data=PROJECT).status_code == 409, step
        assert written(given.reload(application.id)).title == written(application).title

    def test_steps_that_do_not_exist(self, given: Given, as_: As) -> None:
        by = given.applicant()
        application = given.application(by=by)
        assert as_(by).get(f"/applications/{application.id}/everything").status_code == 404

    def test_visitors_are_asked_to_sign_in(self, given: Given, client: FlaskClient) -> None:
        application = given.application()
        answer = client.get(f"/applications/{application.id}")
        assert answer.status_code == 302
        assert answer.location.startswith("/sign-in")

    def test_staff_list_is_for_offices_and_signatories(self, given: Given, as_: As) -> None:
        given.application(State.SUBMITTED)
        for role, expected in (
            (Role.OFFICE, 200),
            (Role.SIGNATORY, 200),
            (Role.REVIEWER, 403),
            (Role.FINANCE, 403),
            (Role.ADMINISTRATOR, 403),
        ):
            assert as_(given.staff(role, Party.TOULOUSE)).get("/staff/applications").status_code == expected
        assert as_(given.applicant()).get("/staff/applications").status_code == 403

    def test_no_draft_is_offered_to_staff(self, given: Given, as_: As) -> None:
        given.application(State.SUBMITTED)
        page = as_(given.office(Side.GERMAN)).get("/staff/applications").text
        assert '<option value="returned"' in page
        assert '<option value="draft"' not in page

    @pytest.mark.parametrize(
        "query",
        [
            "after=x",
            "after=~",
            "before=2026-01-01~zz",
            "state=nope",
            "state=draft",
            "side=nope",
            "category=99",
            "q=%25_'",
        ],
    )
    def test_nonsense_in_the_address_filters_nothing(self, given: Given, as_: As, query: str) -> None:
        application = given.application(State.SUBMITTED)
        answer = as_(given.office(Side.GERMAN)).get(f"/staff/applications?{query}")
        assert answer.status_code == 200
        assert (application.number in answer.text) == (not query.startswith("q="))  # type: ignore[operator]


class TestNothingElseIsTaken:
    """T20: every column of the model is posted beside each form; only what the form declares may change."""

    @pytest.mark.parametrize("step", ["project", "people", "dates", "partner", "budget", "declarations", "check"])
    def test_step(self, given: Given, as_: As, step: str) -> None:
        by, other = given.applicant(), given.applicant()
        application = given.application(by=by)
        evil = {
            "id": str(other.id),
            "call_id": str(other.id),
            "lead_id": str(given.organisation(other).id),
            "contact_id": str(other.id),
            "lead_side": "french",
            "language": "fr",
            "state": "awarded",
            "number": "DT-27-1-999",
            "sent_number": "9",
            "revision": "99",
            "hash": "x",
            "requested_cents": "1",
            "eligible_cents": "1",
            "income_cents": "1",
            "created_at": "2020-01-01",
            "first_submitted_at": "2020-01-01",
            "return_until": "2099-01-01",
            "return_reason": "x",
            "search_text": "x",
            "partner_search": "y",
        }
        before = _columns(application)
        as_(by).post(f"/applications/{application.id}/{step}", data={**partner_form(), **evil})
        after = _columns(given.reload(application.id))
        changed = {name for name in evil if name != "id" and before[name] != after[name]}
        # Saving an empty budget and sending a complete file are what these two forms are for.
        meant = {
            "budget": {"requested_cents", "eligible_cents", "income_cents"},
            "check": {"state", "number", "sent_number", "first_submitted_at", "search_text", "hash"},
        }.get(step, set())
        assert changed <= meant | {"revision"}
        assert int(after["revision"]) <= int(before["revision"]) + 1
        assert after["number"] != evil["number"]
        assert after["state"] in {State.DRAFT, State.SUBMITTED}


def _columns(application: Application) -> dict[str, Any]:
    """Of the file, and of what its applicant reads and writes."""
    own = {column.key: getattr(application, column.key) for column in Application.__table__.columns}
    version = written(application)
    return {name: getattr(version, name) for name in {*Version.__table__.columns.keys()} - {"content"}} | {
        name: value for name, value in own.items() if not name.endswith("_cents")
    }


def _same(one: str, other: str) -> bool:
    """Equal but for what is random in every answer (token, number of the request) and the address asked for."""
    import re

    mask = re.compile(r'(?<=name="csrf_token" value=")[^"]*|/applications/[0-9a-f-]{36}|\b[0-9a-f]{16}\b')
    return mask.sub("", one) == mask.sub("", other)


class TestFilePage:
    def test_a_returned_file_shows_reason_and_deadline_first(self, given: Given, as_: As) -> None:
        by = given.applicant()
        application = given.application(State.RETURNED, by=by, reason="Bitte nennen Sie Ihren Partner.")
        page = as_(by).get(f"/applications/{application.id}").text
        assert "Zurückgegeben, bitte ergänzen" in page
        assert page.index("Bitte nennen Sie Ihren Partner.") < page.index("Nächster Schritt")

    def test_it_says_when_it_is_too_late(self, given: Given, as_: As) -> None:
        by = given.applicant()
        application = given.application(State.RETURNED, by=by)
        client = as_(by)
        assert application.return_until is not None
        with given.app.app_context():
            mine = db.session.get_one(Application, application.id)
            mine.return_until = clock.now() - timedelta(minutes=1)
            db.session.commit()
        page = client.get(f"/applications/{application.id}").text
        assert "Der Antrag kann nicht mehr eingereicht werden." in page
        assert "Antrag fortsetzen" not in page

    def test_words_of_an_attacker_stay_words(self, given: Given, as_: As) -> None:
        """T21: markup in every text is shown, never run."""
        by = given.applicant()
        application = given.application(State.RETURNED, by=by, reason="<img src=x onerror=alert(1)>")
        evil = "<script>alert(1)</script>"
        client = as_(by)
        texts = dict.fromkeys(("title", "places", "summary", "why_two_cities", "encounter", "success"), evil)
        client.post(f"/applications/{application.id}/project", data={**PROJECT, **texts})
        client.post(f"/applications/{application.id}/partner", data=partner_form(name=evil, role=evil, city=evil))
        client.post(f"/applications/{application.id}/check")
        office = as_(given.office(Side.GERMAN))
        pages = [
            *(client.get(f"/applications/{application.id}{p}").text for p in ("", "/receipt")),
            client.get("/applications").text,
            *(office.get(f"/staff/applications{p}").text for p in ("", f"/{application.id}", "?q=<script>")),
        ]
        for page in pages:
            assert evil not in page
            assert "<img src=x" not in page
        assert any("&lt;script&gt;" in page for page in pages)

    @pytest.mark.parametrize(
        ("language", "title", "declared"),
        [
            ("de", "Ihr Antrag, wie eingereicht", "Erklärungen"),
            ("fr", "Votre demande telle que déposée", "Déclarations"),
        ],
    )
    def test_what_was_sent_can_be_read_again(
        self, given: Given, as_: As, language: str, title: str, declared: str
    ) -> None:
        by = given.applicant(language=language)
        application = given.application(State.SUBMITTED, by=by)
        page = as_(by).get(f"/applications/{application.id}").text
        sent = page.partition(title)[2].partition("</details>")[0]
        version = application.sent
        assert version
        assert version.partner
        answers = (
            version.summary,
            version.answer("why_two_cities"),
            version.answer("success"),
            version.answer("who_works"),
            version.partner.name,
            version.partner.email,
            version.partner.role,
            version.lines[0].description,
            declared,
        )
        for words in answers:
            assert str(escape(words)) in sent, words
        assert "DE89" not in page
        assert "370400440532" not in page

    @pytest.mark.parametrize("state", [State.DRAFT, State.RETURNED])
    def test_what_can_be_changed_is_read_in_its_steps(self, given: Given, as_: As, state: State) -> None:
        by = given.applicant()
        application = given.application(state, by=by)
        page = as_(by).get(f"/applications/{application.id}").text
        assert 'id="sent"' not in page
        assert f"/applications/{application.id}/project" in page

    def test_what_the_offices_note_is_not_for_the_applicant(self, given: Given, as_: As) -> None:
        by = given.applicant()
        application = given.application(by=by)
        client = as_(by)
        budget, check = (f"/applications/{application.id}/{step}" for step in ("budget", "check"))
        named = {"other_public_funding": "Land NRW: 2.000 Euro beantragt"}
        client.post(budget, data=budget_form() | named | opened(client, budget))
        client.post(check, data=opened(client, check))
        page = client.get(f"/applications/{application.id}").text
        assert "Land NRW: 2.000 Euro beantragt" in page
        assert "Doppelförderung" not in page

    def test_a_file_changed_after_its_return_and_withdrawn_is_not_called_as_sent(self, given: Given, as_: As) -> None:
        by = given.applicant()
        application = given.application(State.RETURNED, by=by)
        client, path = as_(by), f"/applications/{application.id}"
        seen = opened(client, f"{path}/project")
        client.post(f"{path}/project", data={**PROJECT, "summary": "Inzwischen anders.", **seen})
        client.post(f"{path}/withdraw", data={"sure": "y"})
        page = client.get(path).text
        assert "Inzwischen anders." in page
        sent, unsent = page.split("Von Ihnen geändert und nicht eingereicht")
        assert "Ihr Antrag, wie eingereicht" in sent
        assert "Inzwischen anders." not in sent
        assert "Inzwischen anders." in unsent

    @pytest.mark.parametrize(
        ("language", "title", "seen"),
        [
            ("de", "Entwurf aufgeben", "Außer Ihrer Organisation hat ihn niemand gesehen."),
            ("fr", "Abandonner le brouillon", "Personne ne l’a vu en dehors de votre structure."),
        ],
    )
    def test_a_draft_is_given_up(self, given: Given, as_: As, language: str, title: str, seen: str) -> None:
        by = given.applicant(language=language)
        application = given.application(by=by)
        client, path = as_(by), f"/applications/{application.id}"
        assert title in client.get(path).text
        page = client.get(f"{path}/withdraw").text
        assert page.count(title) >= 3
        assert seen in page
        assert "Beide Büros sehen" not in page
        assert "Les deux bureaux verront" not in page
        assert client.post(f"{path}/withdraw", data={}).status_code == 422
        assert client.post(f"{path}/withdraw", data={"sure": "y"}).status_code == 302
        assert given.reload(application.id).state is State.WITHDRAWN
        closed = client.get(path).text
        assert 'id="sent"' not in closed
        assert {"de": "Sie haben den Entwurf aufgegeben.", "fr": "Vous avez abandonné le brouillon."}[
            language
        ] in closed
        assert {"de": "Antrag zurückgezogen", "fr": "Demande retirée"}[language] not in closed

    def test_withdrawing_asks_first(self, given: Given, as_: As) -> None:
        by = given.applicant()
        application = given.application(State.SUBMITTED, by=by)
        client = as_(by)
        assert client.post(f"/applications/{application.id}/withdraw", data={}).status_code == 422
        assert client.post(f"/applications/{application.id}/withdraw", data={"sure": "y"}).status_code == 302
        assert given.reload(application.id).state is State.WITHDRAWN
        assert client.post(f"/applications/{application.id}/withdraw", data={"sure": "y"}).status_code == 409

    def test_the_deliberation_does_not_show(self, given: Given, as_: As) -> None:
        """T13: whether reviews are in, or a decision is proposed, changes no byte of the applicant's pages."""
        by = given.applicant()
        application, _german, _french = given.in_review(by=by)
        client = as_(by)
        seen = [client.get(path).text for path in (f"/applications/{application.id}", "/applications")]
        with given.app.app_context():
            from grantflow.applications import service
            from grantflow.applications.states import Action
            from grantflow.kernel.parties import SYSTEM

            mine = db.session.get_one(Application, application.id)
            for action in (Action.COMPLETE_REVIEW, Action.REOPEN_REVIEW, Action.COMPLETE_REVIEW, Action.PROPOSE):
                service.advance(mine, action, by=SYSTEM)
            db.session.commit()
        again = [client.get(path).text for path in (f"/applications/{application.id}", "/applications")]
        assert all(_same(one, other) for one, other in zip(seen, again, strict=True))


class TestChannel:
    """D41: how the decisions arrive is asked, not demanded, and can be changed on the file's page."""

    def test_consent_is_withdrawn_on_the_page_of_the_application(self, given: Given, as_: As) -> None:
        by = given.applicant()
        application = given.application(State.SUBMITTED, by=by)
        client, path = as_(by), f"/applications/{application.id}/channel"
        assert f'href="{path}"' in client.get(f"/applications/{application.id}").text
        page = client.get(path).text
        assert "§ 41 Absatz 2a VwVfG NRW" in page
        assert "L. 112-15" in page
        assert page.count("Eingewilligt am") == 2
        assert re.findall(r"Eingewilligt am .*\((\w+)\)", page) == ["Düsseldorf", "Toulouse"]
        assert client.post(path, data={}).status_code == 422
        assert client.post(path, data={"channel": "post"}).status_code == 302
        assert "Eingewilligt am" not in client.get(path).text
        assert given.reload(application.id).channel == "post"

    def test_no_box_is_ticked_and_none_is_forced(self, given: Given, as_: As) -> None:
        by = given.applicant()
        organisation, call = given.organisation(by), given.call()
        client = as_(by)
        begun = client.post("/applications/new", data={"call": call.code, "organisation": str(organisation.id)})
        page = client.get(begun.location.replace("organisation", "declarations")).text
        assert 'value="portal"' in page
        assert 'value="post"' in page
        assert not re.search(r'name="channel"[^>]* checked', page)

    def test_letters_stand_in_the_order_of_the_funders(self, given: Given, as_: As) -> None:
        """As everywhere, and neither as the alphabet nor as register numbers have them."""
        by = given.applicant()
        file = given.assessed(by=by)
        given.decided(given.proposed(file))
        page = as_(by).get(f"/applications/{file.id}").text
        found = re.findall(
            r">(Landeshauptstadt Düsseldorf|Ville de Toulouse|Toulouse Métropole)<", page.split('id="letters"')[1]
        )
        assert list(dict.fromkeys(found)) == ["Landeshauptstadt Düsseldorf", "Ville de Toulouse", "Toulouse Métropole"]

    def test_paper_says_so_where_the_letters_stand(self, given: Given, as_: As) -> None:
        by = given.applicant()
        for channel, says in ((Channel.POST, True), (Channel.PORTAL, False)):
            file = given.assessed(by=by, channel=channel)
            given.decided(given.proposed(file))
            page = as_(by).get(f"/applications/{file.id}").text
            assert ("Diese Entscheidungen erhalten Sie per Post." in page) is says


class TestStrangers:
    def test_no_sentence_tells_a_stranger_what_somebody_else_filed(self, given: Given, as_: As) -> None:
        """Another organisation files the same title, in the same call, with the same partner, under the same register
        number: not one answer on the way to sending is another for it, and nothing stops the file."""
        number, title, partner = "VR 987654", "Tatami ohne Grenzen", "Judo Club Toulousain"
        by, other = given.applicant(), given.applicant()
        mine = given.organisation(by, register_number=number)
        application = given.application(by=by, organisation=mine, title=title, partner_name=partner)
        client = as_(by)

        def answers() -> list[tuple[int, str]]:
            pages = [f"/applications/{application.id}/{step}" for step in StepName]
            pages += [f"/organisations/{mine.id}", "/organisations", "/applications", f"/applications/{application.id}"]
            return [(answer.status_code, masked(answer.text)) for answer in map(client.get, pages)]

        before = answers()
        theirs = given.organisation(other, register_number=number)
        given.application(State.SUBMITTED, by=other, organisation=theirs, title=title, partner_name=partner)
        assert answers() == before
        check = f"/applications/{application.id}/check"
        sent = client.post(check, data={"action": "send", **opened(client, check)})
        assert sent.location == f"/applications/{application.id}/receipt"


class TestMembers:
    def test_a_reader_reads_the_draft_on_its_page_and_is_offered_nothing_to_do(self, given: Given, as_: As) -> None:
        application = given.application()
        client = as_(given.colleague(application.lead, MemberRole.READER))
        page = client.get(f"/applications/{application.id}").text
        assert written(application).summary in page
        assert f"/applications/{application.id}/withdraw" not in page
        assert client.get(f"/applications/{application.id}/project").status_code == 403
        assert f"/organisations/{application.lead_id}" not in client.get("/organisations").text

    def test_an_editor_writes_and_leaves_declarations_and_sending_to_those_who_sign(
        self, given: Given, as_: As
    ) -> None:
        application = given.application()
        client = as_(given.colleague(application.lead, MemberRole.EDITOR))
        path = f"/applications/{application.id}"
        for step in ("declarations", "check"):
            page = client.get(f"{path}/{step}").text
            assert "zeichnungsberechtigt" in page
            assert "page-form" not in page
            assert client.post(f"{path}/{step}", data={"action": "send"}).status_code == 403
        emptied = {"starts_on": "", "ends_on": "", **opened(client, f"{path}/dates")}
        assert client.post(f"{path}/dates", data=emptied).status_code == 302
