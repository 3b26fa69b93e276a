"""When a review is complete, what it adds up to, who may see it. Pure; totals are points out of the call's maximum."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from grantflow.kernel.errors import Reason
from grantflow.kernel.parties import OFFICES, Party, Role, Side

from .states import Conflict

#: From this gap within one criterion both comments deserve a second look.
NOTABLE_GAP = 4

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Seat:
    """One reviewer's place at a file, without a single point in it."""

    side: Side
    conflict: Conflict = Conflict.UNDECLARED
    submitted: bool = False

    @property
    def is_active(self) -> bool:
        """A recused reviewer's seat stays on record but counts for nothing (R9)."""
        return self.conflict is not Conflict.DECLARED


def sides_without_reviewer(seats: Iterable[Seat]) -> list[Side]:
    """The sides that still owe a reviewer: one from Düsseldorf, one from Toulouse or Métropole (R8, D9)."""
    present = {seat.side for seat in seats if seat.is_active}
    return [side for side in Side if side not in present]


def is_complete(seats: Sequence[Seat]) -> bool:
    """Whether every side has a submitted review and no active reviewer is still at work (R8, R11)."""
    active = [seat for seat in seats if seat.is_active]
    return {seat.side for seat in active if seat.submitted} == set(Side) and all(seat.submitted for seat in active)


def mean(values: Sequence[int]) -> Decimal:
    """The mean with two places, rounded half up. Raises ValueError without values."""
    if not values:
        raise ValueError("no values, no mean")
    return (Decimal(sum(values)) / len(values)).quantize(_CENT, ROUND_HALF_UP)


def gap(totals: Sequence[int]) -> int:
    """Largest minus smallest total."""
    return max(totals) - min(totals)


def third_review_due(totals: Sequence[int], *, gap_limit: int, threshold: int) -> bool:
    """Two reviews too far apart call for a third, unless both miss the threshold anyway (R11, D6)."""
    return len(totals) == 2 and gap(totals) >= gap_limit and max(totals) >= threshold


@dataclass(frozen=True, slots=True)
class Submitted:
    """What one submitted review contributes: its total and the grant it recommends, in cents."""

    side: Side
    total: int
    recommended_cents: int


@dataclass(frozen=True, slots=True)
class Sum:
    """What the submitted reviews of a file add up to."""

    submitted: int
    mean: Decimal
    german: Decimal | None
    french: Decimal | None
    gap: int
    recommended_cents: int
    third_due: bool


def add_up(reviews: Sequence[Submitted], *, gap_limit: int, threshold: int) -> Sum:
    """Means of all and of each side, gap, mean recommendation. Raises ValueError without reviews."""
    totals = [review.total for review in reviews]
    by_side = {side: [r.total for r in reviews if r.side is side] for side in Side}
    recommended = Decimal(sum(review.recommended_cents for review in reviews)) / max(len(reviews), 1)
    return Sum(
        submitted=len(reviews),
        mean=mean(totals),
        german=mean(by_side[Side.GERMAN]) if by_side[Side.GERMAN] else None,
        french=mean(by_side[Side.FRENCH]) if by_side[Side.FRENCH] else None,
        gap=gap(totals),
        recommended_cents=int(recommended.quantize(Decimal(1), ROUND_HALF_UP)),
        third_due=third_review_due(totals, gap_limit=gap_limit, threshold=threshold),
    )


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


# --- what an assessment still lacks --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mark:
    """Points and comment for one criterion, as far as they are there."""

    points: int | None = None
    comment: str = ""


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
