"""Roles that two administrators give, and who is in office."""

from typing import Any

from flask import Response
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from grantflow.platform import proof
from grantflow.platform.access import current_actor, requires
from grantflow.platform.http import flash_ok, page, redirect_to, refusal

from .. import forms, policy, queries, service, texts
from ..models import ProposalState, RoleProposal
from .blueprint import bp


@bp.get("/people/roles")
@requires(policy.is_administrator)
def role_proposals() -> Response:
    """Roles that wait for a second administrator."""
    return page("accounts/role_proposals.html", waiting=queries.waiting(current_actor()), role_labels=texts.ROLES)


def _show(proposal: RoleProposal, form: forms.RefuseRoleForm, status: int = 200) -> Response:
    actor = current_actor()
    is_waiting = proposal.state is ProposalState.WAITING
    confirmers = queries.confirmers(proposal) if is_waiting else []
    return page(
        "accounts/role_proposal.html",
        status,
        proposal=proposal,
        owner=proposal.person,
        form=form,
        is_waiting=is_waiting,
        confirmers=[one for one in confirmers if one.id != actor.id],
        may_settle=any(one.id == actor.id for one in confirmers),
        may_withdraw=is_waiting and policy.can_withdraw(actor, proposal),
        knows_person=proposal.person.party is actor.party,
        settler=queries.name_of(proposal.settled_by) if proposal.settled_by else None,
        role=texts.ROLES[proposal.role],
        duty=texts.DUTIES[proposal.role],
        state=texts.PROPOSALS[proposal.state],
    )


@bp.get("/people/roles/<uuid:proposal_id>")
@requires(policy.is_administrator, on=queries.role_proposal)
def role_proposal(proposal: RoleProposal) -> Response:
    """One of them: who proposes it for whom, until when, and what has become of it."""
    return _show(proposal, forms.RefuseRoleForm(formdata=None))


@bp.post("/people/roles/<uuid:proposal_id>/confirm")
@requires(policy.can_settle, on=queries.role_proposal)
@proof.fresh_proof()
def confirm_role(proposal: RoleProposal) -> BaseResponse:
    """Let the role begin."""
    service.confirm_role(proposal, by=current_actor())
    flash_ok(_("The role of %(name)s is confirmed.", name=proposal.person.name))
    return redirect_to(".role_proposals")


@bp.post("/people/roles/<uuid:proposal_id>/refuse")
@requires(policy.can_settle, on=queries.role_proposal)
def refuse_role(proposal: RoleProposal) -> Any:
    """Refuse it, with a reason for the trail and for whoever proposed it."""
    form = forms.RefuseRoleForm()
    if not form.sent():
        return _show(proposal, form, refusal())
    service.refuse_role(proposal, form.reason.data or "", by=current_actor())
    flash_ok(_("The role of %(name)s is refused.", name=proposal.person.name))
    return redirect_to(".role_proposals")


@bp.post("/people/roles/<uuid:proposal_id>/withdraw")
@requires(policy.can_withdraw, on=queries.role_proposal)
def withdraw_role(proposal: RoleProposal) -> BaseResponse:
    """Take one's own proposal back."""
    service.withdraw_role(proposal, by=current_actor())
    flash_ok(_("The proposal for %(name)s is withdrawn.", name=proposal.person.name))
    return redirect_to(".role_proposals")


@bp.get("/people/in-office")
@requires(policy.sees_staff)
def staff() -> Response:
    """Who is in office on both sides, by role: names, no addresses."""
    return page("accounts/staff.html", staff=queries.staff(), role_labels=texts.ROLES, duties=texts.DUTIES)
