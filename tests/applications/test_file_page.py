"""The applicant's page of one file."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from markupsafe import escape

from grantflow.accounts.models import Person
from grantflow.applications.models import Application
from grantflow.applications.states import State
from grantflow.kernel import clock
from grantflow.kernel.parties import Side
from grantflow.letters.states import Channel
from grantflow.platform.db import db
from tests.applications.filling import PROJECT, budget_form, partner_form
from tests.applications.looking import same
from tests.conftest import opened
from tests.given import Given

As = Callable[[Person], FlaskClient]


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
        assert all(same(one, other) for one, other in zip(seen, again, strict=True))


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
