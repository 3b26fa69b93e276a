"""A role that two administrators give: what the second of them does, or nobody."""

from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, IllegalStep
from grantflow.kernel.parties import SYSTEM, Actor
from grantflow.notifications import service as notifications
from grantflow.platform import jobs, proof
from grantflow.platform.db import db

from .. import policy, queries
from ..models import Person, ProposalState, RoleProposal
from .proposing import announce, settle
from .roles import begin, hold
from .sessions import end_sessions


def confirm_role(proposal: RoleProposal, *, by: Actor) -> None:
    """Let the role begin, which ends all sessions of the person; tell them and both administrators by mail."""
    proof.demand()
    person = proposal.person
    second = _second(proposal, by)
    is_known = bool(person.roles)
    settle(proposal, ProposalState.CONFIRMED, by=by)
    begin(person, {proposal.role}, by=proposal.proposer, confirmed_by=by)
    end_sessions(person)
    if is_known or person.confirmed_at is not None:
        notifications.send("role_granted", to=person, key=f"role_granted:{proposal.id}", role=proposal.role)
    announce(proposal, proposal.proposer, second)
    db.session.flush()


def refuse_role(proposal: RoleProposal, reason: str, *, by: Actor) -> None:
    """Say no, with a reason; tell both administrators by mail."""
    second = _second(proposal, by)
    settle(proposal, ProposalState.REFUSED, by=by, reason=reason)
    announce(proposal, proposal.proposer, second)


def withdraw_role(proposal: RoleProposal, *, by: Actor) -> None:
    """Take one's own proposal back."""
    if not policy.can_withdraw(by, proposal):
        raise Forbidden()
    _hold(proposal, by)
    settle(proposal, ProposalState.WITHDRAWN, by=by)


@jobs.periodic("accounts.lapse_proposals", at="03:15")
def lapse_proposals() -> int:
    """End what nobody confirmed in time, and tell whoever proposed it. Returns how many."""
    late = queries.to_settle(RoleProposal.expires_at <= clock.now())
    for proposal in late:
        settle(proposal, ProposalState.LAPSED, by=SYSTEM)
        announce(proposal, proposal.proposer)
    return len(late)


def _second(proposal: RoleProposal, by: Actor) -> Person:
    """Hold what waits, and see that ``by`` is the second person it waits for - once more, now that the wait is over."""
    if not policy.can_settle(by, proposal):
        raise Forbidden()
    _hold(proposal, by)
    second = next((one for one in queries.confirmers(proposal) if one.id == by.id), None)
    if second is None:
        raise Forbidden()
    return second


def _hold(proposal: RoleProposal, by: Actor) -> None:
    """People first, as everywhere. Raises IllegalStep where it waits no more."""
    hold(proposal.person, by)
    db.lock(proposal, by=by)
    if proposal.state is not ProposalState.WAITING or proposal.expires_at <= clock.now():
        raise IllegalStep("role_not_waiting")
