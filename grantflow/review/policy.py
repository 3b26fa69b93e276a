"""Who may do what in a review. The loaders in ``queries`` decide which files exist for whom."""

from grantflow.kernel.parties import Actor, Role
from grantflow.platform.access import has_role

#: The reviewer's own queue and files; the loader has checked that the file is theirs.
reviews = has_role(Role.REVIEWER)
#: Assign and remove reviewers; which side is the service's question.
assigns = has_role(Role.OFFICE)


def compares(actor: Actor, subject: object = None) -> bool:
    """The loader gives the comparison only to those who may see every score."""
    return bool(actor.roles & {Role.REVIEWER, Role.OFFICE, Role.SIGNATORY})
