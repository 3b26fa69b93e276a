"""The third review: due between the sides, of no side, agreed on by both offices, asked once (D6)."""

from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from grantflow.accounts.models import Person, RoleGrant
from grantflow.applications.states import State
from grantflow.audit.models import Entry
from grantflow.kernel import clock
from grantflow.kernel.errors import DomainError, Forbidden, Invalid
from grantflow.kernel.parties import Party, Role, Side
from grantflow.notifications.models import Message
from grantflow.platform.db import db
from grantflow.review import queries, service, texts
from grantflow.review.models import Assignment, Nomination
from grantflow.review.states import Need
from tests.given import Given

from .looking import assignment_of, standing_of, state_of

D, T, M = Party


@pytest.mark.parametrize("party", Party)
def test_whoever_gives_it_the_median_counts_and_no_fourth_is_asked(app: Flask, given: Given, party: Party) -> None:
    with app.app_context():
        application = given.assessed(german=9, french=[7] * 5 + [5] * 6, asks=900_000)
        assert standing_of(application).third_due is True
        third = given.reviewer(party)
        given.nominate(application, third)
        given.confirm(application, third)
        assert state_of(application) is State.IN_REVIEW
        given.review(application, third, 8, recommended=700_000)
        assert state_of(application) is State.ASSESSED
        found = standing_of(application)
        assert (found.submitted, found.german, found.french, found.third) == (3, 99, 65, 88)
        assert (found.score, found.gap, found.third_due) == (Decimal(88), Decimal(34), False)
        assert found.recommended_cents == 900_000
        with pytest.raises(DomainError, match="review_no_third_due"):
            given.nominate(application, given.reviewer(T))


def test_no_third_review_without_need(app: Flask, given: Given) -> None:
    with app.app_context():
        near, poor = given.assessed(german=8, french=6), given.assessed(german=4, french=0)
        assert standing_of(poor).gap == 44
        for application in (near, poor, given.application(State.ADMITTED), given.in_review()[0]):
            with pytest.raises(DomainError, match="review_no_third_due"):
                given.nominate(application, given.reviewer(T))


def test_one_office_alone_seats_nobody(app: Flask, given: Given) -> None:
    with app.app_context():
        application, third = given.assessed(german=9, french=5), given.reviewer(M)
        for stranger in (given.staff(Role.OFFICE, M), given.staff(Role.ADMINISTRATOR, D), given.signatory(T)):
            with pytest.raises(Forbidden):
                given.nominate(application, third, stranger)
        given.nominate(application, third, given.office(Side.FRENCH))
        with pytest.raises(Forbidden, match="review_own_nomination"):
            given.confirm(application, third, given.office(Side.FRENCH))
        with pytest.raises(DomainError, match="review_closed"):
            given.assign(application, given.reviewer(T))
        assert state_of(application) is State.ASSESSED
        # Nobody knows of a proposal but the offices.
        assert queries.tasks(third) == []
        assert queries.own_file(third, application.id) is None
        given.confirm(application, third, given.office(Side.GERMAN))
        assert [(its.count, its.endpoint) for its in queries.tasks(third)] == [(1, "review.queue")]


def test_another_proposal_is_how_an_office_says_no(app: Flask, given: Given) -> None:
    """And nobody confirms whom they have not seen."""
    with app.app_context():
        application, one, other = given.assessed(german=9, french=5), given.reviewer(D), given.reviewer(T)
        given.nominate(application, one, given.office(Side.GERMAN))
        given.nominate(application, other, given.office(Side.FRENCH))
        with pytest.raises(DomainError, match="review_nomination_moved"):
            given.confirm(application, one, given.office(Side.GERMAN))
        given.confirm(application, other, given.office(Side.GERMAN))
        assert db.session.scalars(select(Nomination)).all() == []
        assert assignment_of(application, other).is_third
        entries = select(Entry.action, Entry.after).where(Entry.action.like("third_%")).order_by(Entry.seq)
        assert [(action, after["reviewer"]) for action, after in db.session.execute(entries)] == [
            ("third_reviewer_proposed", one.name),
            ("third_reviewer_proposed", other.name),
            ("third_reviewer_confirmed", other.name),
        ]


