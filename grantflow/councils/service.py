"""Schedule and remove sittings, one person each: dates that a city publishes anyway."""

from datetime import date

from grantflow.audit import service as audit
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, IllegalStep, Invalid
from grantflow.kernel.parties import Actor, Party
from grantflow.platform.db import db, insert_once

from . import policy, rules
from .models import Sitting


def schedule(party: Party, meets_on: date, papers_by: date, *, by: Actor) -> Sitting:
    """A sitting of a council of the actor's side. Raises Invalid at its field, also where that day is known already."""
    db.confirm_rights(by)
    if party not in policy.own(by):
        raise Forbidden()
    for field, key in rules.sitting_flaws(meets_on, papers_by, clock.today()).items():
        raise Invalid(key, field=field)
    values = {"party": party, "meets_on": meets_on, "papers_by": papers_by}
    made = insert_once(Sitting, **values)
    if made is None:
        raise Invalid("sitting_is_known", field="meets_on")
    sitting = db.session.get_one(Sitting, made)
    audit.record("sitting_entered", on=sitting, by=by, after=values)
    return sitting


def remove(sitting: Sitting, *, by: Actor) -> None:
    """Take a date out again; one that has passed stays, for promises were made by it."""
    db.lock(sitting, by=by)
    if not policy.edits(by, sitting):
        raise Forbidden()
    if sitting.meets_on < clock.today():
        raise IllegalStep("sitting_is_over")
    audit.record("sitting_removed", on=sitting, by=by, before={"papers_by": sitting.papers_by})
    db.session.delete(sitting)
    db.session.flush()
