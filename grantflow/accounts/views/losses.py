"""Second factors that are lost, for administrators."""

from typing import Any

from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from grantflow.platform.access import current_actor, requires
from grantflow.platform.http import flash_ok, invalid, is_read, page, redirect_to
from grantflow.platform.proof import fresh_proof

from .. import forms, policy, queries, service
from ..models import FactorLoss, Person
from .blueprint import bp


@bp.get("/people/factor-losses")
@requires(policy.is_administrator)
def losses() -> Any:
    """What waits for a second administrator, and whose loss nobody but other parties could report."""
    actor, at_work = current_actor(), queries.administrators()
    foreign = [one for one in queries.alone(at_work, *at_work) if one.party is not actor.party]
    return page("accounts/losses.html", losses=queries.losses(actor), alone=foreign)


@bp.route("/people/<uuid:person_id>/factor-loss", methods=["GET", "POST"])
@requires(policy.is_administrator, on=queries.reportable)
@fresh_proof()
def report_loss(person: Person) -> Any:
    """Say that somebody has lost their second factor."""
    form = forms.LossForm()
    if not form.sent():
        show = page if is_read() else invalid
        waiting, has_factor = queries.waiting_loss(person), queries.has_factor(person)
        return show("accounts/report_loss.html", form=form, owner=person, waiting=waiting, has_factor=has_factor)
    service.report_loss(person, form.reason.data or "", by=current_actor())
    flash_ok(_("The loss is reported. A second administrator has to confirm it."))
    return redirect_to(".losses")


@bp.post("/people/factor-losses/<uuid:loss_id>/confirm")
@requires(policy.can_settle_loss, on=queries.loss)
@fresh_proof()
def confirm_loss(loss: FactorLoss) -> BaseResponse:
    """Take the second factor away."""
    service.confirm_loss(loss, by=current_actor())
    flash_ok(_("The second factor of %(name)s is removed.", name=loss.person.name))
    return redirect_to(".losses")


@bp.post("/people/factor-losses/<uuid:loss_id>/refuse")
@requires(policy.can_settle_loss, on=queries.loss)
def refuse_loss(loss: FactorLoss) -> BaseResponse:
    """Leave everything as it is."""
    service.refuse_loss(loss, by=current_actor())
    flash_ok(_("The second factor of %(name)s stays.", name=loss.person.name))
    return redirect_to(".losses")
