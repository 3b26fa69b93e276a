"""The verbs on a real database: assign, declare, score, submit."""

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from grantflow.accounts.models import Person
from grantflow.applications import policy as application_policy
from grantflow.applications import service as applications
from grantflow.applications.models import Application, Event
from grantflow.applications.states import Action, State
from grantflow.audit.models import Entry
from grantflow.kernel.errors import DomainError, Forbidden, IllegalStep, Incomplete, Invalid
from grantflow.kernel.parties import Party, Role, Side
from grantflow.notifications.models import Message
from grantflow.platform.db import db
from grantflow.review import queries, service
from grantflow.review.models import Assessment, Assignment, Score, Standing
from grantflow.review.rules import Mark
from grantflow.review.states import Conflict
from tests.given import Given


def state_of(application: Application) -> State:
    return db.session.scalars(select(Application.state).where(Application.id == application.id)).one()


def assignment_of(application: Application, reviewer: Person) -> Assignment:
    return db.session.scalars(
        select(Assignment).where(Assignment.application_id == application.id, Assignment.reviewer_id == reviewer.id)
    ).one()


def marks(application: Application, points: int = 8) -> dict[int, Mark]:
    return {criterion.position: Mark(points, "gut") for criterion in application.call.criteria}


# --- assigning -----------------------------------------------------------------------------------


