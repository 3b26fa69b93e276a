"""Pure rules of what two people release: whose keys it takes, what is wrong with it, what it changes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from grantflow.kernel import canonical
from grantflow.kernel.parties import Party, Role

#: Where a value stands in a document: names of fields, and for an item of a list its place (flaws) or its name, such as
#: its code (differences).
Path = tuple[str | int, ...]


#: A document as JSON.
Content = dict[str, Any]
#: Where flaws of what is the edition's own stand, which is no part of its document.
DAY: Path = ("edition", "valid_from")
REASON: Path = ("edition", "reason")


@dataclass(frozen=True, slots=True)
class Need:
    """One key: of anybody in one of ``roles`` at one of ``parties``."""

    parties: frozenset[Party]
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Turned:
    """A key that was turned, with what its holder was at that moment."""

    person_id: UUID
    party: Party
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Flaw:
    """What keeps a document from being released: a key of the catalogue, where, and facts."""

    path: Path
    key: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that two documents do not share; None: it is not there."""

    path: Path
    before: Any
    after: Any


def need(party: Party | Sequence[Party], *roles: Role) -> Need:
    parties = (party,) if isinstance(party, Party) else party
    return Need(frozenset(parties), frozenset(roles))


def missing(needs: Sequence[Need], turned: Sequence[Turned]) -> tuple[Need, ...]:
    """The keys nobody has turned yet. One person is one key, however many roles they hold; where somebody could stand
    for several, they stand for the one that leaves the fewest open."""
    best = tuple(needs)
    if turned:
        first, *others = turned
        best = missing(needs, others)
        for place, wanted in enumerate(needs):
            if fits(wanted, first.party, first.roles):
                rest = missing((*needs[:place], *needs[place + 1 :]), others)
                best = min(best, rest, key=len)
    return best


def fits(wanted: Need, party: Party | None, roles: frozenset[Role]) -> bool:
    return party in wanted.parties and bool(wanted.roles & roles)


def can_help(needs: Sequence[Need], turned: Sequence[Turned], key: Turned) -> bool:
    """Whether this key, turned now, would leave fewer open."""
    if any(its.person_id == key.person_id for its in turned):
        return False
    return len(missing(needs, (*turned, key))) < len(missing(needs, turned))


def refused(error: ValidationError) -> list[Flaw]:
    """What a document's types refused, in its order. A list whose items are wrong is not called too short besides."""
    found = error.errors(include_url=False, include_input=False)
    deep = {its["loc"][:end] for its in found for end in range(len(its["loc"]))}
    return [
        Flaw(its["loc"], f"flaw.{its['type']}", its.get("ctx", {}))
        for its in found
        if its["type"] != "too_short" or its["loc"] not in deep
    ]


def fingerprint(kind: str, key: str, content: Mapping[str, Any], valid_from: date | None) -> str:
    """What a key is turned over: all that would come into force, and when."""
    day = valid_from.isoformat() if valid_from else None
    return canonical.digest(canonical.written({"kind": kind, "key": key, "content": content, "valid_from": day}))


#: What names an item of a list; others are known by their place.
NAMES = ("code", "number", "party", "key")


def differences(before: Any, after: Any, path: Path = ()) -> Iterator[Difference]:
    """Every value that differs, in the order of ``after``; what came or went as a whole is told value by value. Items
    of lists are met by their name, so that a line put in the middle is one difference."""
    known = [value for value in (before, after) if not _is_nothing(value)]
    if known and all(isinstance(value, dict) for value in known):
        before, after = before or {}, after or {}
        for name in [*after, *(name for name in before if name not in after)]:
            yield from differences(before.get(name), after.get(name), (*path, name))
    elif known and all(_are_named(value) for value in known):
        yield from differences(_by_name(before or []), _by_name(after or []), path)
    elif known and before != after:
        yield Difference(path, before, after)


def named(path: Path, content: Any) -> Path:
    """A flaw's path with its items by name, as differences have them; what has no name, by its place from 1 on."""
    found: list[str | int] = []
    for step in path:
        inner = None
        if isinstance(content, list) and isinstance(step, int):
            inner = content[step] if step < len(content) else None
            own = _name(inner) if isinstance(inner, dict) else None
            found.append(step + 1 if own is None else own)
        else:
            inner = content.get(step) if isinstance(content, dict) else None
            found.append(step)
        content = inner
    return tuple(found)


def placed(path: Path, document: Mapping[str, Any]) -> Path:
    """A path of ``differences`` as flaws have it: items of lists by their place in ``document``."""
    found: list[str | int] = []
    value: Any = document
    for step in path:
        here = step
        if isinstance(value, list):
            here = next((place for place, item in enumerate(value) if _name(item) == step), step)
            value = value[here] if isinstance(here, int) and here < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
        found.append(here)
    return tuple(found)


def _are_named(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) and _name(item) is not None for item in value)


def _by_name(items: Sequence[Mapping[str, Any]]) -> dict[Any, Any]:
    return {_name(item): item for item in items}


def _name(item: Mapping[str, Any]) -> Any:
    return next((item[name] for name in NAMES if item.get(name) is not None), None)


def _is_nothing(value: Any) -> bool:
    return value is None or value in ("", [], {})
