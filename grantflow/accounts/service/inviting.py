"""How staff come by an account."""

from collections.abc import Set as AbstractSet
from dataclasses import asdict
from typing import Any

from grantflow.audit import service as audit
from grantflow.kernel import clock, emails
from grantflow.kernel.errors import DomainError, Forbidden, IllegalStep, Invalid
from grantflow.kernel.parties import SYSTEM, Actor, Party, Role
from grantflow.notifications import service as notifications
from grantflow.platform import limits, proof
from grantflow.platform.db import db, insert_once

from .. import policy, queries, rules
from ..models import Address, Person, Purpose
from ..rules import Name
from .links import mail, use
from .password import set_password
from .proposing import propose
from .roles import begin, check_roles


def invite(*, name: Name, email: str, party: Party, roles: AbstractSet[Role], language: str, by: Actor) -> Person:
    """Make an account for a member of staff of one's own party, and mail the invitation.

    The party is fixed for good: nobody acts for two sides (R14). Roles of ``rules.CONFIRMED`` wait for a second
    administrator, save those that the machine gives; where there is no other role the invitation waits too.
    """
    if not policy.can_invite(by) or (by is not SYSTEM and by.party is not party):
        raise Forbidden()
    proof.demand()
    check_roles(party, roles)
    person = _invited(
        emails.key(email),
        {
            "email": email,
            **asdict(name),
            "party": party,
            "language": language,
            "address": Address.NEUTRAL,
            "phone": "",
            "password_hash": None,
        },
    )
    db.lock(person, by=by)
    audit.record("invited", on=person, by=by, after={"party": party, "roles": sorted(roles)})
    waiting = set() if by is SYSTEM else roles & rules.CONFIRMED
    person.role_grants = []
    begin(person, roles - waiting, by=by)
    for role in sorted(waiting):
        propose(person, role, by=by)
    return person


def _invited(key: str, details: dict[str, Any]) -> Person:
    """The account to invite somebody into: a new one, or one that a stranger asked for and nobody ever confirmed.

    Otherwise whoever types a colleague's address into the public form could keep that colleague out for good.
    Raises Invalid where the address has an owner already.
    """
    if new_id := insert_once(Person, email_key=key, created_at=clock.now(), **details):
        return db.session.get_one(Person, new_id)
    person = queries.owner_of(key)
    if not person.is_waiting:
        raise Invalid("address_taken", field="email")
    for attribute, value in details.items():
        setattr(person, attribute, value)
    person.epoch += 1
    return person


def make_administrator(*, name: Name, email: str, party: Party, language: str, reason: str = "") -> Person:
    """The command line's verb: an administrator whom nobody confirms, which the trail and a mail to all others say.

    For a party without one; where somebody holds that office a ``reason`` is needed (IllegalStep). An invitation that
    nobody has accepted yet is sent again; asked for with another address, it stops working, for it went astray.
    """
    at_work = queries.administrators()
    if not reason and any(person.party is party for person in at_work):
        raise IllegalStep("party_has_administrator")
    role = Role.ADMINISTRATOR
    for person in queries.expected_administrators(party):
        if person.email_key == emails.key(email):
            return _again(person, by=SYSTEM)
        person.role_grants = []
        person.epoch += 1
        audit.record("roles_changed", on=person, by=SYSTEM, before={"roles": [role]}, after={"roles": []})
    person = invite(name=name, email=email, party=party, roles={role}, language=language, by=SYSTEM)
    audit.record("administrator_made", on=person, by=SYSTEM, reason=reason)
    for one in at_work:
        key = f"role_settled:{person.id}:{one.id}"
        notifications.send("role_settled", to=one, key=key, person=person.name, role=role, outcome="made")
    return person


def invite_again(person: Person, *, by: Actor) -> None:
    """Mail a fresh invitation; the earlier one stops working."""
    if not policy.can_change(by, person):
        raise Forbidden()
    if person.confirmed_at is not None or person.disabled_at is not None:
        raise DomainError("already_confirmed")
    if not person.roles:
        raise DomainError("invitation_waits")
    _again(person, by=by)


def _again(person: Person, *, by: Actor) -> Person:
    person.epoch += 1
    audit.record("invited", on=person, by=by)
    mail("staff_invitation", person, Purpose.INVITE)
    return person


def accept_invitation(
    raw: str, *, password: str, address: Address = Address.NEUTRAL, phone: str = "", language: str | None = None
) -> Person:
    """Choose a password by the mailed invitation. Opens no session: signing in is the one way in."""
    limits.spend("token")
    person = use(raw, Purpose.INVITE)
    set_password(person, password)
    person.address, person.phone = address, phone
    person.language = language or person.language
    person.confirmed_at = clock.now()
    audit.record("invitation_accepted", on=person, by=person)
    db.session.flush()
    return person
