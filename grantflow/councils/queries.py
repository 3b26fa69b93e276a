"""Reads of the councils' sittings."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import and_, select

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
    """The sittings of the funders of each call, past ones too: one statement."""
    query = (
        select(Envelope.call_id, Envelope.funder_code, Sitting.meets_on, Sitting.papers_by)
        .outerjoin(Sitting, and_(Sitting.party == Envelope.funder_code))
        .where(Envelope.call_id.in_(call_ids))
        .order_by(Envelope.position)
    )
    found: dict[UUID, dict[Party, list[rules.Sitting]]] = {call_id: {} for call_id in call_ids}
    for call_id, party, meets_on, papers_by in db.session.execute(query):
        sittings = found[call_id].setdefault(party, [])
        if meets_on:
            sittings.append(rules.Sitting(meets_on, papers_by))
    return {call_id: dict(its) for call_id, its in found.items()}
