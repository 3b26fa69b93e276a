"""The verbs on a real database: declare, score, submit."""

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
from grantflow.applications.states import EDITABLE, Action, State
from grantflow.applications.workflow import APPLICATION
from grantflow.audit.models import Entry
from grantflow.kernel.errors import DomainError, Forbidden, IllegalStep, Incomplete, Invalid
from grantflow.kernel.parties import Party, Role, Side
from grantflow.notifications.models import Message
from grantflow.platform.db import db
from grantflow.review import queries, service
from grantflow.review.models import Score, Standing
from grantflow.review.rules import Mark
from grantflow.seats.states import Conflict
from tests.given import Given

from .looking import assignment_of, marks, state_of

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
        waiting = queries.waiting(given.office(Side.GERMAN), application.call_id)
        assert [file.id for file, _ in waiting] == [application.id]
        given.review(application, given.reviewer(Party.DUESSELDORF))
        assert state_of(application) is State.ASSESSED


def test_a_conflict_is_told_to_the_office_that_fills_the_seat(app: Flask, given: Given) -> None:
    """Without the name of whoever declared it, and to nobody whom the file is closed to."""
    application = given.application(State.ADMITTED)
    ours, theirs = given.office(Side.GERMAN), given.office(Side.FRENCH)
    both = given.reviewer(Party.DUESSELDORF, Role.OFFICE)
    given.declare(application, both, conflict=True)
    with app.app_context():
        told = db.session.scalars(select(Message).where(Message.kind == "reviewer_recused")).all()
        assert ours.id in {message.person_id for message in told}
        assert not {theirs.id, both.id} & {message.person_id for message in told}
        assert both.name not in str([message.facts for message in told])


def test_a_conflict_found_while_reading_closes_the_file_too(app: Flask, given: Given) -> None:
    with app.app_context():
        application, german, french = given.in_review()
        given.review(application, french)
        given.review(application, german, submit=False)
        given.declare(application, german, conflict=True)
        assert state_of(application) is State.IN_REVIEW
        given.review(application, given.reviewer(Party.DUESSELDORF))
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


def test_the_points_of_a_criterion_count_as_often_as_its_weight(app: Flask, given: Given) -> None:
    with app.app_context():
        application, german, _ = given.in_review()
        given.declare(application, german)
        assignment = assignment_of(application, german)
        next(its for its in assignment.application.call.criteria if its.position == 3).weight = 2
        marks = {3: Mark(7, ""), 4: Mark(5, "")}
        assessment, _ = service.save_draft(assignment, marks, recommended_cents=None, comment="", by=german)
        assert assessment.total == 19
        db.session.rollback()


def test_scores_keep_the_version_they_saw(app: Flask, given: Given) -> None:
    """A file that came back before it was admitted is scored as it was sent then, and the assessment says so."""
    with app.app_context():
        application = given.application(State.RETURNED)
        applications.submit(application, by=application.contact)
        applications.admit(application, by=given.office(application.lead_side))
        german = given.reviewer(Party.DUESSELDORF)
        given.assign(application, german)
        given.declare(application, german)
        seat = assignment_of(application, german)
        draft, _ = service.save_draft(seat, {3: Mark(7, "")}, recommended_cents=None, comment="", by=german)
        assert draft.version is application.sent
        assert draft.version.number == 2
        assert draft.version.sealed_at


def test_once_scoring_began_no_road_leads_back_to_the_applicant() -> None:
    """So no answer changes under its scores. Whoever opens such a road lets their authors confirm or score again before
    the review settles: ``rules.outdated`` tells which."""
    reached = {State.IN_REVIEW}
    while more := {its.target for its in APPLICATION.steps if its.sources & reached} - reached:
        reached |= more
    assert reached & EDITABLE == set()
    assert State.AWARDED in reached


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
        assert (standing.submitted, standing.score, standing.german, standing.french) == (
            2,
            Decimal("82.50"),
            Decimal("88.00"),
            Decimal("77.00"),
        )
        assert (standing.gap, standing.third_due, standing.recommended_cents) == (11, False, 850_000)


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
        "UPDATE seat SET submitted_at = NULL WHERE submitted_at IS NOT NULL",
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
        with pytest.raises(DatabaseError, match=r"submitted assessment (is|are) final"):
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
        assert queries.queue(both, application.call_id).count == 0
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

        def told(person: Person) -> list[tuple[int, str]]:
            return [(task.count, task.endpoint) for task in queries.tasks(person)]

        assert told(german) == [(1, "review.queue"), (1, "review.queue")]
        assert told(french) == [(1, "review.queue")]
        assert told(office) == [(1, "review.to_assign")]
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
