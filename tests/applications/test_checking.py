"""Returned, completed, admitted, excluded: the formal check of the office in charge."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from grantflow.applications import queries, service
from grantflow.applications.models import Application, Version
from grantflow.applications.states import Action, Purpose, State
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, Incomplete, Invalid
from grantflow.kernel.parties import SYSTEM, Party, Role, Side
from grantflow.organisations.states import Country
from grantflow.platform.db import db
from tests.applications.looking import counters, messages
from tests.given import Given


@pytest.mark.usefixtures("context")
class TestReturning:
    @pytest.mark.parametrize("language", ["de", "fr"])
    def test_the_reason_keeps_the_language_of_whoever_gave_it(self, given: Given, language: str) -> None:
        application, office = given.application(State.SUBMITTED), given.office(Side.GERMAN)
        office.language = language
        service.return_(application, reason="Budget", by=office)
        assert application.return_language == language

    def test_tells_reason_and_deadline_and_keeps_the_number(self, given: Given) -> None:
        by = given.applicant()
        application = given.application(State.RETURNED, by=by, reason="Bitte den Partner nennen.")
        assert (application.return_reason, application.return_language) == ("Bitte den Partner nennen.", "de")
        assert application.return_until is not None
        assert clock.local(application.return_until).date() == clock.today() + timedelta(days=14)
        number = application.number
        service.submit(application, by=by)
        assert application.number == number
        versions = db.session.scalars(select(Version).order_by(Version.number)).all()
        assert [(its.number, its.purpose, its.sealed_at is not None) for its in versions] == [
            (1, Purpose.FIRST, True),
            (2, Purpose.COMPLETION, True),
        ]
        assert (application.return_reason, application.return_until) == ("", None)
        db.session.commit()
        assert [kind for kind, _ in messages(application)] == [
            "application_received",
            "application_returned",
            "application_received",
        ]

    def test_may_come_back_after_the_call_closed_but_not_after_its_deadline(self, given: Given) -> None:
        by = given.applicant()
        call = given.call()
        with clock.frozen(call.closes_at - timedelta(hours=1)):
            application = given.application(State.RETURNED, by=by)
        assert application.return_until is not None
        with clock.frozen(application.return_until + timedelta(seconds=1)), pytest.raises(Incomplete) as refused:
            service.submit(application, by=by)
        assert [reason.key for reason in refused.value.reasons] == ["return_deadline_passed"]
        with clock.frozen(application.return_until):
            service.submit(application, by=by)
        assert application.state is State.SUBMITTED

    def test_the_lead_time_counts_from_the_first_sending(self, given: Given) -> None:
        by = given.applicant()
        application = given.application(State.RETURNED, by=by, starts_in=42)
        with clock.frozen(clock.now() + timedelta(days=10)):
            service.submit(application, by=by)
        assert application.state is State.SUBMITTED

    @pytest.mark.parametrize("verb", [service.return_, service.exclude])
    def test_needs_a_reason(self, given: Given, verb: object) -> None:
        application = given.application(State.SUBMITTED)
        with pytest.raises(Invalid) as refused:
            verb(application, reason="  ", by=given.office(Side.GERMAN))  # type: ignore[operator]
        assert (refused.value.key, refused.value.field) == ("reason_needed", "reason")


@pytest.mark.usefixtures("context")
class TestFormalCheck:
    @pytest.mark.parametrize("verb", ["admit", "return_", "exclude"])
    def test_belongs_to_the_office_of_the_leads_side(self, given: Given, verb: str) -> None:
        application = given.application(State.SUBMITTED)
        more = {} if verb == "admit" else {"reason": "Grund"}
        for stranger in (
            given.office(Side.FRENCH),
            given.staff(Role.REVIEWER, Party.DUESSELDORF),
            given.staff(Role.SIGNATORY, Party.DUESSELDORF),
            given.staff(Role.OFFICE, Party.METROPOLE),
            application.contact,
        ):
            with pytest.raises(Forbidden):
                getattr(service, verb)(application, by=stranger, **more)
        getattr(service, verb)(application, by=given.office(Side.GERMAN), **more)

    def test_a_french_lead_belongs_to_toulouse(self, given: Given) -> None:
        application = given.application(State.ADMITTED, country=Country.FRANCE)
        assert application.lead_side is Side.FRENCH
        assert application.events[-1].party is Party.TOULOUSE

    def test_counters_follow(self, given: Given) -> None:
        given.application()
        given.application(State.WITHDRAWN)
        given.application(State.ADMITTED)
        given.application(State.ADMITTED)
        given.application(State.INADMISSIBLE, country=Country.FRANCE)
        last = given.application(State.SUBMITTED, country=Country.FRANCE)
        assert counters() == {
            (Side.GERMAN, State.ADMITTED): 2,
            (Side.FRENCH, State.INADMISSIBLE): 1,
            (Side.FRENCH, State.SUBMITTED): 1,
        }
        stored = queries.counts(given.office(Side.GERMAN))
        counted = db.session.execute(
            select(Application.state, func.count()).where(Application.number.is_not(None)).group_by(Application.state)
        )
        assert stored == {last.call_id: dict(counted.all())}

    def test_the_system_may_move_what_a_person_may_not(self, given: Given) -> None:
        application = given.application(State.SUBMITTED)
        service.advance(application, Action.ADMIT, by=SYSTEM)
        assert application.state is State.ADMITTED
