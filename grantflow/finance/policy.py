"""The finance desk sees the letters of its own funder, and nothing else of a file."""

from grantflow.kernel.parties import Actor, Role
from grantflow.letters.models import Letter
from grantflow.letters.policy import is_finance_of


def has_desk(actor: Actor) -> bool:
    return Role.FINANCE in actor.roles and actor.party is not None


def can_download(actor: Actor, letter: Letter) -> bool:
    return is_finance_of(actor, letter)
