"""The staff list of every file that was sent."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import request, url_for

from grantflow.calls import queries as calls
from grantflow.kernel.parties import OFFICES, Role, Side
from grantflow.kernel.text import line
from grantflow.platform import words
from grantflow.platform.access import current_actor, has_role, requires
from grantflow.platform.http import page

from .. import queries, texts
from ..states import State
from .blueprint import bp

#: Among the states to filter by: the decision comes too late for the start of the project.
LATE = "late"


@bp.get("/staff/applications")
@requires(has_role(Role.OFFICE, Role.SIGNATORY))
def staff_list() -> Any:
    """Every file of a call that was sent, the last first, with filters and search."""
    actor = current_actor()
    wanted = _wanted()
    counted, labels = queries.counts(actor, wanted.side), words.spoken(texts.STATES)
    choice = calls.choice(
        request.args.get("call"), lambda _calls: {key: sum(its.values()) for key, its in counted.items()}
    )
    wanted = replace(wanted, call_id=choice.call_id)
    found = queries.staff_page(actor, wanted, after=_cursor("after"), before=_cursor("before"))
    counts = counted.get(choice.call_id, {}) if choice.call_id else {}
    is_missed = choice.is_needed and wanted.is_active and not found.rows
    return page(
        "applications/staff_list.html",
        found=found,
        wanted=wanted,
        choice=choice,
        query=_query(),
        elsewhere=queries.elsewhere(actor, wanted) if is_missed else {},
        states=[(state, labels[state], counts[state]) for state in State if state in counts],
        total=sum(counts.values()),
        choices=[*((its, labels[its]) for its in State if its is not State.DRAFT), (LATE, texts.TOO_LATE_TO_START)],
        badges={state: (labels[state], *badge) for state, badge in texts.STAFF_BADGES.items()},
        shapes={side: (office,) for side, office in OFFICES.items()},
        sides=[(side.value, texts.SIDES[side]) for side in Side],
        numbers=[(n, n) for n in sorted({c.number for of_call in found.categories.values() for c in of_call})],
        next_url=_page_url("after", found.after, choice.kept),
        previous_url=_page_url("before", found.before, choice.kept),
    )


def _wanted() -> queries.Wanted:
    """The filter from the address; what makes no sense does not filter."""
    state, side, number = (request.args.get(name, "") for name in ("state", "side", "category"))
    return queries.Wanted(
        state=State(state) if state in set(State) - {State.DRAFT} else None,
        side=Side(side) if side in set(Side) else None,
        category=int(number) if number.isascii() and number.isdigit() and len(number) == 1 else None,
        late=state == LATE,
        text=line(request.args.get("q", ""))[:100],
    )


def _cursor(name: str) -> queries.Cursor | None:
    moment, _sign, key = request.args.get(name, "").partition("~")
    try:
        at = datetime.fromisoformat(moment)
        return (at, UUID(key)) if at.tzinfo else None
    except ValueError:
        return None


def _query() -> dict[str, Any]:
    """The filter as the address has it, without its empty parts and without the call."""
    return {name: value for name in ("state", "side", "category", "q") if (value := request.args.get(name))}


def _page_url(name: str, cursor: queries.Cursor | None, call: str | None) -> str | None:
    if cursor is None:
        return None
    place: dict[str, Any] = {name: f"{cursor[0].isoformat()}~{cursor[1]}"}
    return url_for(".staff_list", call=call, **_query(), **place)
