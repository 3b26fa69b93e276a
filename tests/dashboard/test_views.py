"""My tasks and the staff page of one file."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from grantflow.accounts.models import Person
from grantflow.applications import queries as applications
from grantflow.applications import service
from grantflow.applications.models import Application
from grantflow.applications.states import State, StepName
from grantflow.kernel import clock
from grantflow.kernel.parties import Party, Role, Side
from grantflow.platform.db import db
from tests.counting import counted
from tests.crowd import many
from tests.given import Given, written

As = Callable[[Person], FlaskClient]


def test_a_refusal_sends_nobody_to_themselves(given: Given, as_: As) -> None:
    def told(person: Person, path: str) -> str:
        page = as_(person).get(path)
        assert page.status_code == 403
        return page.text

    applicant = told(given.applicant(), "/workers")
    assert "wenden Sie sich an das Büro Ihrer Stadt" in applicant
    for role in (Role.OFFICE, Role.REVIEWER, Role.FINANCE):
        said = told(given.staff(role, Party.DUESSELDORF), "/workers")
        assert "wenden Sie sich an Ihre Administration" in said
        assert "Büro Ihrer Stadt" not in said
    said = told(given.staff(Role.ADMINISTRATOR, Party.DUESSELDORF), "/staff/applications")
    assert "Ihre Rolle umfasst diesen Schritt nicht." in said
    assert "wenden Sie sich" not in said


class TestHome:
    def test_each_role_is_told_what_waits(self, given: Given, as_: As) -> None:
        given.application(State.SUBMITTED)
        given.application(State.RETURNED)
        own, other = (as_(given.office(side)).get("/home").text for side in (Side.GERMAN, Side.FRENCH))
        assert "Anträge zur formalen Prüfung" in own
        assert "Anträge, die noch ergänzt werden müssen" in own
        assert "Dossiers dont la recevabilité est à contrôler" not in other
        assert "Aucune tâche ne vous attend" in other

    @pytest.mark.parametrize("role", [Role.REVIEWER, Role.SIGNATORY, Role.FINANCE, Role.ADMINISTRATOR])
    def test_nothing_to_do_says_so(self, given: Given, as_: As, role: Role) -> None:
        given.application(State.SUBMITTED)
        page = as_(given.staff(role, Party.DUESSELDORF)).get("/home")
        assert page.status_code == 200
        assert "Zurzeit haben Sie keine Aufgaben." in page.text

    def test_signatories_have_keys_waiting(self, given: Given, as_: As) -> None:
        given.proposed()
        page = as_(given.signatory(Party.DUESSELDORF)).get("/home").text
        assert "Vorschläge, die auf Ihre Unterschrift oder Ihre Zustimmung warten" in page

    def test_applicants_have_their_files_instead(self, given: Given, as_: As) -> None:
        assert as_(given.applicant()).get("/home").location == "/applications"

    def test_visitors_sign_in_first(self, client: FlaskClient) -> None:
        assert client.get("/home").status_code == 302


class TestFile:
    def test_the_lead_office_checks_the_other_reads(self, given: Given, as_: As) -> None:
        application = given.application(State.SUBMITTED)
        path = f"/staff/applications/{application.id}"
        own, other = as_(given.office(Side.GERMAN)), as_(given.office(Side.FRENCH))
        assert 'name="verdict"' in own.get(path).text
        assert 'name="verdict"' not in other.get(path).text
        assert other.post(path, data={"verdict": "admit"}).status_code == 403
        assert given.reload(application.id).state is State.SUBMITTED

    @pytest.mark.parametrize(
        ("verdict", "state"),
        [("admit", State.ADMITTED), ("return", State.RETURNED), ("exclude", State.INADMISSIBLE)],
    )
    def test_verdicts(self, given: Given, as_: As, verdict: str, state: State) -> None:
        application = given.application(State.SUBMITTED)
        path = f"/staff/applications/{application.id}"
        client = as_(given.office(Side.GERMAN))
        answer = client.post(path, data={"verdict": verdict, "reason": "Bitte nachreichen."})
        assert (answer.status_code, answer.location) == (302, path)
        moved = given.reload(application.id)
        assert moved.state is state
        assert moved.events[-1].note == ("" if verdict == "admit" else "Bitte nachreichen.")
        assert client.post(path, data={"verdict": "admit"}).status_code == 409

    @pytest.mark.parametrize(
        ("form", "says"),
        [
            ({}, "Bitte wählen Sie"),
            ({"verdict": "return", "reason": " "}, "Bitte nennen Sie den Grund"),
            ({"verdict": "exclude"}, "Bitte nennen Sie den Grund"),
            ({"verdict": "award"}, "error-summary"),
        ],
    )
    def test_what_is_missing_is_said_and_nothing_moves(
        self, given: Given, as_: As, form: dict[str, str], says: str
    ) -> None:
        application = given.application(State.SUBMITTED)
        path = f"/staff/applications/{application.id}"
        answer = as_(given.office(Side.GERMAN)).post(path, data=form)
        assert answer.status_code == 422
        assert says in answer.text
        assert given.reload(application.id).state is State.SUBMITTED

    def test_switching_the_language_keeps_the_reason(self, given: Given, as_: As) -> None:
        application = given.application(State.SUBMITTED)
        path = f"/staff/applications/{application.id}"
        form = {"verdict": "return", "reason": "Halb geschrieben", "_language": "fr"}
        answer = as_(given.office(Side.GERMAN)).post(path, data=form)
        assert answer.status_code == 200
        assert "Halb geschrieben" in answer.text
        assert "Contrôle de recevabilité" in answer.text
        assert given.reload(application.id).state is State.SUBMITTED

    def test_bank_data_is_on_no_staff_page(self, given: Given, as_: As) -> None:
        application = given.application(State.SUBMITTED)
        iban = application.lead.iban
        for person in (given.office(Side.GERMAN), given.office(Side.FRENCH)):
            for path in ("/staff/applications", f"/staff/applications/{application.id}"):
                assert iban not in as_(person).get(path).text

    def test_drafts_are_nobodys_business(self, given: Given, as_: As) -> None:
        draft = given.application()
        assert as_(given.office(Side.GERMAN)).get(f"/staff/applications/{draft.id}").status_code == 404

    def test_applicants_stay_on_their_own_page(self, given: Given, as_: As) -> None:
        by = given.applicant()
        application = given.application(State.SUBMITTED, by=by)
        assert as_(by).get(f"/staff/applications/{application.id}").status_code == 403

    @pytest.mark.parametrize("role", [Role.FINANCE, Role.ADMINISTRATOR, Role.REVIEWER, Role.SIGNATORY])
    def test_others_know_of_no_new_file(self, given: Given, as_: As, role: Role) -> None:
        application = given.application(State.SUBMITTED)
        client = as_(given.staff(role, Party.DUESSELDORF))
        assert client.get(f"/staff/applications/{application.id}").status_code == 404

    def test_a_decided_file_shows_review_and_decision(self, given: Given, as_: As) -> None:
        decided = given.decided()
        page = as_(given.office(Side.GERMAN)).get(f"/staff/applications/{decided.application_id}")
        assert page.status_code == 200
        assert 'id="review"' in page.text
        assert 'id="decision"' in page.text


class TestLookalikes:
    """D39: what may have been filed twice is shown to the offices, on both files, and to nobody else."""

    @pytest.mark.parametrize("how", ["title", "register_number"])
    def test_each_file_leads_the_offices_to_the_other(self, given: Given, as_: As, how: str) -> None:
        first, second = self._two(given, how)
        for side, says in ((Side.GERMAN, "Möglicherweise doppelt"), (Side.FRENCH, "Peut-être déposé deux fois")):
            office = as_(given.office(side))
            for one, other in ((first, second), (second, first)):
                page = office.get(f"/staff/applications/{one.id}").text
                assert says in page
                assert f'href="/staff/applications/{other.id}"' in page
                assert other.number in page

    @pytest.mark.parametrize("how", ["title", "register_number"])
    def test_nobody_else_learns_of_it(self, given: Given, as_: As, how: str) -> None:
        first, second = self._two(given, how)
        client = as_(first.contact)
        for url in (
            "/applications",
            f"/applications/{first.id}",
            f"/applications/{first.id}/receipt",
            "/organisations",
        ):
            page = client.get(url).text
            assert second.number not in page
            assert str(second.id) not in page
            assert "doppelt" not in page

    def test_nor_does_a_signatory(self, given: Given, as_: As) -> None:
        file = given.assessed(title="Tatami ohne Grenzen")
        twin = given.assessed(title="Tatami ohne Grenzen")
        page = as_(given.signatory(Party.DUESSELDORF)).get(f"/staff/applications/{file.id}").text
        assert file.number in page
        assert twin.number not in page

    def test_a_closed_file_stays_closed_beside_its_twin(self, given: Given, as_: As) -> None:
        """Whoever has declared a conflict in one of them is not led to it from the other (T14)."""
        title = "Tatami ohne Grenzen"
        barred = given.application(State.ADMITTED, title=title)
        other = given.application(State.SUBMITTED, title=title)
        both = given.reviewer(Party.DUESSELDORF, Role.OFFICE)
        given.assign(barred, both)
        given.declare(barred, both, conflict=True)
        page = as_(both).get(f"/staff/applications/{other.id}").text
        assert barred.number not in page
        assert "Möglicherweise doppelt" not in page

    @pytest.mark.parametrize("state", [State.DRAFT, State.INADMISSIBLE])
    def test_what_is_not_standing_is_no_twin(self, given: Given, as_: As, state: State) -> None:
        one = given.application(State.SUBMITTED, title="Café des langues")
        given.application(state, title="CAFE des langues")
        given.application(State.SUBMITTED, title="Café")
        assert "Möglicherweise doppelt" not in as_(given.office(Side.GERMAN)).get(f"/staff/applications/{one.id}").text

    def _two(self, given: Given, how: str) -> tuple[Application, Application]:
        """Two files sent by strangers to each other, who have one thing in common."""
        people = given.applicant(), given.applicant()
        same = {} if how == "title" else {"register_number": "VR 987654"}
        ours, theirs = (given.organisation(by, **same) for by in people)
        titles = ("Tatami ohne Grenzen", "TATAMI  ohne Grénzen") if how == "title" else ("Eins", "Zwei")
        return (
            given.application(State.SUBMITTED, by=people[0], organisation=ours, title=titles[0]),
            given.application(State.SUBMITTED, by=people[1], organisation=theirs, title=titles[1]),
        )


class TestReturned:
    """Of a file that came back, an office reads what changed since it was returned."""

    @pytest.mark.parametrize(
        ("language", "seen"),
        [
            ("de", ("Geändert seit der Rückgabe", "Titel des Projekts", "Erster Tag", "Reisebus, Düsseldorf")),
            ("fr", ("Modifié depuis le renvoi", "Titre du projet", "Premier jour", "Reisebus, Düsseldorf")),
        ],
    )
    def test_what_changed_since_it_was_returned(
        self, given: Given, as_: As, language: str, seen: tuple[str, ...]
    ) -> None:
        by, office = given.applicant(), given.office(Side.GERMAN)
        application = given.application(State.RETURNED, by=by, title="Vorher so")
        path, client = f"/staff/applications/{application.id}?lang={language}", as_(office)
        assert 'id="changes"' not in client.get(path).text
        with given.session():
            file = db.session.get_one(Application, application.id)
            version = written(file)
            answers = applications.saved(version, StepName.PROJECT) | {"title": "Jetzt anders", "success": "Mehr."}
            service.save_answers(file, StepName.PROJECT, answers, by=by)
            assert version.starts_on
            days = {"starts_on": version.starts_on + timedelta(days=1), "ends_on": version.ends_on}
            service.save_answers(file, StepName.DATES, days, by=by)
            bus, *others = applications.lines(version)
            lines = [*others, replace(bus, description="Reisebus")]
            service.save_budget(file, lines, requested_cents=version.requested_cents, by=by)
        assert 'id="changes"' not in client.get(path).text
        with given.session():
            service.submit(db.session.get_one(Application, application.id), by=by)
        changes = client.get(path).text.partition('id="changes"')[2].partition("</section>")[0]
        for words in (*seen, "Vorher so", "Jetzt anders", "Mehr.", "Bahnfahrkarten", "Reisebus"):
            assert words in changes, words
        assert "Unterkunft" not in changes
        assert changes.count("<tr>") == 1 + 4


class TestCost:
    def test_a_file_in_any_state_costs_the_same_among_30_and_300(self, given: Given, as_: As) -> None:
        with clock.frozen(clock.now()):  # "last seen" is noted once a minute, by a statement of its own
            ids = {
                "submitted": given.application(State.SUBMITTED).id,
                "admitted": given.application(State.ADMITTED).id,
                "in review": given.in_review()[0].id,
                "assessed": given.assessed().id,
                "proposed": given.proposed().application_id,
                "awarded": given.decided().application_id,
            }
            office, signatory = as_(given.office(Side.GERMAN)), as_(given.signatory(Party.TOULOUSE))
            many(given, 30)
            among_30 = self._spent(ids, office, signatory)
            many(given, 270)
            among_300 = self._spent(ids, office, signatory)
        assert among_30 == among_300
        assert max(sql for sql, _ in among_300.values()) <= 11, among_300
        assert max(rows for _, rows in among_300.values()) <= 60, among_300

    def _spent(
        self, ids: dict[str, UUID], office: FlaskClient, signatory: FlaskClient
    ) -> dict[tuple[str, str], tuple[int, int]]:
        """Statements and rows of each file's page, for each of its readers."""
        found = {}
        for state, key in ids.items():
            for who, client in (("office", office), ("signatory", signatory)):
                if who == "signatory" and state in {"submitted", "admitted", "in review"}:
                    continue
                url = f"/staff/applications/{key}"
                assert client.get(url).status_code == 200
                with counted() as count:
                    client.get(url)
                found[who, state] = (count.sql, count.rows)
        return found


