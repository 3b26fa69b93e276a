"""What both sides see once everything is in: the outcome of a file, and its reviews side by side (D12)."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from grantflow.applications import policy as applications
from grantflow.applications.models import Application
from grantflow.calls.models import Call, Category, Criterion
from grantflow.kernel.parties import Actor, Party, Role
from grantflow.platform.db import db
from grantflow.seats.states import Conflict

from .. import rules
from ..models import Assessment, Assignment, Score, Standing
from ..rules import Mark
from ..states import READABLE
from .scoring import marks
from .seats import category, of_file, seat_of, standing

_ORDER = list(Party)


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
    """What the settled reviews of a file come to, in the order ● ■ ◆, the third review last."""

    application: Application
    standing: Standing
    category: Category
    reviews: list[Assignment]

    @property
    def below_threshold(self) -> bool:
        return self.standing.score < self.category.min_score


@dataclass(frozen=True, slots=True)
class Comparison(Outcome):
    """And side by side, criterion by criterion."""

    rows: list[Line]


def compare(actor: Actor, id: UUID) -> Comparison | None:  # noqa: A002 - the house's name in addresses
    """The comparison, or None for whoever may not see every score of this file (D12)."""
    seat = seat_of(actor, id)
    by_office = select(Application).where(Application.id == id, applications.visible(actor))
    by_seat = select(Application).where(
        Application.id == id, Application.state.in_(READABLE), ~applications.biased(actor.id)
    )
    reads_as_office = bool(actor.roles & {Role.OFFICE, Role.SIGNATORY})
    if seat is None and not reads_as_office:
        return None
    call = joinedload(Application.call)
    query = (by_seat if seat else by_office).options(
        call.selectinload(Call.criteria), call.selectinload(Call.categories)
    )
    application = db.session.scalar(query)
    found = standing(application) if application else None
    if application is None or found is None or not rules.may_see_scores(actor.roles, seat, settled=True):
        return None
    scores = joinedload(Assignment.assessment).selectinload(Assessment.scores).joinedload(Score.criterion)
    reviews = settled(db.session.scalars(of_file(application).options(scores)), found)
    by_review = [marks(review.assessment) for review in reviews]
    rows = [
        Line(criterion, [given.get(criterion.position, Mark()) for given in by_review])
        for criterion in application.call.criteria
    ]
    return Comparison(application, found, category(application), reviews, rows)


def settled(everyone: Iterable[Assignment], found: Standing) -> list[Assignment]:
    """The reviews that the standing is made of; one that came in later shows only with its own round (D12)."""
    counted = [
        a
        for a in everyone
        if a.conflict is Conflict.NONE and a.submitted_at is not None and a.submitted_at <= found.settled_at
    ]
    return sorted(counted, key=lambda a: (a.is_third, _ORDER.index(a.party)))
