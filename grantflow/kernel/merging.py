"""Two writers of one record, both kept: a three-way merge by field, and the history that it needs. Pure.

A save names the revision its page was drawn from. What the page showed then is the *base*, what is saved by now are
*theirs*, what comes in are *mine*. A field that only one of them changed is as that one left it; a field that both
changed is a conflict, and whoever saves second is shown both. Nothing is overwritten silently, nothing typed is lost.

A record is a flat mapping of names to JSON values. A name with dots is a cell of a line: ``line.<key>.<column>``. Lines
keep their keys, so a line is the same line wherever it stands: its place is no field, and moving it is no conflict. A
line that one deleted and the other changed is a conflict as a whole.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

Values = Mapping[str, Any]


class _Gone:
    def __repr__(self) -> str:
        return "GONE"


#: No value at all: a cell of a line that is not there.
GONE: Any = _Gone()


@dataclass(frozen=True, slots=True)
class Print:
    """What is left of a value that its author replaced within minutes: enough to tell whether another one equals it."""

    digest: str

    @classmethod
    def of(cls, value: Any) -> "Print":
        written = json.dumps([] if value is GONE else [value], sort_keys=True)
        return cls(hashlib.sha256(written.encode()).hexdigest()[:16])


# --- merging -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that both changed, or a whole line: its name without the column, its cells by name. GONE: deleted."""

    name: str
    theirs: Any
    mine: Any


@dataclass(frozen=True, slots=True)
class Merged:
    """What comes out. Theirs stand wherever there is a conflict: nothing of mine is to be saved before it is solved."""

    values: dict[str, Any]
    #: The names that are as the other writer left them, and not as my page sent them.
    taken: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


def merge(base: Values | None, theirs: Values, mine: Values) -> Merged:
    """Three-way by field. ``base`` may hold ``Print``s; None: it is gone, and whatever differs is a conflict."""
    values: dict[str, Any] = {}
    taken: list[str] = []
    conflicts: list[Conflict] = []
    for line, names in _by_line([*mine, *theirs]).items():
        clashes = [name for name in names if _both_changed(base, theirs, mine, name)]
        cells = _cells(theirs, names), _cells(mine, names)
        if line and clashes and not all(cells):
            conflicts.append(Conflict(line, *(found or GONE for found in cells)))
            values |= cells[0]
            continue
        for name in names:
            our, their = mine.get(name, GONE), theirs.get(name, GONE)
            if name in clashes:
                conflicts.append(Conflict(name, their, our))
            keep = our if base is not None and _same(base.get(name, GONE), their) else their
            if keep is not GONE:
                values[name] = keep
            if keep != our and name not in clashes:
                taken.append(name)
    return Merged(values, tuple(taken), tuple(conflicts))


def _both_changed(base: Values | None, theirs: Values, mine: Values, name: str) -> bool:
    our, their = mine.get(name, GONE), theirs.get(name, GONE)
    if our == their:
        return False
    return base is None or not (_same(base.get(name, GONE), our) or _same(base.get(name, GONE), their))


def _same(was: Any, value: Any) -> bool:
    return bool(was == Print.of(value)) if isinstance(was, Print) else bool(was == value)


def _by_line(names: Iterable[str]) -> dict[str, list[str]]:
    """The names of each line, in the order they come in; those of plain fields under the empty one."""
    found: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        found.setdefault(name.rpartition(".")[0], []).append(name)
    return found


def _cells(values: Values, names: Iterable[str]) -> dict[str, Any]:
    return {name: values[name] for name in names if name in values}


MINE, THEIRS, BOTH = "mine", "theirs", "both"


def settle(merged: Merged, choices: Mapping[str, str]) -> Merged:
    """With the conflicts solved that somebody has chosen about; BOTH joins two texts, theirs first."""
    values, left = dict(merged.values), []
    for conflict in merged.conflicts:
        choice = choices.get(conflict.name)
        if choice == MINE:
            values = {name: value for name, value in values.items() if not name.startswith(f"{conflict.name}.")}
            if isinstance(conflict.mine, dict):
                values |= conflict.mine
            elif conflict.mine is not GONE:
                values[conflict.name] = conflict.mine
        elif choice == BOTH and isinstance(conflict.mine, str) and isinstance(conflict.theirs, str):
            values[conflict.name] = f"{conflict.theirs}\n\n{conflict.mine}"
        elif choice != THEIRS:
            left.append(conflict)
    return Merged(values, merged.taken, tuple(left))