class TestPartnerWhoWithdraws:
    def test_the_office_notes_it_and_the_lead_stands_by_the_project(self, given: Given, as_: As) -> None:
        application = given.application(State.ADMITTED, partner_name="Chœur de la Daurade")
        office, lead = as_(given.office(Side.GERMAN)), as_(application.contact)
        file, page = f"/staff/applications/{application.id}", f"/staff/applications/{application.id}/partner"
        assert f'href="{page}"' in office.get(file).text
        assert f'href="{page}"' not in as_(given.office(Side.FRENCH)).get(file).text
        assert "Chœur de la Daurade" in office.get(page).text
        assert office.post(page, data={"reason": ""}).status_code == 422
        assert office.post(page, data={"reason": "Brief vom 20. November"}).location == file
        assert office.post(page, data={"reason": "Noch einmal"}).status_code == 409
        noted = office.get(file).text
        assert "Brief vom 20. November" in noted
        assert "noch nicht bestätigt" in noted
        assert f'href="{page}"' not in noted
        own = f"/applications/{application.id}"
        assert "Brief vom 20. November" in lead.get(own).text
        assert lead.post(f"{own}/confirmation").location == own
        assert lead.post(f"{own}/confirmation").status_code == 409
        assert "Wir halten an dem Projekt fest" not in lead.get(own).text
        assert "hat bestätigt, dass sie an dem Projekt festhält" in office.get(file).text
