"""When a review is complete, what it adds up to, who may see it. Pure; totals are points out of the call's maximum."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from statistics import mean, median
from typing import Any

from grantflow.kernel.errors import Reason
from grantflow.kernel.parties import OFFICES, Party, Role, Side
from grantflow.seats.states import Conflict

#: From this gap within one criterion both comments deserve a second look.
NOTABLE_GAP = 4

_HUNDREDTH = Decimal("0.01")

# --- seats ---------------------------------------------------------------------------------------
#
# Both cities weigh equally (D6): every file has the same number of regular seats on each side, a figure of the call's
# rules. An office fills the seats of its own side only and cannot add one, so nobody waits for a seat the other side
# never asked for, and whether a seat is free depends on the own side alone: it tells nothing about the other (T13).
# Whoever recuses leaves their seat free for a replacement. A further opinion is the third review: it belongs to no
# side, one office proposes the person and the other confirms, and it is asked for once.


@dataclass(frozen=True, slots=True)
class Seat:
    """One reviewer's place at a file, without a single point in it."""

    side: Side
    conflict: Conflict = Conflict.UNDECLARED
    submitted: bool = False
    #: The third review: whatever side the person comes from, it counts for neither.
    is_third: bool = False

    @property
    def is_active(self) -> bool:
        """A recused reviewer's seat stays on record but counts for nothing (R9)."""
        return self.conflict is not Conflict.DECLARED


def free_seats(seats: Iterable[Seat], per_side: int) -> dict[Side, int]:
    """How many regular seats each side has still to fill: from Düsseldorf, from Toulouse or Métropole (R8, D9)."""
    taken = [seat.side for seat in seats if seat.is_active and not seat.is_third]
    return {side: max(0, per_side - taken.count(side)) for side in Side}


def sides_without_reviewer(seats: Iterable[Seat], per_side: int) -> list[Side]:
    """The sides that still owe a reviewer."""
    return [side for side, free in free_seats(seats, per_side).items() if free]


def is_complete(seats: Sequence[Seat], per_side: int) -> bool:
    """Whether every regular seat is filled and no active reviewer, the third included, is at work (R8, R11)."""
    return not sides_without_reviewer(seats, per_side) and all(seat.submitted for seat in seats if seat.is_active)


# --- what reviews add up to ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Submitted:
    """What one submitted review contributes: its total and the grant it recommends, in cents."""

    #: None: the third review.
    side: Side | None
    total: int
    recommended_cents: int


@dataclass(frozen=True, slots=True)
class Sum:
    """What the submitted reviews of a file add up to. Points have two places, rounded half up at the very end."""

    submitted: int
    #: What the file is ranked by.
    score: Decimal
    german: Decimal
    french: Decimal
    third: int | None
    #: Between the two sides.
    gap: Decimal
    recommended_cents: int
    third_due: bool


def third_review_due(german: Fraction, french: Fraction, *, is_in: bool, gap_limit: int, threshold: int) -> bool:
    """Sides too far apart call for a third review, once, unless both miss the threshold anyway (R11, D6)."""
    return not is_in and abs(german - french) >= gap_limit and max(german, french) >= threshold


def joint(german: Fraction, french: Fraction, third: Fraction | None) -> Fraction:
    """What the two sides come to: their mean; with a third review the median of the three, until the reviewing
    wing consolidates (D6)."""
    return median((german, french, third)) if third is not None else mean((german, french))


def add_up(reviews: Sequence[Submitted], *, gap_limit: int, threshold: int) -> Sum:
    """What the sides and the third review come to, points and recommended grant alike.

    A side's total is the mean of its reviews, however many people gave them. Raises ValueError where a side has none.
    """
    german, french, third = _totals(reviews, lambda review: review.total)
    recommended = joint(*_totals(reviews, lambda review: review.recommended_cents))
    return Sum(
        submitted=len(reviews),
        score=_points(joint(german, french, third)),
        german=_points(german),
        french=_points(french),
        third=None if third is None else int(third),
        gap=_points(abs(german - french)),
        recommended_cents=int(_rounded(recommended, Decimal(1))),
        third_due=third_review_due(german, french, is_in=third is not None, gap_limit=gap_limit, threshold=threshold),
    )


