"""Who is put on a file, by whom, and how many of each side."""

import pytest
from flask import Flask
from sqlalchemy import select

from grantflow.accounts.models import Person
from grantflow.applications.states import State
from grantflow.kernel import clock
from grantflow.kernel.errors import DomainError, Forbidden, Invalid
from grantflow.kernel.parties import Party, Role, Side
from grantflow.notifications.models import Message
from grantflow.organisations.states import Kind
from grantflow.platform.db import db
from grantflow.review import queries, service
from grantflow.review.models import Assessment
from grantflow.seats.models import StandingConflict
from tests.given import Given

from .looking import assignment_of, standing_of, state_of


def test_review_begins_when_both_sides_have_a_reviewer(app: Flask, given: Given) -> None:
    with app.app_context():
        application = given.application(State.ADMITTED)
        given.assign(application, given.reviewer(Party.DUESSELDORF))
        assert state_of(application) is State.ADMITTED
        reviewer = given.reviewer(Party.METROPOLE)
        given.assign(application, reviewer)
        assert state_of(application) is State.IN_REVIEW
        messages = db.session.scalars(select(Message).where(Message.person_id == reviewer.id)).all()
        assert [(m.kind, m.facts) for m in messages] == [
            (
                "reviewer_assigned",
                {
                    "number": application.number,
                    "title": application.title,
                    "title_language": "de",
                    "application_id": str(application.id),
                },
            )
        ]


def test_each_office_assigns_only_its_own_side(app: Flask, given: Given) -> None:
    with app.app_context():
        application = given.application(State.ADMITTED)
        with pytest.raises(Forbidden):
            service.assign(application, given.reviewer(Party.TOULOUSE), by=given.office(Side.GERMAN))
        with pytest.raises(Forbidden):
            service.assign(application, given.reviewer(Party.METROPOLE), by=given.staff(Role.OFFICE, Party.METROPOLE))
        with pytest.raises(Forbidden):
            service.assign(
                application, given.reviewer(Party.TOULOUSE), by=given.staff(Role.ADMINISTRATOR, Party.TOULOUSE)
            )


def test_who_cannot_be_assigned(app: Flask, given: Given) -> None:
    with app.app_context():
        application = given.application(State.ADMITTED)
        office = given.staff(Role.OFFICE, Party.DUESSELDORF, Role.REVIEWER)

        def refusal(person: Person) -> str:
            with pytest.raises(Invalid) as caught:
                service.assign(application, person, by=office)
            return caught.value.key

        assert refusal(office) == "review_not_yourself"
        assert refusal(given.staff(Role.FINANCE, Party.DUESSELDORF)) == "review_not_a_reviewer"
        disabled = given.reviewer(Party.DUESSELDORF)
        disabled.disabled_at = disabled.created_at
        assert refusal(disabled) == "review_not_a_reviewer"
        assigned = given.reviewer(Party.DUESSELDORF)
        given.assign(application, assigned)
        assert refusal(assigned) == "review_already_assigned"
        member = application.contact
        member.party = Party.DUESSELDORF
        member.role_grants.append(type(office.role_grants[0])(role=Role.REVIEWER, granted_at=member.created_at))
        db.session.flush()
        assert refusal(member) == "review_is_applicant"


@pytest.mark.parametrize("state", [State.SUBMITTED, State.RETURNED, State.INADMISSIBLE])
def test_only_admitted_files_get_reviewers(app: Flask, given: Given, state: State) -> None:
    with app.app_context():
        application = given.application(state)
        with pytest.raises(DomainError, match="review_closed"):
            given.assign(application, given.reviewer(Party.DUESSELDORF))


def test_candidates_are_exactly_those_who_can_be_assigned(app: Flask, given: Given) -> None:
    with app.app_context():
        given.call().reviewers_per_side = 2
        application = given.application(State.ADMITTED)
        office = given.staff(Role.OFFICE, Party.TOULOUSE, Role.REVIEWER)
        toulouse, metropole = given.reviewer(Party.TOULOUSE), given.reviewer(Party.METROPOLE)
        assigned = given.reviewer(Party.TOULOUSE)
        given.reviewer(Party.DUESSELDORF)
        given.assign(application, assigned)
        panel = queries.panel(office, application)
        assert panel is not None
        own, other = panel.boards
        assert other.candidates == []
        ids = {candidate.person.id for candidate in own.candidates}
        assert {toulouse.id, metropole.id} <= ids
        assert ids.isdisjoint({office.id, assigned.id})
        assert {candidate.person.party for candidate in own.candidates} <= {Party.TOULOUSE, Party.METROPOLE}


