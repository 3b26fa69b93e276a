"""Who reads the trail."""

from grantflow.kernel.parties import Actor, Role


def can_read(actor: Actor, subject: object = None) -> bool:
    """Administrators; entries carry no scores, comments or bank data for this reason (D12)."""
    return Role.ADMINISTRATOR in actor.roles
