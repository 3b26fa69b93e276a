"""Who prepares calls, and who reads what is prepared."""

from grantflow.kernel.parties import Actor, Role

from . import rules


def reads(actor: Actor, subject: object = None) -> bool:
    """Every call with all its rules, those in preparation too."""
    return bool({Role.ADMINISTRATOR, Role.OFFICE, Role.SIGNATORY} & actor.roles)


def drafts(actor: Actor) -> bool:
    """The offices of both cities; what they write is in force once both cities have signed."""
    return Role.OFFICE in actor.roles and actor.party in rules.CITIES