def test_review_begins_when_both_sides_have_a_reviewer(app: Flask, given: Given) -> None:
    with app.app_context():
        application = given.application(State.ADMITTED)
        given.assign(application, given.reviewer(Party.DUESSELDORF))
        given.assign(application, given.reviewer(Party.DUESSELDORF))
        assert state_of(application) is State.ADMITTED
        reviewer = given.reviewer(Party.METROPOLE)
        given.assign(application, reviewer)
        assert state_of(application) is State.IN_REVIEW
        messages = db.session.scalars(select(Message).where(Message.person_id == reviewer.id)).all()
        assert [(m.kind, m.facts) for m in messages] == [
            (
                "reviewer_assigned",
                {"number": application.number, "title": application.title, "application_id": str(application.id)},
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
        application = given.application(State.ADMITTED)
        office = given.staff(Role.OFFICE, Party.TOULOUSE, Role.REVIEWER)
        toulouse, metropole = given.reviewer(Party.TOULOUSE), given.reviewer(Party.METROPOLE)
        assigned = given.reviewer(Party.TOULOUSE)
        given.reviewer(Party.DUESSELDORF)
        given.assign(application, assigned)
        panel = queries.panel(office, application)
        assert panel is not None
        ids = {candidate.person.id for candidate in panel.candidates}
        assert {toulouse.id, metropole.id} <= ids
        assert ids.isdisjoint({office.id, assigned.id})
        assert {candidate.person.party for candidate in panel.candidates} <= {Party.TOULOUSE, Party.METROPOLE}


def test_own_institution_is_marked(app: Flask, given: Given) -> None:
    with app.app_context():
        application = given.application(State.ADMITTED)
        application.lead.run_by = Party.DUESSELDORF
        db.session.flush()
        office, reviewer = given.office(Side.GERMAN), given.reviewer(Party.DUESSELDORF)
        panel = queries.panel(office, application)
        assert panel is not None
        assert {c.person.id: c.own_institution for c in panel.candidates}[reviewer.id] is True
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


def test_removing_the_last_one_outstanding_completes_the_review(app: Flask, given: Given) -> None:
    with app.app_context():
        application, german, french = given.in_review()
        idle = given.reviewer(Party.DUESSELDORF)
        given.assign(application, idle)
        given.review(application, german)
        given.review(application, french)
        assert state_of(application) is State.IN_REVIEW
        service.unassign(assignment_of(application, idle), by=given.office(Side.GERMAN))
        assert state_of(application) is State.ASSESSED


# --- declaring -----------------------------------------------------------------------------------


def test_nothing_can_be_scored_before_the_declaration(app: Flask, given: Given) -> None:
    with app.app_context():
        application, german, _ = given.in_review()
        assignment = assignment_of(application, german)
        with pytest.raises(DomainError, match="review_undeclared"):
            service.save_draft(assignment, marks(application), recommended_cents=1, comment="", by=german)


def test_a_declaration_needs_its_reason_or_its_promise(app: Flask, given: Given) -> None:
    with app.app_context():
        application, german, french = given.in_review()
        with pytest.raises(Invalid, match="review_reason_missing"):
            service.declare(assignment_of(application, german), conflict=True, by=german)
        with pytest.raises(Invalid, match="review_confidentiality_missing"):
            service.declare(assignment_of(application, german), conflict=False, by=german)
        with pytest.raises(Forbidden):
            service.declare(assignment_of(application, german), conflict=False, confidential=True, by=french)


def test_a_conflict_is_final_and_stays_on_record(app: Flask, given: Given) -> None:
    with app.app_context():
        application, german, french = given.in_review()
        given.declare(application, german, conflict=True)
        assignment = assignment_of(application, german)
        assert (assignment.conflict, assignment.conflict_reason) == (Conflict.DECLARED, "Mein Bruder")
        with pytest.raises(DomainError, match="review_already_declared"):
            service.declare(assignment, conflict=False, confidential=True, by=german)
        with pytest.raises(DomainError, match="review_begun"):
            service.unassign(assignment, by=given.office(Side.GERMAN))
        given.review(application, french)
        assert state_of(application) is State.IN_REVIEW
        assert [a.id for a in queries.without_reviewer(given.office(Side.GERMAN))] == [application.id]
        given.review(application, given.reviewer(Party.DUESSELDORF))
        assert state_of(application) is State.ASSESSED


def test_a_conflict_found_while_reading_closes_the_file_too(app: Flask, given: Given) -> None:
    with app.app_context():
        application, german, french = given.in_review()
        given.review(application, french)
        given.review(application, german, submit=False)
        second = given.reviewer(Party.DUESSELDORF)
        given.review(application, second)
        assert state_of(application) is State.IN_REVIEW
        given.declare(application, german, conflict=True)
        assert state_of(application) is State.ASSESSED
        assert db.session.get_one(Standing, application.id).submitted == 2


def test_a_submitted_review_cannot_be_recused_from(app: Flask, given: Given) -> None:
    with app.app_context():
        application, german, _ = given.in_review()
        given.review(application, german)
        with pytest.raises(DomainError, match="review_already_declared"):
            service.declare(assignment_of(application, german), conflict=True, reason="doch", by=german)


# --- scoring -------------------------------------------------------------------------------------


def test_a_draft_may_be_incomplete_and_is_kept(app: Flask, given: Given) -> None:
    with app.app_context():
        application, german, _ = given.in_review()
        given.declare(application, german)
        service.save_draft(
            assignment_of(application, german), {3: Mark(7, "")}, recommended_cents=None, comment="", by=german
        )
        db.session.expire_all()
        assignment = queries.own_file(german, application.id)
        assert assignment is not None
        saved = queries.marks(assignment.assessment)
        assert {number: mark for number, mark in saved.items() if mark != Mark()} == {3: Mark(7, "")}
        assert assignment.assessment is not None
        assert assignment.assessment.total == 7


def test_submitting_lists_everything_that_is_missing(app: Flask, given: Given) -> None:
    with app.app_context():
        application, german, _ = given.in_review()
        given.declare(application, german)
        given_marks = {**marks(application), 4: Mark(None, ""), 11: Mark(3, "")}
        with pytest.raises(Incomplete) as caught:
            service.submit(
                assignment_of(application, german),
                given_marks,
                recommended_cents=application.requested_cents + 1,
                comment="ok",
                by=german,
            )
        assert [reason.step for reason in caught.value.reasons] == [
            "points_4",
            "comment_4",
            "comment_11",
            "recommended",
        ]


def test_both_reviews_in_settle_the_standing_and_assess_the_file(app: Flask, given: Given) -> None:
    with app.app_context():
        application, german, french = given.in_review()
        given.review(application, german, 8, recommended=900_000)
        assert state_of(application) is State.IN_REVIEW
        assert db.session.get(Standing, application.id) is None
        given.review(application, french, 7, recommended=800_000)
        assert state_of(application) is State.ASSESSED
        standing = db.session.get_one(Standing, application.id)
        assert (standing.submitted, standing.mean, standing.german, standing.french) == (
            2,
            Decimal("82.50"),
            Decimal("88.00"),
            Decimal("77.00"),
        )
        assert (standing.gap, standing.third_due, standing.recommended_cents) == (11, False, 850_000)


def test_a_wide_gap_calls_for_a_third_review_which_reopens_the_file(app: Flask, given: Given) -> None:
    with app.app_context():
        application = given.assessed(german=8, french=5)
        assert db.session.get_one(Standing, application.id).third_due is True
        third = given.reviewer(Party.METROPOLE)
        given.assign(application, third)
        assert state_of(application) is State.IN_REVIEW
        given.review(application, third, 6)
        assert state_of(application) is State.ASSESSED
        standing = db.session.get_one(Standing, application.id)
        assert (standing.submitted, standing.mean, standing.third_due) == (3, Decimal("69.67"), False)


def test_no_third_review_without_need(app: Flask, given: Given) -> None:
    with app.app_context():
        near, poor = given.assessed(german=8, french=6), given.assessed(german=4, french=0)
        assert db.session.get_one(Standing, poor.id).gap == 44
        for application in (near, poor):
            with pytest.raises(DomainError, match="review_no_third_due"):
                given.assign(application, given.reviewer(Party.TOULOUSE))


def test_a_third_review_that_is_recused_leaves_the_third_due(app: Flask, given: Given) -> None:
    with app.app_context():
        application = given.assessed(german=8, french=5)
        third = given.reviewer(Party.METROPOLE)
        given.declare(application, third, conflict=True)
        assert state_of(application) is State.ASSESSED
        assert db.session.get_one(Standing, application.id).third_due is True


def test_a_withdrawn_file_takes_no_review(app: Flask, given: Given) -> None:
    with app.app_context():
        application, german, _ = given.in_review()
        given.declare(application, german)
        applications.advance(application, Action.WITHDRAW, by=application.contact)
        assert queries.own_file(german, application.id) is None
        with pytest.raises(DomainError, match="review_closed"):
            given.review(application, german)


def test_only_the_author_writes_a_review(app: Flask, given: Given) -> None:
    with app.app_context():
        application, german, french = given.in_review()
        given.declare(application, german)
        assignment = assignment_of(application, german)
        answers: dict[str, Any] = {"recommended_cents": 1, "comment": "x"}
        for stranger in (french, given.office(Side.GERMAN), given.staff(Role.ADMINISTRATOR, Party.DUESSELDORF)):
            for verb in (service.save_draft, service.submit):
                with pytest.raises(Forbidden):
                    verb(assignment, marks(application), by=stranger, **answers)


# --- final ---------------------------------------------------------------------------------------


def test_a_submitted_review_is_final(app: Flask, given: Given) -> None:
    with app.app_context():
        application, german, _ = given.in_review()
        given.review(application, german)
        with pytest.raises(DomainError, match="review_final"):
            given.review(application, german, 10)
        with pytest.raises(DomainError, match="review_final"):
            given.review(application, german, 10, submit=False)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE assessment SET comment = 'anders'",
        "UPDATE assessment SET progress = 'draft', submitted_at = NULL",
        "DELETE FROM assessment",
        "UPDATE score SET points = 0",
        "DELETE FROM score",
        "UPDATE score SET comment = 'anders' WHERE points = 8",
    ],
)
def test_the_database_itself_keeps_a_submitted_review(app: Flask, given: Given, statement: str) -> None:
    with app.app_context():
        application, german, _ = given.in_review()
        given.review(application, german)
        with pytest.raises(DatabaseError, match="a submitted assessment is final"):
            db.session.execute(text(statement))


