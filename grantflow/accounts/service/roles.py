"""What members of staff may do, and whether at all."""

from collections.abc import Set as AbstractSet

from sqlalchemy import select

from grantflow.audit import service as audit
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, Invalid
from grantflow.kernel.parties import Actor, Party, Role
from grantflow.platform.db import db, to_write

from .. import policy, rules
from ..models import Person, RoleGrant
from .sessions import end_sessions


def set_roles(person: Person, roles: AbstractSet[Role], *, by: Actor) -> None:
    """Let ``person`` hold exactly ``roles``. A change ends all of their sessions."""
    if not policy.can_change(by, person):
        raise Forbidden()
    _hold(person, by)
    before = person.roles
    if roles == before:
        return
    check_roles(person.party, roles)
    person.role_grants = [grant for grant in person.role_grants if grant.role in roles] + [
        grant(role, by) for role in sorted(roles - before)
    ]
    end_sessions(person)
    audit.record("roles_changed", on=person, by=by, before={"roles": sorted(before)}, after={"roles": sorted(roles)})
    db.session.flush()


def check_roles(party: Party | None, roles: AbstractSet[Role]) -> None:
    if reason := rules.why_not_roles(party, roles):
        raise Invalid(reason.key, field="roles")


def grant(role: Role, by: Actor) -> RoleGrant:
    return RoleGrant(role=role, granted_at=clock.now(), granted_by=by.id)


def _hold(person: Person, by: Actor) -> None:
    """Lock whoever is changed and whoever changes them, in one order for everybody: of two administrators who disable
    each other the second finds themself disabled."""
    pair = select(Person.id).where(Person.id.in_([person.id, by.id])).order_by(Person.id)
    db.session.execute(to_write(pair))
    db.lock(person, by=by)


def disable(person: Person, *, by: Actor, reason: str) -> None:
    """Close the account: ends sessions and links at once. What the person did stays."""
    if not policy.can_disable(by, person):
        raise Forbidden()
    _hold(person, by)
    if person.disabled_at is not None:
        return
    person.disabled_at = clock.now()
    person.epoch += 1
    end_sessions(person)
    audit.record("disabled", on=person, by=by, reason=reason)
    db.session.flush()


def enable(person: Person, *, by: Actor) -> None:
    """Open a closed account again."""
    if not policy.can_disable(by, person):
        raise Forbidden()
    _hold(person, by)
    if person.disabled_at is None:
        return
    person.disabled_at = None
    audit.record("enabled", on=person, by=by)
    db.session.flush()