def _totals(
    reviews: Sequence[Submitted], figure: Callable[[Submitted], int]
) -> tuple[Fraction, Fraction, Fraction | None]:
    of = {side: [Fraction(figure(review)) for review in reviews if review.side is side] for side in (*Side, None)}
    return mean(of[Side.GERMAN]), mean(of[Side.FRENCH]), mean(of[None]) if of[None] else None


def gap(points: Sequence[int]) -> int:
    """Largest minus smallest of the points for one criterion."""
    return max(points) - min(points)


def _points(value: Fraction) -> Decimal:
    return _rounded(value, _HUNDREDTH)


def _rounded(value: Fraction, to: Decimal) -> Decimal:
    return (Decimal(int(value.numerator)) / int(value.denominator)).quantize(to, ROUND_HALF_UP)


def is_own_institution(party: Party, run_by: Iterable[Party | None]) -> bool:
    """Whether the reviewer's own city runs the applicant or its partner: same department means conflict (domain 4)."""
    return party in set(run_by)


# --- who may see what (D12) ----------------------------------------------------------------------


def may_see_scores(roles: AbstractSet[Role], own: Seat | None, *, settled: bool) -> bool:
    """Whether someone sees the scores of all reviewers: never before both sides are in, never with a conflict.

    ``own`` is the person's own seat at this file. A reviewer still at work stays blind, whatever other role they hold.
    """
    if not settled or (own and not (own.is_active and own.submitted)):
        return False
    return bool(roles & {Role.OFFICE, Role.SIGNATORY}) or (own is not None and Role.REVIEWER in roles)


def may_see_board(roles: AbstractSet[Role], own: Seat | None) -> bool:
    """Whether someone sees who reviews a file and how far they are: offices, but not while reviewing it themselves."""
    return Role.OFFICE in roles and (own is None or (own.is_active and own.submitted))


def may_assign(office: Party | None, reviewer: Party | None) -> bool:
    """Each office assigns its own side's reviewers, Toulouse also Métropole's (D10)."""
    return reviewer is not None and office is OFFICES[reviewer.side]


def may_confirm(office: Party | None, nominated_by: Party) -> bool:
    """The third reviewer belongs to no side: what one office proposes the other confirms (D6)."""
    return office in OFFICES.values() and office is not nominated_by


# --- what an assessment still lacks --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mark:
    """Points and comment for one criterion, as far as they are there."""

    points: int | None = None
    comment: str = ""


def record(
    marks: Mapping[int, Any], positions: Iterable[int], recommended_cents: int | None, comment: str
) -> dict[str, Any]:
    """An assessment as it is merged, by the names of its form; ``marks`` (points, comment) by criterion's position."""
    found: dict[str, Any] = {"recommended": recommended_cents, "comment": comment}
    for position in positions:
        mark = marks.get(position, Mark())
        found |= {f"points_{position}": mark.points, f"comment_{position}": mark.comment}
    return found


def total(marks: Mapping[int, Mark], weights: Mapping[int, int]) -> int:
    """What the points given so far add up to; those of a criterion count as often as its weight. By its position."""
    return sum(weight * (marks.get(position, Mark()).points or 0) for position, weight in weights.items())


def whats_missing(
    marks: Mapping[int, Mark],
    positions: Sequence[int],
    *,
    recommended_cents: int | None,
    comment: str,
    requested_cents: int,
) -> list[Reason]:
    """Everything an assessment lacks before it can be submitted (R10); ``step`` names the form's field."""
    reasons = []
    for position in positions:
        mark = marks.get(position, Mark())
        if mark.points is None:
            reasons.append(Reason("review_points_missing", f"points_{position}"))
        if not mark.comment:
            reasons.append(Reason("review_comment_missing", f"comment_{position}"))
    if recommended_cents is None:
        reasons.append(Reason("review_amount_missing", "recommended"))
    elif recommended_cents > requested_cents:
        reasons.append(Reason("review_amount_too_high", "recommended"))
    if not comment:
        reasons.append(Reason("review_summary_missing", "comment"))
    return reasons