def test_the_database_refuses_a_late_score(app: Flask, given: Given) -> None:
    with app.app_context():
        application, german, _ = given.in_review()
        given.review(application, german)
        score = db.session.scalars(select(Score)).first()
        assert score is not None
        with pytest.raises(DatabaseError, match="a submitted assessment is final"):
            db.session.execute(
                text("INSERT INTO score SELECT assessment_id, gen_random_uuid(), 1, '' FROM score LIMIT 1")
            )


# --- who sees what -------------------------------------------------------------------------------


def test_who_may_compare_and_when(app: Flask, given: Given) -> None:
    with app.app_context():
        application, german, french = given.in_review()
        people = {
            "german": german,
            "french": french,
            "office": given.office(Side.GERMAN),
            "other office": given.office(Side.FRENCH),
            "signatory": given.staff(Role.SIGNATORY, Party.METROPOLE),
            "finance": given.staff(Role.FINANCE, Party.DUESSELDORF),
            "administrator": given.staff(Role.ADMINISTRATOR, Party.TOULOUSE),
            "other reviewer": given.reviewer(Party.TOULOUSE),
            "applicant": application.contact,
        }

        def seers() -> set[str]:
            return {name for name, person in people.items() if queries.compare(person, application.id)}

        assert seers() == set()
        given.review(application, german)
        assert seers() == set()
        given.review(application, french)
        assert seers() == {"german", "french", "office", "other office", "signatory"}


