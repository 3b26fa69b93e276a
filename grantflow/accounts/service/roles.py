"""What members of staff may do, and whether at all."""

from collections.abc import Set as AbstractSet

from sqlalchemy import or_, select

from grantflow.audit import service as audit
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, Invalid
from grantflow.kernel.parties import Actor, Party, Role
from grantflow.platform import proof
from grantflow.platform.db import db, to_write

from .. import policy, queries, rules
from ..models import Person, ProposalState, Purpose, RoleGrant, RoleProposal
from .links import mail
from .proposing import drop, propose, settle
from .sessions import end_sessions


def set_roles(person: Person, roles: AbstractSet[Role], *, by: Actor) -> None:
    """Let ``person`` hold exactly ``roles``; those of ``rules.CONFIRMED`` begin once a second administrator agrees.

    What is taken away ends at once. A change of what is held ends all of their sessions.
    """
    if not policy.can_change(by, person):
        raise Forbidden()
    proof.demand()
    hold(person, by)
    waiting = {proposal.role: proposal for proposal in queries.to_settle(RoleProposal.person_id == person.id)}
    before = person.roles
    if roles == before | waiting.keys():
        return
    check_roles(person.party, roles)
    change = rules.change(before, waiting.keys(), roles)
    for role in change.withdrawn:
        settle(waiting[role], ProposalState.WITHDRAWN, by=by)
    if change.ended or change.begun:
        begin(person, change.begun, by=by)
        person.role_grants = [given for given in person.role_grants if given.role in roles]
        end_sessions(person)
        after = sorted(person.roles)
        audit.record("roles_changed", on=person, by=by, before={"roles": sorted(before)}, after={"roles": after})
    if Role.ADMINISTRATOR in change.ended:
        drop(RoleProposal.proposed_by == person.id, by=by)
    for role in sorted(change.proposed):
        propose(person, role, by=by)
    db.session.flush()


def check_roles(party: Party | None, roles: AbstractSet[Role]) -> None:
    if reason := rules.why_not_roles(party, roles):
        raise Invalid(reason.key, field="roles")


def grant(role: Role, by: Actor) -> RoleGrant:
    return RoleGrant(role=role, granted_at=clock.now(), granted_by=by.id)


def begin(person: Person, roles: AbstractSet[Role], *, by: Actor, confirmed_by: Actor | None = None) -> None:
    """``person`` holds these ``roles`` too. The invitation goes out with the first: no account opens without one."""
    is_first = not person.role_grants
    for role in sorted(roles):
        given = grant(role, by)
        given.confirmed_by = confirmed_by.id if confirmed_by else None
        person.role_grants.append(given)
    db.session.flush()
    if is_first and roles and person.confirmed_at is None:
        mail("staff_invitation", person, Purpose.INVITE)


def hold(person: Person, by: Actor) -> None:
    """Lock whoever is changed and whoever changes them, in one order for everybody: of two administrators who disable
    each other the second finds themself disabled. So a party never loses its last administrator: to take that role or
    the account away needs another one of the same party, who still is one when the wait is over."""
    pair = select(Person.id).where(Person.id.in_([person.id, by.id])).order_by(Person.id)
    db.session.execute(to_write(pair))
    db.lock(person, by=by)


def disable(person: Person, *, by: Actor, reason: str) -> None:
    """Close the account: ends sessions, links and what waits for a second administrator. What the person did stays."""
    if not policy.can_disable(by, person):
        raise Forbidden()
    hold(person, by)
    if person.disabled_at is not None:
        return
    person.disabled_at = clock.now()
    person.epoch += 1
    end_sessions(person)
    drop(or_(RoleProposal.person_id == person.id, RoleProposal.proposed_by == person.id), by=by)
    audit.record("disabled", on=person, by=by, reason=reason)
    db.session.flush()


def enable(person: Person, *, by: Actor) -> None:
    """Open a closed account again."""
    if not policy.can_disable(by, person):
        raise Forbidden()
    hold(person, by)
    if person.disabled_at is None:
        return
    person.disabled_at = None
    audit.record("enabled", on=person, by=by)
    db.session.flush()
