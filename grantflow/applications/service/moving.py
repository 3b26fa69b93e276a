"""Move an application through its workflow. ``advance`` is the one door for its state."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import CTE, case, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm.attributes import set_committed_value

from grantflow.audit import service as audit
from grantflow.calls import queries as calls
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, Invalid, Newer
from grantflow.kernel.parties import SYSTEM, Actor
from grantflow.platform.db import db
from grantflow.platform.saving import NOW, Seen

from .. import policy, queries, rules
from ..models import Application, Event, StateCount, Version
from ..states import Action, State
from ..workflow import APPLICATION
from .sealing import lapse, open_version, reopen, seal
from .telling import tell


def submit(application: Application, *, seen: Seen = NOW, by: Actor) -> Version:
    """Send the file. In order: lock, check everything, number (first time), seal the version, move, receipt by mail.

    What is sent is the revision that the page showed: raises Newer where somebody has saved since. Raises Incomplete
    with every reason against. A second click meets IllegalStep.
    """
    advance(application, Action.SUBMIT, seen=seen, by=by)
    sent = application.sent
    assert sent is not None  # noqa: S101 - it was sealed just now
    tell("application_received", application, sent.number, hash=sent.hash, sent_at=sent.sealed_at)
    return sent


def withdraw(application: Application, *, by: Actor) -> None:
    """Take the file back for good; possible until a decision is proposed."""
    advance(application, Action.WITHDRAW, by=by)


def return_(application: Application, *, reason: str, by: Actor) -> None:
    """Send the file back for completion, with a reason and a deadline (D13); tells the applicant."""
    advance(application, Action.RETURN, by=by, note=reason.strip())
    tell(
        "application_returned",
        application,
        application.open.number if application.open else 0,
        reason=application.return_reason,
        reason_language=application.return_language,
        until=application.return_until,
    )


def admit(application: Application, *, by: Actor) -> None:
    """The formal check found nothing against it: the file may be assessed; tells the applicant."""
    advance(application, Action.ADMIT, by=by)
    tell("application_admitted", application, 1)


def exclude(application: Application, *, reason: str, by: Actor) -> None:
    """The formal check found it inadmissible, for good; tells the applicant why."""
    advance(application, Action.EXCLUDE, by=by, note=reason.strip())
    tell("application_inadmissible", application, 1, reason=reason.strip(), reason_language=by.language)


def advance(
    application: Application,
    action: Action,
    *,
    by: Actor,
    note: str = "",
    seen: Seen = NOW,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Move ``application`` by ``action``: the only writer of its state.

    In order: lock the row (a second click waits here, then meets IllegalStep), check relation, role, table and guard,
    do what belongs to the move, state, event, counters, audit, flush. ``note`` is shown to the applicant; ``facts`` are
    what the row says besides.
    Raises Forbidden, IllegalStep, Incomplete with the guard's reasons, Newer, or Invalid where a reason is owed.
    """
    db.lock(application, by=by)
    if not policy.may_take(by, action, application):
        raise Forbidden()
    subject = None
    if action is Action.SUBMIT:
        # The call holds still too: for the number, and for the check for a twin (D14, R6).
        calls.locked(application.call_id)
        version = open_version(application)
        if version and seen is not NOW and version.revision != seen.revision:
            raise Newer(queries.changed_since(version, seen))
        subject = queries.filing(version, clock.now()) if version else None
    roles = None if by is SYSTEM else by.roles
    step = APPLICATION.step(action, application.state, roles, subject)
    if action in REASONED and not note:
        raise Invalid("reason_needed", field="reason")
    before = application.state
    facts = facts or {}
    if effect := EFFECTS.get(action):
        facts = effect(application, by, note)
        db.session.flush()
    _move(application, action, step.target, by=by, note=note, facts=facts)
    audit.record(
        f"application_{action}",
        on=application,
        by=by,
        before={"state": before},
        after={"state": step.target},
        reason=note,
    )
    db.session.expire(application, ["events"])


def _receive(application: Application, by: Actor, _note: str) -> dict[str, Any]:
    return seal(application, by)


def _return(application: Application, _by: Actor, note: str) -> dict[str, Any]:
    reopen(application)
    until = rules.return_deadline(clock.now(), application.call.return_days)
    return {"return_reason": note, "return_until": until}


def _lapse(application: Application, _by: Actor, _note: str) -> dict[str, Any]:
    return lapse(application)


#: Moves that the applicant must be told the reason of.
REASONED = frozenset({Action.RETURN, Action.EXTEND, Action.EXCLUDE})
#: What belongs to a move and must be there before the new state is written; returns what the file's row says with it.
EFFECTS: dict[Action, Callable[[Application, Actor, str], dict[str, Any]]] = {
    Action.SUBMIT: _receive,
    Action.RETURN: _return,
    Action.LAPSE: _lapse,
}


def _move(
    application: Application, action: Action, target: State, *, by: Actor, note: str, facts: Mapping[str, Any]
) -> None:
    """Write the file's row, event and counters: one statement, none of them without the others."""
    before = application.state
    for name, value in facts.items():
        set_committed_value(application, name, value)
    move = insert(Event).values(
        application_id=application.id,
        action=action,
        source=before,
        target=target,
        at=clock.now(),
        party=by.party,
        note=note,
        language=by.language,
    )
    moved = update(Application).where(Application.id == application.id).values(state=target, **facts)
    db.session.execute(move.add_cte(moved.cte("moved"), *_counted(application, before, target)))
    set_committed_value(application, "state", target)


def _counted(application: Application, before: State, after: State) -> list[CTE]:
    """The counters of received files: 1 more where it goes, 1 less where it came from, unless it was a draft.

    Rows in one order, so that two moves cannot lock each other out.
    """
    if application.number is None or before is after:
        return []
    key = {"call_id": application.call_id, "side": application.lead_side}
    rows = [{**key, "state": state, "files": int(state is after)} for state in sorted({before, after} - {State.DRAFT})]
    row = insert(StateCount).values(rows)
    change = case((row.excluded.files == 1, 1), else_=-1)
    row = row.on_conflict_do_update(
        index_elements=["call_id", "side", "state"], set_={"files": StateCount.files + change}
    )
    return [row.cte("counted")]
