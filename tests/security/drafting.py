"""What is being prepared in the world that the security tests attack."""

from uuid import UUID

from sqlalchemy import select

from grantflow.accounts import service as accounts
from grantflow.accounts.models import Person, RoleProposal
from grantflow.kernel.parties import Role
from grantflow.platform.db import db
from grantflow.releases import service as releases
from tests.calls.samples import content
from tests.samples import LAW


def law_before_those_who_sign(administrator: Person) -> UUID:
    """The law of the administrator's funder, changed and put before those who sign: the id of its edition."""
    edition = releases.draft("law", str(administrator.party), LAW, by=administrator, reason="A reason for colleagues")
    releases.offer(edition, by=administrator)
    return edition.id


def role_proposed(person: Person, administrator: Person) -> UUID:
    """By the one administrator of that city: that of another funder confirms it."""
    accounts.set_roles(person, {*person.roles, Role.SIGNATORY}, by=administrator)
    return db.session.scalars(select(RoleProposal.id).where(RoleProposal.person_id == person.id)).one()


def call_in_preparation(office: Person) -> UUID:
    return releases.draft("call", "28-1", content(), by=office).id
