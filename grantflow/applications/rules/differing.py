"""What changed from one version of a file to another."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

#: Parts of ``queries.content`` that are compared name by name.
PARTS = ("facts", "partner", "answers", "lead", "contact")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that two versions say differently. ``part`` and ``name`` are those of the content; ``name`` is the key
    of a line of the budget. None: it is not there.
    """

    part: str
    name: str
    before: Any
    after: Any


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """How two contents differ, in the order of ``after``; empty: they say the same. Where a line of the budget stands
    is no difference.
    """
    found: list[Difference] = []
    for part in PARTS:
        found += _compared(part, before.get(part) or {}, after.get(part) or {})
    lines = [{line["key"]: _without_position(line) for line in content["budget"]} for content in (before, after)]
    found += _compared("budget", *lines)
    said = [dict.fromkeys(content["declarations"], True) for content in (before, after)]
    found += _compared("declarations", *said)
    return found


def _compared(part: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for name in dict.fromkeys((*after, *before)):
        if before.get(name) != after.get(name):
            yield Difference(part, name, before.get(name), after.get(name))


def _without_position(line: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name not in {"key", "position"}}
