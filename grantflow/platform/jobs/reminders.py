"""Reminders of all features in one place: whom or what, of which kind, on which civil day - and each is given once."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import structlog
from sqlalchemy import func, select, update

from grantflow.kernel import clock

from ..db import db, insert_once
from ..models import Reminder
from .register import periodic

log = structlog.get_logger()

Give = Callable[[UUID], object]

#: What gives a reminder of a kind to its subject.
KINDS: dict[str, Give] = {}


def reminder(kind: str) -> Callable[[Give], Give]:
    """The decorated function gives the reminders of this kind: it is called with the subject, on the day or, after a
    missed beat, once for all the days that were missed."""

    def register(give: Give) -> Give:
        if kind in KINDS:
            raise ValueError(f"{kind}: twice")
        KINDS[kind] = give
        return give

    return register


def remind(subject_id: UUID, kind: str, due_on: date) -> bool:
    """Note that ``subject_id`` is to be reminded on that day; the caller commits. False: that was noted before."""
    if kind not in KINDS:
        raise KeyError(kind)
    return insert_once(Reminder, subject_id=subject_id, kind=kind, due_on=due_on) is not None


@periodic("upkeep.remind", every=5.0)
def give_due() -> None:
    """Give what is due, each in a transaction of its own: one that cannot be given does not hold up the others."""
    due = select(Reminder.subject_id, Reminder.kind, func.max(Reminder.due_on))
    due = due.where(Reminder.given_at.is_(None), Reminder.due_on <= clock.today())
    broken: list[Exception] = []
    for subject_id, kind, until in db.session.execute(due.group_by(Reminder.subject_id, Reminder.kind)).all():
        try:
            KINDS[kind](subject_id)
            these = (Reminder.subject_id == subject_id, Reminder.kind == kind, Reminder.due_on <= until)
            given = update(Reminder).where(*these, Reminder.given_at.is_(None))
            db.session.execute(given.values(given_at=func.clock_timestamp()))
            db.session.commit()
        except Exception as fault:
            db.session.rollback()
            log.exception("reminder_broken", kind=kind, subject=str(subject_id))
            broken.append(fault)
    if broken:
        raise broken[0]