def test_a_third_reviewer_stays_blind_and_unseen_until_the_round_is_settled(app: Flask, given: Given) -> None:
    with app.app_context():
        application = given.assessed(german=8, french=5)
        office = given.office(Side.GERMAN)
        third = given.reviewer(Party.METROPOLE, Role.OFFICE, Role.SIGNATORY)
        fourth = given.reviewer(Party.DUESSELDORF)
        given.assign(application, third)
        given.assign(application, fourth)
        assert queries.compare(third, application.id) is None
        assert queries.panel(third, application) is None
        given.review(application, third, 6)
        # One of the second round is still at work: what stands is the first round.
        comparison = queries.compare(office, application.id)
        assert comparison is not None
        assert [review.assessment.total for review in comparison.reviews if review.assessment] == [88, 55]
        assert queries.compare(fourth, application.id) is None
        given.review(application, fourth, 7)
        comparison = queries.compare(office, application.id)
        assert comparison is not None
        assert [review.assessment.total for review in comparison.reviews if review.assessment] == [88, 77, 55, 66]


def test_a_conflict_closes_the_file_to_every_other_role(app: Flask, given: Given) -> None:
    with app.app_context():
        application = given.application(State.ADMITTED)
        both = given.reviewer(Party.DUESSELDORF, Role.OFFICE, Role.SIGNATORY)

        def sees() -> bool:
            query = select(Application.id).where(Application.id == application.id, application_policy.visible(both))
            return db.session.scalar(query) is not None

        assert sees() is True
        given.assign(application, both)
        assert sees() is False
        given.declare(application, both, conflict=True)
        french, german = given.reviewer(Party.TOULOUSE), given.reviewer(Party.DUESSELDORF)
        given.review(application, french)
        given.review(application, german)
        assert state_of(application) is State.ASSESSED
        assert sees() is False
        assert queries.compare(both, application.id) is None
        assert queries.panel(both, application) is None
        assert queries.queue(both).count == 0
        assert queries.tasks(both) == []
        with pytest.raises(Forbidden):
            service.assign(application, given.reviewer(Party.DUESSELDORF), by=both)


def test_tasks_count_what_waits(app: Flask, given: Given) -> None:
    with app.app_context():
        _, german, french = given.in_review()
        other = given.application(State.ADMITTED)
        given.assign(other, german)
        given.declare(other, german)
        office = given.office(Side.FRENCH)
        assert [task[1:] for task in queries.tasks(german)] == [(1, "review.queue", {}), (1, "review.queue", {})]
        assert [task[1:] for task in queries.tasks(french)] == [(1, "review.queue", {})]
        assert [task[1:] for task in queries.tasks(office)] == [(1, "review.to_assign", {})]
        assert queries.tasks(given.office(Side.GERMAN)) == []
        assert queries.tasks(given.staff(Role.FINANCE, Party.TOULOUSE)) == []


def test_the_trail_carries_no_score_no_comment_and_no_reason(app: Flask, given: Given) -> None:
    with app.app_context():
        application, german, french = given.in_review()
        given.review(application, german, 3, comment="geheimes Wort")
        given.declare(application, french, conflict=True)
        entries = db.session.scalars(select(Entry).where(Entry.subject_id == str(application.id))).all()
        said = " ".join(f"{e.action} {e.before} {e.after} {e.reason}" for e in entries)
        assert "geheimes Wort" not in said
        assert "Mein Bruder" not in said
        assert {"reviewer_assigned", "review_submitted", "conflict_declared"} <= {e.action for e in entries}
        assert "total" not in said
        notes = db.session.scalars(select(Event.note).where(Event.application_id == application.id)).all()
        assert set(notes) == {""}


def test_an_assessed_file_takes_no_second_completion(app: Flask, given: Given) -> None:
    with app.app_context():
        application = given.assessed()
        with pytest.raises(IllegalStep):
            applications.advance(application, Action.COMPLETE_REVIEW, by=given.reviewer(Party.TOULOUSE))