def test_own_institution_is_marked(app: Flask, given: Given) -> None:
    with app.app_context():
        by = given.applicant()
        organisation = given.organisation(by, kind=Kind.INSTITUTION, run_by=Party.DUESSELDORF)
        application = given.application(State.ADMITTED, by=by, organisation=organisation)
        office, reviewer = given.office(Side.GERMAN), given.reviewer(Party.DUESSELDORF)
        panel = queries.panel(office, application)
        assert panel is not None
        assert {c.person.id: c.own_institution for c in panel.boards[0].candidates}[reviewer.id] is True
        given.assign(application, reviewer)
        assert queries.is_own_institution(assignment_of(application, reviewer)) is True


def test_a_reviewer_is_removed_while_nothing_is_submitted(app: Flask, given: Given) -> None:
    with app.app_context():
        application, german, french = given.in_review()
        given.review(application, german, submit=False)
        service.unassign(assignment_of(application, german), by=given.office(Side.GERMAN))
        assert queries.own_file(german, application.id) is None
        assert db.session.scalars(select(Assessment)).all() == []
        given.review(application, french)
        with pytest.raises(DomainError, match="review_begun"):
            service.unassign(assignment_of(application, french), by=given.office(Side.FRENCH))
        with pytest.raises(Forbidden):
            service.unassign(assignment_of(application, french), by=given.office(Side.GERMAN))


# --- both cities weigh equally ---------------------------------------------------------------------


def test_one_office_stacks_no_panel(app: Flask, given: Given) -> None:
    """The hole: 99 | 76, then a second French reviewer who gave 11; people were counted, no third review was due."""
    with app.app_context():
        application, german, french = given.in_review()
        given.review(application, german, 9)
        with pytest.raises(DomainError, match="review_side_full"):
            given.assign(application, given.reviewer(Party.METROPOLE))
        given.review(application, french, [7] * 10 + [6])
        assert (standing_of(application).german, standing_of(application).french) == (99, 76)
        with pytest.raises(DomainError, match="review_closed"):
            given.assign(application, given.reviewer(Party.TOULOUSE))


@pytest.mark.parametrize("conflict", [False, True], ids=["removed", "recused"])
def test_who_leaves_is_replaced(app: Flask, given: Given, conflict: bool) -> None:
    with app.app_context():
        application, german, _ = given.in_review()
        if conflict:
            given.declare(application, german, conflict=True)
        else:
            service.unassign(assignment_of(application, german), by=given.office(Side.GERMAN))
        given.assign(application, given.reviewer(Party.DUESSELDORF))
        with pytest.raises(DomainError, match="review_side_full"):
            given.assign(application, given.reviewer(Party.DUESSELDORF))


def test_with_two_seats_a_side_each_side_weighs_its_mean(app: Flask, given: Given) -> None:
    with app.app_context():
        given.call().reviewers_per_side = 2
        application = given.application(State.ADMITTED)
        sides = ((Party.DUESSELDORF, 9), (Party.TOULOUSE, 7), (Party.METROPOLE, 1), (Party.DUESSELDORF, 9))
        seated = [(given.reviewer(party), points) for party, points in sides]
        for reviewer, _ in seated[:3]:
            given.assign(application, reviewer)
        assert state_of(application) is State.ADMITTED
        for reviewer, points in seated:
            given.review(application, reviewer, points)
        found = standing_of(application)
        assert (found.german, found.french, found.gap, found.third_due) == (99, 44, 55, True)


def test_a_standing_conflict_keeps_a_reviewer_off_the_file(app: Flask, given: Given) -> None:
    """Not offered, not assigned; and where the seat came first, its door closes."""
    with app.app_context():
        application = given.application(State.ADMITTED)
        seated, other = given.reviewer(Party.DUESSELDORF), given.reviewer(Party.TOULOUSE)
        given.declare(application, seated)
        for person in (seated, other):
            db.session.add(
                StandingConflict(person_id=person.id, organisation_id=application.lead_id, since=clock.now())
            )
        db.session.flush()
        with pytest.raises(Invalid, match="review_is_biased"):
            given.assign(application, other)
        panel = queries.panel(given.office(Side.FRENCH), application)
        assert panel
        assert other.id not in {candidate.person.id for board in panel.boards for candidate in board.candidates}
        assert queries.own_file(seated, application.id) is None
        assert queries.compare(seated, application.id) is None
