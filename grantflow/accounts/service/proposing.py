"""A role that two administrators give: what the first of them does, and how it ends."""

from sqlalchemy import ColumnElement

from grantflow.audit import service as audit
from grantflow.kernel import clock
from grantflow.kernel.parties import Actor, Role
from grantflow.notifications import service as notifications
from grantflow.platform.db import db

from .. import queries, rules
from ..models import Person, ProposalState, RoleProposal


def propose(person: Person, role: Role, *, by: Actor) -> None:
    """Propose ``role`` for ``person``, and tell by mail whoever can confirm it."""
    now = clock.now()
    proposal = RoleProposal(
        person=person, role=role, proposed_by=by.id, proposed_at=now, expires_at=now + rules.PROPOSAL_LIFETIME
    )
    db.session.add(proposal)
    db.session.flush()
    audit.record("role_proposed", on=person, by=by, after={"role": role})
    for colleague in queries.confirmers(proposal):
        notifications.send(
            "role_to_confirm",
            to=colleague,
            key=f"role_to_confirm:{proposal.id}:{colleague.id}",
            proposal_id=proposal.id,
            person=person.name,
            role=role,
            proposer=by.name,
            valid_until=proposal.expires_at,
        )


def settle(proposal: RoleProposal, state: ProposalState, *, by: Actor, reason: str = "") -> None:
    """End a proposal, held by the caller, and say so on the trail."""
    proposal.state, proposal.reason = state, reason
    proposal.settled_at, proposal.settled_by = clock.now(), by.id
    audit.record(f"role_{state}", on=proposal.person, by=by, after={"role": proposal.role}, reason=reason)
    db.session.flush()


def drop(which: ColumnElement[bool], *, by: Actor) -> None:
    """Withdraw those of the waiting proposals."""
    for proposal in queries.to_settle(which):
        settle(proposal, ProposalState.WITHDRAWN, by=by)


def announce(proposal: RoleProposal, *people: Person) -> None:
    """Tell administrators by mail how a proposal ended."""
    for one in people:
        notifications.send(
            "role_settled",
            to=one,
            key=f"role_settled:{proposal.id}:{one.id}",
            person=proposal.person.name,
            role=proposal.role,
            outcome=proposal.state,
            proposal_id=proposal.id,
        )
