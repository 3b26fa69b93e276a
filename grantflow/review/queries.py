"""Reads of the review. Blindness lives here: before a reviewer has submitted, nothing they are given depends on what
the others have done (D12, T13).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, false, func, or_, select, true, tuple_
from sqlalchemy.orm import aliased, contains_eager, joinedload, lazyload

from grantflow.accounts.models import Person, RoleGrant
from grantflow.accounts.texts import PARTIES
from grantflow.applications import policy as applications
from grantflow.applications.models import Application, Partner
from grantflow.applications.states import State
from grantflow.calls import rules as calls
from grantflow.calls.models import Call, Category, Criterion
from grantflow.kernel.parties import OFFICES, Actor, Party, Role, Side
from grantflow.organisations.models import Membership, Organisation
from grantflow.organisations.states import Country
from grantflow.platform.db import db

from . import policy, rules, texts
from .models import Assessment, Assignment, Score, Standing
from .rules import Mark, Seat
from .states import AT_WORK, READABLE, UNDECIDED, Conflict, Progress

#: Rows of one page of submitted reviews, and of the list of files without a reviewer.
PAGE = 25

_ORDER = list(Party)

#: A reviewer by name: nobody asks here what roles they hold.
_REVIEWER = joinedload(Assignment.reviewer).lazyload(Person.role_grants)


# --- seats -----------------------------------------------------------------------------------------


def seat_of(actor: Actor, application_id: UUID) -> Seat | None:
    """The actor's own seat at a file, recused or not."""
    query = (
        select(Assignment)
        .where(Assignment.application_id == application_id, Assignment.reviewer_id == actor.id)
        .options(joinedload(Assignment.assessment))
    )
    assignment = db.session.scalar(query)
    return assignment.seat if assignment else None


def is_closed(actor: Actor, application: Application) -> bool:
    """Whether the actor's own seat closes the file to their other roles."""
    query = select(Application.id).where(Application.id == application.id, policy.closed_by_review(actor))
    return db.session.scalar(query) is not None


# --- the reviewer's own files --------------------------------------------------------------------


def _doors(actor: Actor) -> Select[Assignment]:
    """The actor's assignments whose file is open to them: the one predicate behind queue, counts and file (T12)."""
    submitted = Assessment.progress == Progress.SUBMITTED
    return (
        select(Assignment)
        .join(Assignment.application)
        .outerjoin(Assignment.assessment)
        .where(
            true() if Role.REVIEWER in actor.roles else false(),
            Assignment.reviewer_id == actor.id,
            Assignment.conflict != Conflict.DECLARED,
            or_(Application.state.in_(AT_WORK), submitted & Application.state.in_(READABLE)),
        )
    )


def own_file(actor: Actor, id: UUID) -> Assignment | None:  # noqa: A002 - the house's name in addresses
    """The actor's assignment to this file with all that its page shows; None once a conflict is declared."""
    file = contains_eager(Assignment.application)
    call = file.joinedload(Application.call)
    query = (
        _doors(actor)
        .where(Assignment.application_id == id)
        .options(
            file.joinedload(Application.lead),
            file.joinedload(Application.partner),
            call.selectinload(Call.criteria),
            call.selectinload(Call.categories).selectinload(Category.closings),
            contains_eager(Assignment.assessment).selectinload(Assessment.scores).joinedload(Score.criterion),
        )
    )
    return db.session.scalar(query)


@dataclass(frozen=True, slots=True)
class Row:
    """One file of a reviewer's queue. Before the declaration no more than number, title and organisations."""

    application_id: UUID
    number: str
    title: str
    #: In which the title is written.
    language: str
    lead: str
    lead_country: Country
    partner: str | None
    partner_country: Country | None
    own_institution: bool
    declared: bool
    assigned_at: datetime
    requested_cents: int | None
    #: Criteria with points and comment, of how many.
    done: int
    criteria: int
    total: int
    submitted_at: datetime | None
    assignment_id: UUID


@dataclass(frozen=True, slots=True)
class Queue:
    """What a reviewer has to do, oldest first, and what is submitted, newest first."""

    to_declare: list[Row]
    to_score: list[Row]
    submitted: list[Row]
    #: Cursor of the next page of submitted reviews.
    older: UUID | None
    #: Of the files still undecided: submitted, and all.
    done: int
    count: int


