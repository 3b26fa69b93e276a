"""Who gets to which page of an application, and what is taken from whom."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from grantflow.accounts.models import Person
from grantflow.applications.models import Application, Version
from grantflow.applications.states import State, StepName
from grantflow.kernel.parties import Party, Role, Side
from grantflow.organisations.states import MemberRole
from tests.applications.filling import PROJECT, partner_form
from tests.applications.looking import same
from tests.conftest import opened
from tests.given import Given, written
from tests.review.looking import masked

As = Callable[[Person], FlaskClient]


class TestDoors:
    PATHS = ("", "/organisation", "/project", "/budget", "/check", "/receipt", "/withdraw")

    def test_invisible_is_like_missing_byte_for_byte(self, given: Given, as_: As) -> None:
        application = given.application()
        stranger = as_(given.applicant())
        for path in self.PATHS:
            hidden = stranger.get(f"/applications/{application.id}{path}")
            missing = stranger.get(f"/applications/{'0' * 8}-0000-4000-8000-{'0' * 12}{path}")
            assert hidden.status_code == missing.status_code == 404
            assert same(hidden.text, missing.text)

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
