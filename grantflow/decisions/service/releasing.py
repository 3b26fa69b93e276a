"""Money that was announced is released by its funder: from then on it can be promised."""

from grantflow.audit import service as audit
from grantflow.calls.models import Envelope
from grantflow.kernel.errors import Forbidden, IllegalStep, Invalid
from grantflow.kernel.parties import Actor
from grantflow.platform import proof
from grantflow.platform.db import db

from .. import policy


def release_budget(envelope: Envelope, reason: str, *, by: Actor) -> None:
    """A signatory of the funder releases its envelope in a call, with a reason that stands on the trail. Nothing else
    of the call changes, and nobody takes it back.

    Raises Forbidden for anybody else, IllegalStep where it is released already.
    """
    proof.demand()
    db.lock(envelope, by=by)
    if not policy.may_release(by, envelope):
        raise Forbidden()
    if envelope.is_released:
        raise IllegalStep("budget_is_released")
    if not reason.strip():
        raise Invalid("release_reason_missing", field="reason")
    envelope.is_released = True
    db.session.flush()
    audit.record(
        "budget_released",
        on=envelope.call,
        by=by,
        before={"funder": envelope.funder_code, "is_released": False},
        after={"funder": envelope.funder_code, "is_released": True, "limit_cents": envelope.limit_cents},
        reason=reason.strip(),
    )