def queue(actor: Actor, after: UUID | None = None) -> Queue:
    """The actor's queue; ``after`` pages through the submitted reviews."""
    pending = _rows(_pending(actor))
    submitted = _doors(actor).where(Assessment.progress == Progress.SUBMITTED)
    page = submitted.order_by(Assessment.submitted_at.desc(), Assessment.id.desc()).limit(PAGE + 1)
    if after:
        last = select(Assessment.submitted_at, Assessment.id).join(Assessment.assignment)
        last = last.where(Assignment.id == after, Assignment.reviewer_id == actor.id)
        page = page.where(tuple_(Assessment.submitted_at, Assessment.id) < last.scalar_subquery())
    rows = _rows(page)
    done = db.session.scalar(
        select(func.count()).select_from(submitted.where(Application.state.in_(UNDECIDED)).subquery())
    )
    return Queue(
        to_declare=[row for row in pending if not row.declared],
        to_score=[row for row in pending if row.declared],
        submitted=rows[:PAGE],
        older=rows[PAGE - 1].assignment_id if len(rows) > PAGE else None,
        done=done or 0,
        count=(done or 0) + len(pending),
    )


def next_file(actor: Actor, after: Assignment) -> UUID | None:
    """The next file to declare for or to score, in the queue's order, from the top again at its end."""
    ids = list(db.session.scalars(_pending(actor).with_only_columns(Assignment.application_id)))
    others = [key for key in ids if key != after.application_id]
    if not others:
        return None
    here = ids.index(after.application_id) if after.application_id in ids else 0
    return others[here % len(others)]


def _pending(actor: Actor) -> Select[Assignment]:
    unsubmitted = or_(Assessment.id.is_(None), Assessment.progress == Progress.DRAFT)
    return _doors(actor).where(unsubmitted).order_by(Assignment.assigned_at, Assignment.id)


def _rows(query: Select[Assignment]) -> list[Row]:
    lead, partner = aliased(Organisation), aliased(Partner)
    marked = (
        select(func.count())
        .where(Score.assessment_id == Assessment.id, Score.points.is_not(None), Score.comment != "")
        .scalar_subquery()
    )
    criteria = select(func.count()).where(Criterion.call_id == Application.call_id).scalar_subquery()
    columns = (
        query.join(lead, lead.id == Application.lead_id)
        .outerjoin(partner, partner.application_id == Application.id)
        .with_only_columns(
            Assignment.id,
            Assignment.application_id,
            Assignment.party,
            Assignment.conflict,
            Assignment.assigned_at,
            Application.number,
            Application.title,
            Application.language,
            Application.requested_cents,
            lead.name.label("lead"),
            lead.country.label("lead_country"),
            lead.run_by.label("lead_run_by"),
            partner.name.label("partner"),
            partner.country.label("partner_country"),
            partner.run_by.label("partner_run_by"),
            Assessment.total,
            Assessment.submitted_at,
            marked.label("marked"),
            criteria.label("criteria"),
        )
    )
    rows = []
    for found in db.session.execute(columns):
        declared = found.conflict is Conflict.NONE
        rows.append(
            Row(
                application_id=found.application_id,
                number=found.number,
                title=found.title,
                language=found.language,
                lead=found.lead,
                lead_country=found.lead_country,
                partner=found.partner,
                partner_country=found.partner_country,
                own_institution=rules.is_own_institution(found.party, (found.lead_run_by, found.partner_run_by)),
                declared=declared,
                assigned_at=found.assigned_at,
                requested_cents=found.requested_cents if declared else None,
                done=found.marked,
                criteria=found.criteria,
                total=found.total or 0,
                submitted_at=found.submitted_at,
                assignment_id=found.id,
            )
        )
    return rows


def marks(assessment: Assessment | None) -> dict[int, Mark]:
    """Points and comments by the criterion's position."""
    scores = assessment.scores if assessment else ()
    return {score.criterion.position: Mark(score.points, score.comment) for score in scores}


# --- what both sides see once everything is in ---------------------------------------------------


def category(application: Application) -> Category:
    """The category that the amount asked for falls into; its minimum score is the threshold."""
    return calls.category_of(application.call.categories, application.requested_cents)


def threshold(application: Application) -> int:
    """The least points, of the call's maximum, for an award."""
    return category(application).min_score


def standing(application: Application) -> Standing | None:
    return db.session.get(Standing, application.id)


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion across all reviews, in the order of the reviews."""

    criterion: Criterion
    marks: list[Mark]

    @property
    def gap(self) -> int:
        return rules.gap([mark.points or 0 for mark in self.marks])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the settled reviews of a file come to, in the order Düsseldorf, Toulouse, Toulouse Métropole."""

    application: Application
    standing: Standing
    category: Category
    reviews: list[Assignment]

    @property
    def below_threshold(self) -> bool:
        return self.standing.mean < self.category.min_score


@dataclass(frozen=True, slots=True)
class Comparison(Outcome):
    """And side by side, criterion by criterion."""

    rows: list[Line]


