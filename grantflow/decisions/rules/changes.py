"""What differs between two contents that keys signed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grantflow.kernel.parties import Party


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs between two signed contents; ``name`` is a path such as ``shares.toulouse``."""

    name: str
    before: Any
    after: Any


#: The order in which changes are told.
_TOLD = (
    *("outcome", "award", *(f"shares.{party}" for party in Party)),
    *("purpose", "rej", "reason", "conditions", "delib", "letter"),
)
#: Told once at the top of the content; inside the letters they would only be repeated.
_REPEATED = frozenset({"award", "purpose", "reason", "deliberation"})


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What changed between two contents, each thing once: letter facts that differ alike in all acts are one change."""
    found = [
        Change(path, old, new)
        for path, old, new in _walk({**before, "letters": None}, {**after, "letters": None}, depth=2)
    ]
    for party in sorted({*before["letters"], *after["letters"]}):
        old, new = before["letters"].get(party), after["letters"].get(party)
        if old is None or new is None:
            continue  # a funder that starts or stops paying shows in the shares
        plain_old = {name: value for name, value in old.items() if name not in _REPEATED}
        plain_new = {name: value for name, value in new.items() if name not in _REPEATED}
        plan_old, plan_new = old.get("award") or {}, new.get("award") or {}
        for name in ("project_start", "project_end", "funding_end", "report_due", "eligible"):
            plain_old[name], plain_new[name] = plan_old.get(name), plan_new.get(name)
        found += [Change(f"letter.{path}", o, n) for path, o, n in _walk(plain_old, plain_new, depth=3)]
    once = {(change.name, str(change.before), str(change.after)): change for change in found}
    return sorted(once.values(), key=lambda change: next(i for i, p in enumerate(_TOLD) if change.name.startswith(p)))


def _walk(before: Any, after: Any, depth: int, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    if before == after:
        return
    if depth and isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys((*before, *after)):
            below = f"{path}.{name}" if path else name
            yield from _walk(before.get(name), after.get(name), depth - 1, below)
        return
    yield path, before, after
