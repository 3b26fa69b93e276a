"""A workflow is a table of steps; this is all the engine there is."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from .errors import Forbidden, IllegalStep, Incomplete, Reason
from .parties import Role

S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)

Guard = Callable[[Any], Sequence[Reason]]


@dataclass(frozen=True, slots=True)
class Step(Generic[S, A]):
    """``action`` leads from any of ``sources`` to ``target``, for holders of a role in ``by``.

    ``by`` is empty for steps that only the system takes. ``guard(subject)`` lists the reasons against.
    """

    action: A
    sources: AbstractSet[S]
    target: S
    by: AbstractSet[Role] = frozenset()
    guard: Guard | None = None


class Workflow(Generic[S, A]):
    def __init__(self, *steps: Step[S, A]) -> None:
        self.steps = steps
        self._by_action: dict[A, list[Step[S, A]]] = {}
        for step in steps:
            self._by_action.setdefault(step.action, []).append(step)

    def __iter__(self) -> Iterator[Step[S, A]]:
        return iter(self.steps)

    def step(self, action: A, state: S, roles: AbstractSet[Role] | None, subject: Any = None) -> Step[S, A]:
        """The step ``action`` takes from ``state``.

        ``roles=None`` is the system itself. Raises Forbidden where the roles never may,
        IllegalStep where the state does not allow it, Incomplete where the guard objects.
        """
        candidates = self._by_action.get(action, [])
        if not any(self._may(step, roles) for step in candidates):
            raise Forbidden()
        for step in candidates:
            if state in step.sources and self._may(step, roles):
                if step.guard and (reasons := step.guard(subject)):
                    raise Incomplete(reasons)
                return step
        raise IllegalStep("illegal_step", action=action, state=state)

    def states(self) -> list[S]:
        return _unique(state for s in self.steps for state in (*sorted(s.sources), s.target))

    @staticmethod
    def _may(step: Step[S, A], roles: AbstractSet[Role] | None) -> bool:
        return roles is None or bool(step.by & roles)


T = TypeVar("T")


def _unique(values: Iterable[T]) -> list[T]:
    return list(dict.fromkeys(values))


def diagram(workflow: Workflow[Any, Any]) -> str:
    """The table as a Mermaid state diagram, for the README."""
    lines = ["stateDiagram-v2"]
    for step in workflow:
        lines += [f"    {source} --> {step.target}: {step.action}" for source in sorted(step.sources)]
    return "\n".join(lines)
