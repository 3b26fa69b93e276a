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


def editions(administrator: Person, office: Person) -> dict[str, UUID]:
    """The law of the administrator's funder, changed and put before those who sign, and a call in preparation: by the
    name of the landmark."""
    law = releases.draft("law", str(administrator.party), LAW, by=administrator, reason="A reason for colleagues")
    releases.offer(law, by=administrator)
    return {"edition": law.id, "call edition": releases.draft("call", "28-1", content(), by=office).id}


def role_proposed(person: Person, administrator: Person) -> UUID:
    """By the one administrator of that city: that of another funder confirms it."""
    accounts.set_roles(person, {*person.roles, Role.SIGNATORY}, by=administrator)
    return db.session.scalars(select(RoleProposal.id).where(RoleProposal.person_id == person.id)).one()
