"""Who may fetch a letter, who may start a failed one again.

``visible_to`` in queries says whose rows exist for an actor at all; this says what may be done with them.
"""

from grantflow.kernel.parties import Actor, Role

from .models import Letter


def is_finance_of(actor: Actor, letter: Letter) -> bool:
    """Finance of the funder that issued the letter: acts and translations of one's own city only."""
    return Role.FINANCE in actor.roles and actor.party is letter.funder


def can_retry(actor: Actor, letter: Letter | None = None) -> bool:
    return Role.ADMINISTRATOR in actor.roles
