"""Who may look after whose account."""

from grantflow.kernel.parties import SYSTEM, Actor, Role

from .models import Person


def is_administrator(actor: Actor, subject: object = None) -> bool:
    return Role.ADMINISTRATOR in actor.roles and actor.party is not None


def can_invite(actor: Actor) -> bool:
    """Administrators invite for their own party; the command line invites the first of them."""
    return actor is SYSTEM or is_administrator(actor)


def can_change(actor: Actor, person: Person) -> bool:
    """Roles: staff of the own party, never oneself - two administrators are needed to give up one."""
    return is_administrator(actor) and person.party is actor.party and person.id != actor.id


def can_disable(actor: Actor, person: Person) -> bool:
    """As above, and applicants, who belong to no party."""
    return is_administrator(actor) and person.party in {actor.party, None} and person.id != actor.id
