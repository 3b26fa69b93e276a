"""Only its members see and change an organisation."""

from sqlalchemy import ColumnElement, exists

from grantflow.kernel.parties import Actor, Role

from .models import Membership, Organisation


def visible(actor: Actor) -> ColumnElement[bool]:
    """The one predicate for organisations: those ``actor`` is a member of."""
    return exists().where(Membership.organisation_id == Organisation.id, Membership.person_id == actor.id)


def acts_for(actor: Actor, organisation: Organisation) -> bool:
    """Whether ``actor`` may apply in its name; reads the organisation's memberships."""
    return actor.id is not None and any(m.person_id == actor.id for m in organisation.memberships)


def is_applicant(actor: Actor, organisation: Organisation | None = None) -> bool:
    return Role.APPLICANT in actor.roles
