"""Reads of the councils' sittings."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from grantflow.calls.models import Envelope
from grantflow.kernel.parties import Actor, Party
from grantflow.platform.db import db, in_order

from . import policy, rules
from .models import Sitting
from .rules import Calendar


def coming(today: date) -> Sequence[Sitting]:
    """Sittings that are still to be, the next first."""
    query = select(Sitting).where(Sitting.meets_on >= today)
    return db.session.scalars(query.order_by(Sitting.meets_on, in_order(Sitting.party, Party))).all()


def by_id(actor: Actor, id: UUID) -> Sitting | None:  # noqa: A002 - the word in the address
    return db.session.get(Sitting, id) if policy.reads(actor) else None


def calendars(call_ids: Sequence[UUID]) -> dict[UUID, Calendar]:
    """The sittings of the funders of each call, past ones too: one statement, a row for each envelope."""
    known = select(
        Sitting.party,
        func.array_agg(aggregate_order_by(Sitting.meets_on, Sitting.meets_on)).label("meets_on"),
        func.array_agg(aggregate_order_by(Sitting.papers_by, Sitting.meets_on)).label("papers_by"),
    )
    of_party = known.group_by(Sitting.party).subquery()
    query = (
        select(Envelope.call_id, Envelope.funder_code, of_party.c.meets_on, of_party.c.papers_by)
        .outerjoin(of_party, of_party.c.party == Envelope.funder_code)
        .where(Envelope.call_id.in_(call_ids))
    )
    found: dict[UUID, dict[Party, list[rules.Sitting]]] = {call_id: {} for call_id in call_ids}
    for call_id, party, meets_on, papers_by in db.session.execute(query):
        found[call_id][party] = [*map(rules.Sitting, meets_on or (), papers_by or ())]
    return {call_id: dict(its) for call_id, its in found.items()}
