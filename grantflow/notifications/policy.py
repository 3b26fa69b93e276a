"""Who keeps messages going."""

from grantflow.kernel.parties import Actor, Role


def can_restart(actor: Actor, subject: object = None) -> bool:
    return Role.ADMINISTRATOR in actor.roles