def compare(actor: Actor, id: UUID) -> Comparison | None:  # noqa: A002 - the house's name in addresses
    """The comparison, or None for whoever may not see every score of this file (D12)."""
    seat = seat_of(actor, id)
    by_office = select(Application).where(Application.id == id, applications.visible(actor))
    by_seat = select(Application).where(Application.id == id, Application.state.in_(READABLE))
    reads_as_office = bool(actor.roles & {Role.OFFICE, Role.SIGNATORY})
    if seat is None and not reads_as_office:
        return None
    call = joinedload(Application.call)
    query = (by_seat if seat else by_office).options(
        joinedload(Application.lead), call.selectinload(Call.criteria), call.selectinload(Call.categories)
    )
    application = db.session.scalar(query)
    found = standing(application) if application else None
    if application is None or found is None or not rules.may_see_scores(actor.roles, seat, settled=True):
        return None
    scores = joinedload(Assignment.assessment).selectinload(Assessment.scores).joinedload(Score.criterion)
    reviews = _settled(db.session.scalars(_of_file(application).options(scores)), found)
    by_review = [marks(review.assessment) for review in reviews]
    rows = [
        Line(criterion, [given.get(criterion.position, Mark()) for given in by_review])
        for criterion in application.call.criteria
    ]
    return Comparison(application, found, category(application), reviews, rows)


def _settled(everyone: Iterable[Assignment], found: Standing) -> list[Assignment]:
    """The reviews that the standing is made of; one that came in later shows only with its own round (D12)."""
    counted = [
        a
        for a in everyone
        if a.conflict is Conflict.NONE and a.assessment and a.assessment.submitted_at is not None
        if a.assessment.submitted_at <= found.settled_at
    ]
    return sorted(counted, key=lambda a: _ORDER.index(a.party))


# --- the offices' board --------------------------------------------------------------------------


def _of_file(application: Application) -> Select[Assignment]:
    return (
        select(Assignment)
        .where(Assignment.application_id == application.id)
        .options(joinedload(Assignment.assessment), _REVIEWER)
        .order_by(Assignment.assigned_at, Assignment.id)
    )


def assignments(application: Application) -> list[Assignment]:
    """Every assignment of a file, the first first, read afresh, with its assessment and reviewer."""
    return list(db.session.scalars(_of_file(application).execution_options(populate_existing=True)))


def seats(application: Application) -> list[Seat]:
    return [assignment.seat for assignment in assignments(application)]


def file_of_office(actor: Actor, id: UUID) -> Application | None:  # noqa: A002 - the house's name in addresses
    """A file on whose board the actor may act."""
    query = select(Application).where(Application.id == id, applications.visible(actor))
    return db.session.scalar(query) if policy.assigns(actor) else None


def assignment_of_office(actor: Actor, id: UUID, assignment_id: UUID) -> Assignment | None:  # noqa: A002 - the house's name in addresses
    """An assignment on such a board."""
    query = (
        select(Assignment)
        .join(Assignment.application)
        .where(Assignment.id == assignment_id, Application.id == id, applications.visible(actor))
        .options(joinedload(Assignment.assessment), _REVIEWER)
    )
    return db.session.scalar(query) if policy.assigns(actor) else None


def reviewer(person_id: UUID) -> Person | None:
    return db.session.get(Person, person_id)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could review a file; their city may run the applicant or its partner."""

    person: Person
    open_files: int
    own_institution: bool

    @property
    def party_name(self) -> str:
        return PARTIES[self.person.party] if self.person.party else ""


@dataclass(frozen=True, slots=True)
class Board:
    """One side's reviewers of a file. Progress only, never points."""

    side: Side
    office: Party
    assignments: list[Assignment]
    #: The viewer's own office: may assign and remove, and reads why somebody is recused.
    is_own: bool
    needs_reviewer: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """The review's part of the staff page of one file."""

    application: Application
    boards: list[Board]
    candidates: list[Candidate]
    can_assign: bool
    #: Set once all reviews are in and the viewer may see them.
    outcome: Outcome | None


def panel(actor: Actor, application: Application) -> Panel | None:
    """What the actor sees of the review on the file's page: offices the board, offices and signatories the outcome.

    None where there is nothing to show: before admission, for finance and administration, for whoever is recused, and
    for an officer who still has to submit a review of this very file.
    """
    if application.state not in READABLE:
        return None
    everyone = assignments(application)
    seat = next((a.seat for a in everyone if a.reviewer_id == actor.id), None)
    found = standing(application)
    outcome = None
    if found and rules.may_see_scores(actor.roles, seat, settled=True):
        outcome = Outcome(application, found, category(application), _settled(everyone, found))
    if not rules.may_see_board(actor.roles, seat):
        return Panel(application, [], [], False, outcome) if outcome else None
    own_side = actor.party.side if actor.party else None
    is_open = application.state in AT_WORK or (
        application.state is State.ASSESSED and found is not None and found.third_due
    )
    can_assign = is_open and policy.assigns(actor)
    missing = rules.sides_without_reviewer(assignment.seat for assignment in everyone)
    boards = [
        Board(
            side=side,
            office=OFFICES[side],
            assignments=[a for a in everyone if a.party.side is side],
            is_own=side is own_side,
            needs_reviewer=side in missing,
        )
        for side in sorted(Side, key=lambda side: side is not own_side)
    ]
    candidates = _candidates(actor, application, own_side) if can_assign and own_side else []
    return Panel(application, boards, candidates, can_assign, outcome)