T = TypeVar("T")


def order(mine: Sequence[T], theirs: Sequence[T], kept: Iterable[T]) -> list[T]:
    """The ``kept`` lines in my order; each that I did not have stands behind the one it stands behind in theirs."""
    wanted = set(kept)
    found = [key for key in mine if key in wanted]
    for place, key in enumerate(theirs):
        if key in wanted and key not in found:
            before = next((k for k in reversed(theirs[:place]) if k in found), None)
            found.insert(0 if before is None else found.index(before) + 1, key)
    return found


# --- history -------------------------------------------------------------------------------------
#
# A change is a row: revision, who, when, and by name what the value was (``from``), what it has become (``to``), and
# from which ``page``; a side that is missing is GONE. One person's saves within minutes are one row with the last
# revision; what they replaced is left as ``passed``: [revision, page, print] of each value that a page may have shown.


class Change(Protocol):
    """A row of a history; ``entries`` by name."""

    @property
    def revision(self) -> int: ...

    @property
    def entries(self) -> Mapping[str, Any]: ...


def changes(before: Values, after: Values, page: str = "") -> dict[str, dict[str, Any]]:
    """What a save from ``page`` changed, by name."""
    found: dict[str, dict[str, Any]] = {}
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name, GONE), after.get(name, GONE)
        if was != now:
            found[name] = {"page": page, **_ends(was, now)}
    return found


def joined(older: Mapping[str, Any], revision: int, newer: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The entries of a row of that revision and those of its author's next save, as one row."""
    found = {name: dict(entry) for name, entry in newer.items() if name not in older}
    for name, entry in older.items():
        passed, last = list(entry.get("passed", ())), Print.of(entry.get("to", GONE)).digest
        if not passed or passed[-1][1:] != [entry["page"], last]:
            passed.append([revision, entry["page"], last])
        latest = newer.get(name, entry)
        ends = _ends(entry.get("from", GONE), latest.get("to", GONE))
        found[name] = {"page": latest["page"], "passed": passed, **ends}
    return found


def _ends(was: Any, now: Any) -> dict[str, Any]:
    return {key: value for key, value in (("from", was), ("to", now)) if value is not GONE}


def weigh(
    later: Sequence[Change], *, seen: int | None, page: str, revision: int, theirs: Values, mine: Values
) -> Merged:
    """Merge what a ``page`` of revision ``seen`` sends into what is saved at ``revision``.

    None: nobody knows what the page showed.
    """
    if seen == revision:
        return Merged(dict(mine))
    base = None
    if seen is not None and 0 <= seen < revision:
        base = base_of(seen, theirs, [change for change in later if change.revision > seen], page)
    return merge(base, theirs, mine)


def base_of(seen: int, now: Values, later: Iterable[Change], page: str = "") -> dict[str, Any]:
    """What is not new in a ``page`` of revision ``seen``: what it showed then, or what was saved from it last.

    Found from what is saved ``now`` and all changes after ``seen``, the first one first.
    """
    found, known = dict(now), set()
    for change in later:
        for name, entry in change.entries.items():
            passed = entry.get("passed", ())
            if name not in known:
                shown = [digest for revision, _page, digest in passed if revision <= seen]
                found[name] = Print(shown[-1]) if shown else entry.get("from", GONE)
                known.add(name)
            own = [digest for revision, its, digest in passed if revision > seen and page and its == page]
            if page and entry["page"] == page:
                found[name] = entry.get("to", GONE)
            elif own:
                found[name] = Print(own[-1])
    return {name: value for name, value in found.items() if value is not GONE}


def changed_since(seen: int, later: Iterable[Change]) -> dict[str, tuple[Any, Any]]:
    """What was otherwise at ``seen``, by name before and after, from all changes after it, the first one first."""
    rows = list(later)
    now: dict[str, Any] = {}
    for change in rows:
        now |= {name: entry.get("to", GONE) for name, entry in change.entries.items()}
    base = base_of(seen, now, rows)
    pairs = {name: (base.get(name, GONE), value) for name, value in now.items()}
    return {name: (was, value) for name, (was, value) in pairs.items() if not _same(was, value)}
