"""When a file will be decided, and which files will miss the first day of their project."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select

from grantflow.councils import queries as councils
from grantflow.councils import rules as councils_rules
from grantflow.councils.rules import Calendar, Promise
from grantflow.councils.states import Step
from grantflow.kernel import clock
from grantflow.kernel.parties import Actor, Side
from grantflow.platform.db import db

from .. import policy
from ..models import Application
from ..states import UNDECIDED, Action, State

#: The step that somebody still has to do in each state. Comparing the reviews is done once a file is assessed.
STEPS: Mapping[State, Step] = {
    State.SUBMITTED: Step.CHECK,
    State.RETURNED: Step.CHECK,
    State.ADMITTED: Step.REVIEWS,
    State.IN_REVIEW: Step.REVIEWS,
    State.ASSESSED: Step.PROPOSAL,
    State.PROPOSED: Step.KEYS,
}


def promised(application: Application) -> Promise | None:
    """By when the applicant has the decision; None where it is not under way. Nothing of the deliberation moves it."""
    if application.state not in UNDECIDED or application.submitted_at is None:
        return None
    admitted = [event.at for event in application.events if event.action is Action.ADMIT]
    return councils_rules.promise(
        clock.local(application.submitted_at).date(),
        clock.local(admitted[-1]).date() if admitted else None,
        clock.today(),
        councils.calendars([application.call_id])[application.call_id],
    )


def schedule(application: Application) -> dict[Step, date] | None:
    """By when each step of an open file must be done; None where its project cannot be decided before it starts, or
    the councils' dates are not known."""
    if application.starts_on is None:
        return None
    calendar = councils.calendars([application.call_id])[application.call_id]
    return councils_rules.due(application.starts_on, calendar)


def first_days(call_ids: list[UUID]) -> dict[UUID, dict[State, date]]:
    """For each call and state the first day on which a project could start that is decided in time if the present
    step were done today; earlier ones miss it. States of which nothing can be said are left out."""
    today = clock.today()
    return {call_id: _first_days(calendar, today) for call_id, calendar in councils.calendars(call_ids).items()}


def _first_days(calendar: Calendar, today: date) -> dict[State, date]:
    found = {state: councils_rules.earliest(step, today, calendar) for state, step in STEPS.items()}
    return {state: day for state, day in found.items() if day}


def misses(days: Mapping[UUID, Mapping[State, date]]) -> ColumnElement[bool]:
    """Over Application: the project starts before its decision can be there."""
    return or_(
        false(),
        *(
            and_(Application.call_id == call_id, Application.state == state, Application.starts_on <= day)
            for call_id, of_call in days.items()
            for state, day in of_call.items()
        ),
    )


def late_counts(actor: Actor, side: Side, call_ids: list[UUID]) -> dict[UUID, int]:
    """How many files of a side will miss their start, by call: for its office."""
    if not policy.is_office(actor):
        return {}
    query: Select[UUID, int] = select(Application.call_id, func.count()).where(
        policy.visible(actor), Application.lead_side == side, misses(first_days(call_ids))
    )
    return {row[0]: row[1] for row in db.session.execute(query.group_by(Application.call_id))}