def _candidates(actor: Actor, application: Application, side: Side) -> list[Candidate]:
    """Active reviewers of the side who are not on the file, do not act for the applicant and are not the actor."""
    desk = aliased(Assignment)
    open_files = (
        select(func.count())
        .select_from(desk)
        .join(Application, Application.id == desk.application_id)
        .outerjoin(Assessment, Assessment.assignment_id == desk.id)
        .where(
            desk.reviewer_id == Person.id,
            desk.conflict != Conflict.DECLARED,
            Application.state.in_(AT_WORK),
            or_(Assessment.id.is_(None), Assessment.progress == Progress.DRAFT),
        )
        .scalar_subquery()
    )
    query = (
        select(Person, open_files)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(
            RoleGrant.role == Role.REVIEWER,
            Person.party.in_([party for party in Party if party.side is side]),
            Person.disabled_at.is_(None),
            Person.confirmed_at.is_not(None),
            Person.id != actor.id,
            Person.id != application.contact_id,
            ~exists().where(Assignment.application_id == application.id, Assignment.reviewer_id == Person.id),
            ~exists().where(Membership.organisation_id == application.lead_id, Membership.person_id == Person.id),
        )
        .options(lazyload(Person.role_grants))
        .order_by(Person.name)
    )
    run_by = _run_by(application)
    return [
        Candidate(person, count, rules.is_own_institution(person.party, run_by))
        for person, count in db.session.execute(query)
        if person.party
    ]


def is_member(person: Person, application: Application) -> bool:
    """Whether somebody acts for the applicant."""
    query = select(Membership.person_id).where(
        Membership.organisation_id == application.lead_id, Membership.person_id == person.id
    )
    return db.session.scalar(query) is not None


def _run_by(application: Application) -> tuple[Party | None, Party | None]:
    return application.lead.run_by, application.partner.run_by if application.partner else None


def is_own_institution(assignment: Assignment) -> bool:
    """Whether the reviewer's own city runs one of the organisations: the same department would be a conflict."""
    return rules.is_own_institution(assignment.party, _run_by(assignment.application))


def without_reviewer(actor: Actor, after: UUID | None = None) -> Sequence[Application]:
    """Files for which the actor's office has to assign somebody, or can order the third review; oldest first."""
    query = _to_assign(actor).options(joinedload(Application.lead)).order_by(Application.submitted_at, Application.id)
    if after:
        last = select(Application.submitted_at, Application.id).where(Application.id == after)
        query = query.where(tuple_(Application.submitted_at, Application.id) > last.scalar_subquery())
    return db.session.scalars(query.limit(PAGE + 1)).all()


def _to_assign(actor: Actor) -> Select[Application]:
    if actor.party is None or not policy.assigns(actor):
        return select(Application).where(false())
    own = [party for party in Party if party.side is actor.party.side]
    staffed = exists().where(
        Assignment.application_id == Application.id,
        Assignment.party.in_(own),
        Assignment.conflict != Conflict.DECLARED,
    )
    third_due = exists().where(Standing.application_id == Application.id, Standing.third_due)
    return select(Application).where(
        applications.visible(actor),
        or_(Application.state.in_(AT_WORK) & ~staffed, (Application.state == State.ASSESSED) & third_due),
    )


# --- my tasks ------------------------------------------------------------------------------------


def tasks(actor: Actor) -> list[tuple[Any, int, str, dict[str, Any]]]:
    """What waits for the actor, as (label, count, endpoint, its arguments); nothing that counts 0."""
    found: list[tuple[Any, int, str, dict[str, Any]]] = []
    if Role.REVIEWER in actor.roles:
        query = _pending(actor).order_by(None).with_only_columns(Assignment.conflict, func.count())
        conflicts = dict(db.session.execute(query.group_by(Assignment.conflict)).all())
        found += [
            (texts.TO_DECLARE, conflicts.get(Conflict.UNDECLARED, 0), "review.queue", {}),
            (texts.TO_SCORE, conflicts.get(Conflict.NONE, 0), "review.queue", {}),
        ]
    if policy.assigns(actor):
        count = db.session.scalar(select(func.count()).select_from(_to_assign(actor).subquery()))
        found.append((texts.TO_ASSIGN, count or 0, "review.to_assign", {}))
    return [task for task in found if task[1]]
