"""What a budget adds up to, and what the grant may be (R1, R3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from grantflow.calls import rules as calls

from ..states import LineKind
from .filing import CategoryTerms, Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What a budget adds up to, beside the limits that follow from it."""

    costs: int
    income: int
    requested: int
    in_kind_use: int
    in_kind_source: int
    category: CategoryTerms
    #: The most this category allows for these costs, and the most any category does.
    ceiling: int
    most: int

    @property
    def total_income(self) -> int:
        """The grant asked for and everything else."""
        return self.income + self.requested

    @property
    def gap(self) -> int:
        """Income still missing; negative where it exceeds the costs (R3)."""
        return self.costs - self.total_income

    @property
    def in_kind_gap(self) -> int:
        """Accounts 86 less 87; both stand outside the cash budget (R3)."""
        return self.in_kind_use - self.in_kind_source

    @property
    def share_bp(self) -> int:
        """The grant asked for as a share of eligible costs, rounded half up for display."""
        return (self.requested * 20_000 + self.costs) // (2 * self.costs) if self.costs else 0

    @property
    def excess(self) -> int:
        """What is asked for above the ceiling."""
        return max(self.requested - self.ceiling, 0)


def money_of(lines: Sequence[Line], requested: int, categories: Sequence[CategoryTerms]) -> Money:
    """Add up a budget and hold it against the call's categories (R1, R3)."""
    sums = {kind: sum(line.cents for line in lines if line.kind is kind) for kind in LineKind}
    costs = sums[LineKind.COST]
    category = calls.category_of(categories, requested)
    return Money(
        costs=costs,
        income=sums[LineKind.INCOME],
        requested=requested,
        in_kind_use=sums[LineKind.IN_KIND_USE],
        in_kind_source=sums[LineKind.IN_KIND_SOURCE],
        category=category,
        ceiling=calls.ceiling(category.share_bp, costs),
        most=most(costs, categories),
    )


def most(eligible: int, categories: Sequence[CategoryTerms]) -> int:
    """The largest grant that these eligible costs allow in any category (R1).

    A category counts only with amounts that fall into it: at 70 % one may not ask less than the category begins with.
    """
    best = 0
    for category in categories:
        reach = calls.ceiling(category.share_bp, eligible)
        if category.up_to_cents is not None:
            reach = min(reach, category.up_to_cents)
        if reach >= calls.floor_of(categories, category):
            best = max(best, reach)
    return best
