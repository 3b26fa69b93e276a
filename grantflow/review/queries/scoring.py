"""What a reviewer reads: their own files. Before they have submitted, nothing they are given depends on what the others
have done (D12, T13).
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, and_, false, func, or_, select, true, tuple_
from sqlalchemy.orm import aliased, contains_eager, joinedload

from grantflow.applications import policy as applications
from grantflow.applications.models import Application, Version, VersionParty
from grantflow.applications.states import AT_WORK, Part
from grantflow.calls.models import Call, Category, Criterion
from grantflow.kernel.parties import Actor, Role, Side
from grantflow.platform.db import db
from grantflow.seats.states import Conflict

from .. import rules
from ..models import Assessment, Assignment, Score
from ..rules import Mark
from ..states import READABLE, UNDECIDED
from .seats import PAGE


def doors(actor: Actor) -> Select[Assignment]:
    """The actor's assignments whose file is open to them: the one predicate behind queue, counts and file (T12)."""
    submitted = Assignment.submitted_at.is_not(None)
    return (
        select(Assignment)
        .join(Assignment.application)
        .outerjoin(Assignment.assessment)
        .where(
            true() if Role.REVIEWER in actor.roles else false(),
            Assignment.reviewer_id == actor.id,
            Assignment.conflict != Conflict.DECLARED,
            ~applications.biased(actor.id),
            or_(Application.state.in_(AT_WORK), submitted & Application.state.in_(READABLE)),
        )
    )


def own_file(actor: Actor, id: UUID) -> Assignment | None:  # noqa: A002 - the house's name in addresses
    """The actor's assignment to this file with all that its page shows; None once a conflict is declared."""
    file = contains_eager(Assignment.application)
    call = file.joinedload(Application.call)
    query = (
        doors(actor)
        .where(Assignment.application_id == id)
        .options(
            file.joinedload(Application.lead),
            file.joinedload(Application.sent).options(joinedload(Version.frozen_lead), joinedload(Version.partner)),
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
    lead_side: Side
    partner: str
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


def queue(actor: Actor, call_id: UUID | None, after: UUID | None = None) -> Queue:
    """The actor's queue in a call; ``after`` pages through the submitted reviews."""
    of_call = Application.call_id == call_id
    to_do = _rows(pending(actor).where(of_call))
    submitted = doors(actor).where(of_call, Assignment.submitted_at.is_not(None))
    page = submitted.order_by(Assignment.submitted_at.desc(), Assignment.id.desc()).limit(PAGE + 1)
    if after:
        seen = aliased(Assignment)
        last = select(seen.submitted_at, seen.id).where(seen.id == after, seen.reviewer_id == actor.id)
        page = page.where(tuple_(Assignment.submitted_at, Assignment.id) < last.scalar_subquery())
    rows = _rows(page)
    done = db.session.scalar(
        select(func.count()).select_from(submitted.where(Application.state.in_(UNDECIDED)).subquery())
    )
    return Queue(
        to_declare=[row for row in to_do if not row.declared],
        to_score=[row for row in to_do if row.declared],
        submitted=rows[:PAGE],
        older=rows[PAGE - 1].assignment_id if len(rows) > PAGE else None,
        done=done or 0,
        count=(done or 0) + len(to_do),
    )


def next_file(actor: Actor, after: Assignment) -> UUID | None:
    """The call's next file to declare for or to score, in the queue's order, from the top again at its end."""
    of_call = pending(actor).where(Application.call_id == after.application.call_id)
    ids = list(db.session.scalars(of_call.with_only_columns(Assignment.application_id)))
    others = [key for key in ids if key != after.application_id]
    if not others:
        return None
    here = ids.index(after.application_id) if after.application_id in ids else 0
    return others[here % len(others)]


def pending(actor: Actor) -> Select[Assignment]:
    """What the actor has to declare for or to score, oldest first."""
    return doors(actor).where(Assignment.submitted_at.is_(None)).order_by(Assignment.assigned_at, Assignment.id)


def pending_counts(actor: Actor) -> dict[UUID, dict[Conflict, int]]:
    """How many files of each call the actor has to declare for, and to score."""
    columns = Application.call_id, Assignment.conflict
    query = pending(actor).order_by(None).with_only_columns(*columns, func.count()).group_by(*columns)
    found: dict[UUID, dict[Conflict, int]] = {}
    for call_id, conflict, files in db.session.execute(query):
        found.setdefault(call_id, {})[conflict] = files
    return found


def _rows(query: Select[Assignment]) -> list[Row]:
    lead, partner = aliased(VersionParty), aliased(VersionParty)
    marked = (
        select(func.count())
        .where(Score.assessment_id == Assessment.id, Score.points.is_not(None), Score.comment != "")
        .scalar_subquery()
    )
    criteria = select(func.count()).where(Criterion.call_id == Application.call_id).scalar_subquery()
    columns = (
        query.join(Application.sent)
        .join(lead, and_(lead.version_id == Version.id, lead.part == Part.LEAD))
        .outerjoin(partner, and_(partner.version_id == Version.id, partner.part == Part.PARTNER))
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
            Application.lead_name,
            Application.lead_side,
            Application.partner_name,
            lead.run_by.label("lead_run_by"),
            partner.run_by.label("partner_run_by"),
            Assessment.total,
            Assignment.submitted_at,
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
                lead=found.lead_name,
                lead_side=found.lead_side,
                partner=found.partner_name,
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
