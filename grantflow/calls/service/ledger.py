"""The ledger: reserve money for an act, free it, commit it. Whoever calls holds the envelopes (``lock_envelopes``).

The sums on the envelopes follow the rows by trigger, and the table refuses whatever would pass a limit.
"""

from collections.abc import Mapping, Sequence
from typing import cast
from uuid import UUID

from sqlalchemy import Update, delete, func, insert, literal, select

from grantflow.kernel import clock
from grantflow.kernel.parties import Actor, Party
from grantflow.platform.db import db, enum_column

from .. import queries
from ..models import Commitment, Envelope, Reservation
from ..states import Movement


def reserve(envelopes: Sequence[Envelope], act_id: UUID, parts: Mapping[Party, int], *, by: Actor) -> None:
    """From now on the act holds exactly ``parts`` of the envelopes (funder -> cents): no more, no less."""
    held = queries.held(act_id)
    for envelope in envelopes:
        cents, own = parts.get(envelope.funder_code, 0), held.get(envelope.funder_code)
        if own and not cents:
            db.session.delete(own)
        elif own and own.cents != cents:
            own.cents, own.person_id = cents, cast(UUID, by.id)
        elif cents and not own:
            made = Reservation(
                act_id=act_id, envelope_id=envelope.id, cents=cents, since=clock.now(), person_id=cast(UUID, by.id)
            )
            db.session.add(made)
    db.session.flush()
    _moved(envelopes)


def release(envelopes: Sequence[Envelope], act_id: UUID) -> None:
    """The act holds nothing any more."""
    db.session.execute(delete(Reservation).where(Reservation.act_id == act_id))
    _moved(envelopes)


def commit(envelopes: Sequence[Envelope], act_id: UUID, *, closing: Update) -> None:
    """What the act has reserved it takes for ever, and ``closing`` ends the act: one statement for all of it."""
    freed = (
        delete(Reservation).where(Reservation.act_id == act_id).returning(Reservation.envelope_id, Reservation.cents)
    ).cte("freed")
    taken = select(
        func.gen_random_uuid(),
        freed.c.envelope_id,
        literal(act_id),
        freed.c.cents,
        literal(Movement.AWARD, enum_column(Movement)),
        literal(clock.now()),
    )
    committed = insert(Commitment).from_select(["id", "envelope_id", "act_id", "cents", "kind", "at"], taken)
    db.session.execute(committed.add_cte(closing.cte("closed")))
    _moved(envelopes)


def _moved(envelopes: Sequence[Envelope]) -> None:
    """The trigger has written the sums: what was read of them before is old."""
    for envelope in envelopes:
        db.session.expire(envelope, ["committed_cents", "reserved_cents"])
