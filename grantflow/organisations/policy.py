"""Only its members see an organisation; what they may do in its name is their role's."""

from sqlalchemy import ColumnElement, exists

from grantflow.kernel.parties import Actor, Role

from .models import Membership, Organisation
from .states import SIGNATORIES, WRITERS, MemberRole


def visible(actor: Actor) -> ColumnElement[bool]:
    """The one predicate for organisations: those ``actor`` is a member of."""
    return exists().where(Membership.organisation_id == Organisation.id, Membership.person_id == actor.id)


def role_of(actor: Actor, organisation: Organisation) -> MemberRole | None:
    """What ``actor`` is in it, None for strangers; reads the organisation's memberships."""
    return next((m.role for m in organisation.memberships if m.person_id == actor.id), None)


def reads_for(actor: Actor, organisation: Organisation) -> bool:
    """Whether ``actor`` is a member, in whatever role."""
    return role_of(actor, organisation) is not None


def writes_for(actor: Actor, organisation: Organisation) -> bool:
    """Whether ``actor`` may write in its name."""
    return role_of(actor, organisation) in WRITERS


def signs_for(actor: Actor, organisation: Organisation) -> bool:
    """Whether ``actor`` may bind it: send, declare, choose how its decisions arrive."""
    return role_of(actor, organisation) in SIGNATORIES


def is_applicant(actor: Actor, organisation: Organisation | None = None) -> bool:
    return Role.APPLICANT in actor.roles
