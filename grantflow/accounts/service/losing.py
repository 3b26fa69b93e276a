"""A second factor that is lost: one administrator reports it, another one confirms it, neither is its owner (T3)."""

from sqlalchemy import delete

from grantflow.audit import service as audit
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, IllegalStep
from grantflow.kernel.parties import Actor
from grantflow.notifications import service as notifications
from grantflow.platform import proof
from grantflow.platform.db import db, insert_once

from .. import policy, queries
from ..models import Factor, FactorLoss, Person, RecoveryCode
from ..states import LossState
from .roles import hold
from .sessions import end_sessions


def report_loss(person: Person, reason: str, *, by: Actor) -> None:
    """Say that ``person`` has called and has neither factor nor recovery code; tell them, and whoever can confirm it.

    Raises IllegalStep where that has been said already, or there is nothing to lose.
    """
    if not policy.is_administrator(by) or queries.reportable(by, person.id) is None:
        raise Forbidden()
    proof.demand()
    hold(person, by)
    if not queries.has_factor(person):
        raise IllegalStep("factor_none")
    new_id = insert_once(
        FactorLoss,
        person_id=person.id,
        reason=reason,
        reported_by=by.id,
        reported_at=clock.now(),
        state=LossState.WAITING,
    )
    if new_id is None:
        raise IllegalStep("loss_reported_already")
    audit.record("factor_loss_reported", on=person, by=by, reason=reason)
    loss = db.session.get_one(FactorLoss, new_id)
    notifications.send("factor_loss_reported", to=person, key=f"factor_loss_reported:{loss.id}")
    for colleague in queries.loss_confirmers(loss):
        key = f"factor_loss_to_confirm:{loss.id}:{colleague.id}"
        notifications.send("factor_loss_to_confirm", to=colleague, key=key, person=person.name, reporter=by.name)


def confirm_loss(loss: FactorLoss, *, by: Actor) -> None:
    """Take the second factors and recovery codes of the person away, which ends their sessions: with the password they
    are led to set up new ones. They and both administrators are told."""
    proof.demand()
    second = _settle(loss, LossState.CONFIRMED, by)
    person = loss.person
    for model in (Factor, RecoveryCode):
        db.session.execute(delete(model).where(model.person_id == person.id))
    person.epoch += 1
    end_sessions(person)
    audit.record("factor_loss_confirmed", on=person, by=by)
    notifications.send("factor_taken_away", to=person, key=f"factor_taken_away:{loss.id}")
    _announce(loss, loss.reporter, second)


def refuse_loss(loss: FactorLoss, *, by: Actor) -> None:
    """Everything stays as it is; both administrators are told."""
    second = _settle(loss, LossState.REFUSED, by)
    audit.record("factor_loss_refused", on=loss.person, by=by)
    _announce(loss, loss.reporter, second)


def _settle(loss: FactorLoss, state: LossState, by: Actor) -> Person:
    if not policy.can_settle_loss(by, loss):
        raise Forbidden()
    hold(loss.person, by)
    db.lock(loss, by=by)
    if loss.state is not LossState.WAITING:
        raise IllegalStep("loss_settled")
    second = next((one for one in queries.loss_confirmers(loss) if one.id == by.id), None)
    if second is None:
        raise Forbidden()
    loss.state, loss.settled_by, loss.settled_at = state, by.id, clock.now()
    db.session.flush()
    return second


def _announce(loss: FactorLoss, *people: Person) -> None:
    for one in people:
        notifications.send(
            "factor_loss_settled",
            to=one,
            key=f"factor_loss_settled:{loss.id}:{one.id}",
            person=loss.person.name,
            outcome=loss.state,
        )
