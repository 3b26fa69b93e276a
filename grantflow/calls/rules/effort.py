"""How much a call asks of those who apply in a category."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from grantflow.organisations.states import Country, Kind

from .limits import Depth, is_asked


class Asked(Protocol):
    """From which category on, of which kinds and countries; empty: all."""

    @property
    def asked_from(self) -> int: ...

    @property
    def kinds(self) -> list[str]: ...

    @property
    def countries(self) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Effort:
    questions: int
    #: Fewest and most papers, depending on who applies.
    papers: tuple[int, int]


def effort(questions: Iterable[Depth], papers: Iterable[Asked], category: int) -> Effort:
    wanted = [paper for paper in papers if category >= paper.asked_from]
    counts = [
        sum((not its.kinds or kind in its.kinds) and (not its.countries or country in its.countries) for its in wanted)
        for kind in Kind
        for country in Country
    ]
    return Effort(sum(is_asked(question, category) for question in questions), (min(counts), max(counts)))
