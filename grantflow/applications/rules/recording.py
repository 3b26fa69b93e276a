"""What one step of a version says, as the flat record that two saves are merged by (``kernel.merging``), and back."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from grantflow.kernel.merging import order
from grantflow.kernel.parties import Party, Side
from grantflow.letters.states import Channel
from grantflow.organisations.states import Country, Kind

from ..states import Declared, LineKind, StepName
from .filing import Line
from .sealing import plain

#: Of a line of the budget: its cells.
CELLS = ("kind", "type", "description", "side", "cents")
_PARTNER = {"kind": Kind, "country": Country, "run_by": Party}


def record(step: StepName, values: Mapping[str, Any]) -> dict[str, Any]:
    """By name: facts and answers as they are called, ``partner.<name>``, ``line.<key>.<cell>``, each declaration by its
    code. ``values`` are those that the step's save takes; lines have their keys, and the channel
    may come without the codes.
    """
    found = {name: plain(value) for name, value in values.items() if name not in {"partner", "lines", "codes"}}
    if step is StepName.PARTNER:
        found |= {f"partner.{name}": plain(value) for name, value in (values["partner"] or {}).items()}
    elif step is StepName.BUDGET:
        for line in values["lines"]:
            found |= {f"line.{line.key}.{cell}": plain(getattr(line, cell)) for cell in CELLS}
    elif step is StepName.DECLARATIONS and "codes" in values:
        found |= {code.value: code in values["codes"] for code in Declared}
    return found


def values_of(
    step: StepName, merged: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]
) -> dict[str, Any]:
    """The values to be saved. A fact is taken from whichever of ``mine`` and ``theirs`` says it: they know its type."""
    if step is StepName.PARTNER:
        cells = {name.partition(".")[2]: value for name, value in merged.items() if name.startswith("partner.")}
        typed = {name: _PARTNER[name](v) if name in _PARTNER and v is not None else v for name, v in cells.items()}
        return {"partner": typed or None, **{n: merged[n] for n in ("partner_search", "equal_roles")}}
    if step is StepName.BUDGET:
        here, there = ([str(line.key) for line in side["lines"]] for side in (mine, theirs))
        kept = order(here, there, dict.fromkeys(name.split(".")[1] for name in merged if name.startswith("line.")))
        lines = sorted((_line(key, merged) for key in kept), key=lambda line: list(LineKind).index(line.kind))
        return {"lines": lines, **{n: merged[n] for n in ("requested_cents", "other_public_funding")}}
    if step is StepName.DECLARATIONS:
        channel = merged.get("channel")
        return {
            "codes": frozenset(code for code in Declared if merged[code.value]) if "codes" in mine else None,
            "channel": Channel(channel) if channel else None,
        }
    return {name: _typed(name, merged[name], (mine, theirs)) for name in mine}


def _typed(name: str, value: Any, sides: Sequence[Mapping[str, Any]]) -> Any:
    """Two texts that were joined are neither side's: they are texts."""
    return next((side[name] for side in sides if plain(side[name]) == value), value)


def _line(key: str, merged: Mapping[str, Any]) -> Line:
    cells = {cell: merged[f"line.{key}.{cell}"] for cell in CELLS}
    side = Side(cells["side"]) if cells["side"] else None
    return Line(**cells | {"kind": LineKind(cells["kind"]), "side": side}, key=UUID(key))
