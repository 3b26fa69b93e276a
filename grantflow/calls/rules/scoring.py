"""What the criteria of a call add up to."""

from collections.abc import Iterable
from typing import Protocol

#: The most that one criterion is given; its scale says what 0, 5 and 10 mean.
POINTS = 10


class Weighed(Protocol):
    @property
    def weight(self) -> int: ...


def points_max(criteria: Iterable[Weighed]) -> int:
    """The most that a file can reach."""
    return sum(POINTS * criterion.weight for criterion in criteria)
