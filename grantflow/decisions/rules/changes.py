"""What differs between two contents that keys signed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grantflow.kernel.parties import Party

from .contents import Content, new_words


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


def changes(before: Content, after: Content) -> list[Change]:
    """What changed between two contents, each thing once: letter facts that differ alike in all acts are one change.

    Words that differ although no fact does are told as the text of a letter.
    """
    found = [Change(path, old, new) for path, old, new in _walk(before.terms, after.terms, depth=2)]
    for party in sorted({*before.acts, *after.acts}):
        if party not in before.acts or party not in after.acts:
            continue  # a funder that starts or stops paying shows in the shares
        old, new = before.acts[party].facts.to_json(), after.acts[party].facts.to_json()
        plain_old = {name: value for name, value in old.items() if name not in _REPEATED}
        plain_new = {name: value for name, value in new.items() if name not in _REPEATED}
        plan_old, plan_new = old.get("award") or {}, new.get("award") or {}
        for name in ("project_start", "project_end", "funding_end", "report_due", "eligible"):
            plain_old[name], plain_new[name] = plan_old.get(name), plan_new.get(name)
        found += [Change(f"letter.{path}", o, n) for path, o, n in _walk(plain_old, plain_new, depth=3)]
    if not found and new_words(before, after):
        found = [Change("letter", None, None)]
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