def test_who_cannot_give_it(app: Flask, given: Given) -> None:
    with app.app_context():
        application = given.assessed(german=9, french=5)
        office = given.staff(Role.OFFICE, D, Role.REVIEWER)

        def refusal(person: Person) -> str:
            with pytest.raises(Invalid) as caught:
                given.nominate(application, person, office)
            return caught.value.key

        first = db.session.scalars(select(Assignment.reviewer_id).where(Assignment.application_id == application.id))
        assert {refusal(db.session.get_one(Person, key)) for key in first} == {"review_already_assigned"}
        assert refusal(office) == "review_not_yourself"
        assert refusal(given.staff(Role.FINANCE, T)) == "review_not_a_reviewer"
        for role in (Role.OFFICE, Role.SIGNATORY):
            assert refusal(given.reviewer(T, role)) == "review_not_blind"
        panel = queries.panel(office, application)
        assert panel
        assert panel.third
        for candidate in panel.third.candidates:
            assert candidate.person.roles & {Role.OFFICE, Role.SIGNATORY} == set()


def test_whoever_is_disabled_before_the_other_office_confirms_is_not_seated(app: Flask, given: Given) -> None:
    with app.app_context():
        application, third = given.assessed(german=9, french=5), given.reviewer(M)
        given.nominate(application, third)
        third.disabled_at = clock.now()
        with pytest.raises(Invalid, match="review_not_a_reviewer"):
            given.confirm(application, third)


@pytest.mark.parametrize("how", ["recused", "removed by D", "removed by T"])
def test_both_offices_name_another_person_for_the_same_seat(app: Flask, given: Given, how: str) -> None:
    with app.app_context():
        application, third = given.assessed(german=9, french=5), given.reviewer(M)
        given.nominate(application, third)
        given.confirm(application, third)
        if how == "recused":
            given.declare(application, third, conflict=True)
        else:
            side = Side.GERMAN if how.endswith("D") else Side.FRENCH
            service.unassign(assignment_of(application, third), by=given.office(side))
        assert state_of(application) is State.ASSESSED
        assert standing_of(application).third_due is True
        given.review(application, given.reviewer(D), 7)
        assert (standing_of(application).third, standing_of(application).third_due) == (77, False)


def test_it_waits_for_one_office_after_the_other(app: Flask, given: Given) -> None:
    with app.app_context():
        application = given.assessed(german=9, french=5)
        german, french = given.office(Side.GERMAN), given.office(Side.FRENCH)

        def waiting() -> list[list[Need]]:
            return [[need for _, need in queries.waiting(office, application.call_id)] for office in (german, french)]

        assert waiting() == [[Need.THIRD], [Need.THIRD]]
        given.nominate(application, given.reviewer(T), german)
        assert waiting() == [[], [Need.CONFIRMATION]]
        assert [(task.label, task.count) for task in queries.tasks(french)] == [(texts.NEEDS[Need.CONFIRMATION], 1)]
        told = db.session.scalars(select(Message).where(Message.kind == "third_to_confirm")).all()
        assert french.id in {message.person_id for message in told}
        assert german.id not in {message.person_id for message in told}
        given.nominate(application, given.reviewer(D), french)
        assert waiting() == [[Need.CONFIRMATION], []]


def test_it_stays_blind_and_unseen_until_it_is_in(app: Flask, given: Given) -> None:
    with app.app_context():
        application, office = given.assessed(german=8, french=5), given.office(Side.GERMAN)
        third = given.reviewer(M)
        given.nominate(application, third)
        given.confirm(application, third)
        # An administrator gives them two more roles meanwhile.
        for role in (Role.OFFICE, Role.SIGNATORY):
            third.role_grants.append(RoleGrant(role=role, granted_at=clock.now()))
        db.session.flush()
        given.review(application, third, 6, submit=False)
        assert queries.compare(third, application.id) is None
        assert queries.panel(third, application) is None
        comparison = queries.compare(office, application.id)
        assert comparison
        assert [review.mark for review in comparison.reviews] == ["duesseldorf", "toulouse"]
        given.review(application, third, 6)
        comparison = queries.compare(third, application.id)
        assert comparison
        assert [review.mark for review in comparison.reviews] == ["duesseldorf", "toulouse", "third"]


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("UPDATE seat SET is_third = true, confirmed_by = assigned_by", "third_by_two"),
        ("UPDATE seat SET is_third = true", "third_confirmed"),
        (
            "UPDATE seat SET is_third = true, confirmed_by = reviewer_id",
            "uq_seat_third",
        ),
    ],
)
def test_the_database_itself_wants_two_offices_and_one_third(
    app: Flask, given: Given, statement: str, name: str
) -> None:
    with app.app_context():
        given.in_review()
        with pytest.raises(IntegrityError, match=name):
            db.session.execute(text(statement))
