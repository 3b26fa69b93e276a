"""A second call beside the fund's own: the same rules, with envelopes and numbers of its own."""

from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import inspect, select

from grantflow.calls.models import Call
from grantflow.platform.db import Base, db
from tests.given import Given

R = TypeVar("R", bound=Base)


def copied(row: R, **changes: Any) -> R:
    """The columns of a row in a new one."""
    kept = {its.key: getattr(row, its.key) for its in inspect(type(row)).column_attrs if its.key != "id"}
    return type(row)(**{**kept, **changes})


def another_call(given: Given, code: str = "27-2", **changes: Any) -> Call:
    """A copy of the fund's call, opened a day after it unless ``changes`` say otherwise."""
    with given.session():
        first = db.session.scalars(select(Call).where(Call.code == "27-1")).one()
        changes = {"opens_at": first.opens_at + timedelta(days=1), "last_number": 0, **changes}
        made = copied(first, code=code, title_de=f"Aufruf {code}", title_fr=f"Appel {code}", **changes)
        made.categories = [
            copied(its, call_id=None, closings=[copied(day, category_id=None) for day in its.closings])
            for its in first.categories
        ]
        made.criteria = [copied(its, call_id=None) for its in first.criteria]
        by_position = {its.position: its for its in made.criteria}
        made.questions = [
            copied(its, call_id=None, criteria=[by_position[c.position] for c in its.criteria])
            for its in first.questions
        ]
        made.papers = [copied(its, call_id=None) for its in first.papers]
        made.envelopes = [copied(its, call_id=None, committed_cents=0, reserved_cents=0) for its in first.envelopes]
        db.session.add(made)
        db.session.flush()
    return given.call(code)
