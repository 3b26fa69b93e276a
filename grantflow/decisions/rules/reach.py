"""How far the money reaches down a ranking."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fit:
    """How far the money reaches at one file: everything promised, and what fits of everything ranked up to it."""

    total: int
    fits: bool


def reach(amounts: Sequence[int], *, start: int, frame: int, fits: bool = True) -> list[Fit]:
    """For files in rank order: the running total on top of ``start``, and whether the frame still holds it.

    The first that does not fit ends it: nobody overtakes by asking for less. ``fits``: nobody before did not.
    """
    found, total = [], start
    for amount in amounts:
        fits = fits and total + amount <= frame
        total += amount if fits else 0
        found.append(Fit(total, fits))
    return found
