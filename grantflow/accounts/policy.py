"""Who may look after whose account."""

from grantflow.kernel.parties import SYSTEM, Actor, Role

from .models import FactorLoss, Person, RoleProposal


def is_administrator(actor: Actor, subject: object = None) -> bool:
    return Role.ADMINISTRATOR in actor.roles and actor.party is not None


def can_invite(actor: Actor) -> bool:
    """Administrators invite for their own party; the command line invites the first of them."""
    return actor is SYSTEM or is_administrator(actor)


def can_change(actor: Actor, person: Person) -> bool:
    """Roles: staff of the own party, never oneself - two administrators are needed to give up one."""
    return is_administrator(actor) and person.party is actor.party and person.id != actor.id


def can_settle(actor: Actor, proposal: RoleProposal) -> bool:
    """Confirm or refuse a role: whoever may see the proposal, neither made it nor gets the role.

    Whose turn it is among the administrators, ``rules.confirmers`` says.
    """
    return is_administrator(actor) and actor.id not in {proposal.proposed_by, proposal.person_id}


def can_withdraw(actor: Actor, proposal: RoleProposal) -> bool:
    return is_administrator(actor) and actor.id == proposal.proposed_by


def can_settle_loss(actor: Actor, loss: FactorLoss) -> bool:
    """Confirm or refuse that a second factor is lost: neither its owner nor whoever reported it.

    Whose turn it is among the administrators, ``rules.confirmers`` says.
    """
    return is_administrator(actor) and actor.id not in {loss.reported_by, loss.person_id}


def sees_staff(actor: Actor) -> bool:
    """Who is in office on both sides: for the offices, and for those who look after accounts."""
    return bool({Role.OFFICE, Role.ADMINISTRATOR} & actor.roles)


def can_disable(actor: Actor, person: Person) -> bool:
    """As above, and applicants, who belong to no party."""
    return is_administrator(actor) and person.party in {actor.party, None} and person.id != actor.id
