"""Whoever works with files reads the councils' dates; each office enters those of its own side."""

from grantflow.kernel.parties import Actor, Party, Role
from grantflow.platform.access import has_role

from .models import Sitting

reads = has_role(Role.OFFICE, Role.SIGNATORY)


def edits(actor: Actor, sitting: Sitting) -> bool:
    return sitting.party in own(actor)


def enters(actor: Actor) -> bool:
    return bool(own(actor))


def own(actor: Actor) -> tuple[Party, ...]:
    """The funders whose councils' dates the actor keeps: Toulouse's office those of both French ones (D4)."""
    if Role.OFFICE not in actor.roles or actor.party is None:
        return ()
    return tuple(party for party in Party if party.side is actor.party.side)
