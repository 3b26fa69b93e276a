"""Who may do what in a review. The loaders in ``queries`` decide which files exist for whom."""

from grantflow.kernel.parties import OFFICES, Actor, Role
from grantflow.platform.access import has_role

#: The reviewer's own queue and files; the loader has checked that the file is theirs.
reviews = has_role(Role.REVIEWER)


def assigns(actor: Actor, subject: object = None) -> bool:
    """Assign and remove reviewers; of which side is the service's question. Métropole runs no office (D9)."""
    return Role.OFFICE in actor.roles and actor.party in OFFICES.values()


def compares(actor: Actor, subject: object = None) -> bool:
    """The loader gives the comparison only to those who may see every score."""
    return bool(actor.roles & {Role.REVIEWER, Role.OFFICE, Role.SIGNATORY})
