"""What waits for a second person in the world: a role, a law that was changed, a call in preparation."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import select

from grantflow.accounts import service as accounts
from grantflow.accounts.models import Person, RoleProposal
from grantflow.kernel.parties import Role
from grantflow.platform.db import db
from grantflow.releases import service as releases
from tests.calls.samples import content
from tests.samples import LAW


def pending(person: Callable[[str], Person], promoted: Person) -> dict[str, UUID]:
    """By the name of the landmark. The role is proposed by the one administrator of Düsseldorf: that of another funder
    confirms it."""
    administrator = person("administrator D")
    accounts.set_roles(promoted, {Role.REVIEWER, Role.SIGNATORY}, by=administrator)
    role = db.session.scalars(select(RoleProposal.id)).one()
    law = releases.draft("law", "duesseldorf", LAW, by=administrator, reason="A reason for colleagues")
    releases.offer(law, by=administrator)
    call = releases.draft("call", "28-1", content(), by=person("office D"))
    return {"role proposal": role, "edition": law.id, "call edition": call.id}
