"""What the desk filters by, and what it ticks."""

from uuid import UUID

from werkzeug.datastructures import MultiDict

from grantflow.kernel.text import line
from grantflow.letters.queries import STATUSES, Filter
from grantflow.letters.states import Kind

#: Letters in one ZIP: each is read and verified before the first byte leaves.
MOST = 500


def read_filter(values: MultiDict[str, str]) -> Filter:
    """The filter of a query string, for any call; what is not on offer is not asked for."""
    kind, status = values.get("kind", ""), values.get("status", "")
    return Filter(
        kind=Kind(kind) if kind in set(Kind) else None,
        status=status if status in STATUSES else "",
        text=line(values.get("q", ""))[:100],
    )


def as_query(wanted: Filter, call: str | None) -> dict[str, str]:
    """The filter back into a query string, without its empty parts; ``call``: what addresses name of it."""
    values = {"call": call, "kind": wanted.kind or "", "status": wanted.status, "q": wanted.text}
    return {name: str(value) for name, value in values.items() if value}


def read_ticks(values: MultiDict[str, str]) -> list[UUID]:
    """The ticked letters; unreadable ones are as good as not ticked."""
    found = []
    for value in values.getlist("letter")[:MOST]:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found
