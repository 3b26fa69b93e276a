"""How applicants come by an account."""

from dataclasses import asdict
from uuid import uuid4

from grantflow.audit import service as audit
from grantflow.kernel import clock, emails
from grantflow.kernel.errors import DomainError
from grantflow.kernel.parties import SYSTEM, Role
from grantflow.notifications import service as notifications
from grantflow.platform import limits, passwords
from grantflow.platform.db import db, insert_once

from .. import queries
from ..models import Address, Person, Purpose
from ..rules import Name
from ..states import Means
from .links import mail, use
from .password import check_new_password
from .roles import grant
from .sessions import enter, refresh_hash, verify_password


def register(
    *, name: Name, email: str, password: str, language: str, address: Address = Address.NEUTRAL, phone: str = ""
) -> None:
    """Ask for an account. The answer and its cost are the same whether the address is known or not.

    New or still unconfirmed: the account waits for its owner, who confirms by mail *and* this password, so that
    nobody can lay a password of theirs under somebody else's address. Known: its owner is told by mail.
    """
    limits.spend("register", account=emails.key(email), per_account=limits.MAILS_PER_ACCOUNT)
    check_new_password(password, (name.full, email))
    details = {
        **asdict(name),
        "email": email,
        "language": language,
        "address": address,
        "phone": phone,
        "password_hash": passwords.hash_of(password),
    }
    key = emails.key(email)
    if new_id := insert_once(Person, email_key=key, created_at=clock.now(), **details):
        person = db.session.get_one(Person, new_id)
        person.role_grants.append(grant(Role.APPLICANT, SYSTEM))
        audit.record("registered", on=person, by=person)
    else:
        person = queries.owner_of(key)
        if not person.is_waiting:
            notifications.send("account_exists", to=person, key=f"account_exists:{uuid4()}")
            return
        for attribute, value in details.items():
            setattr(person, attribute, value)
        person.epoch += 1
    db.session.flush()
    mail("registration_confirm", person, Purpose.CONFIRM)


def confirm(raw: str, password: str) -> tuple[Person, str]:
    """Finish a registration: the mailed key and the password chosen there open the account and a first session.

    Raises DomainError("link_dead"), or Invalid("password_wrong") which leaves the link as it was.
    """
    token = queries.live_token(raw, Purpose.CONFIRM)
    if token is None:
        raise DomainError("link_dead")
    verify_password(token.person, password)
    person = use(raw, Purpose.CONFIRM)
    person.confirmed_at = clock.now()
    audit.record("confirmed", on=person, by=person)
    refresh_hash(person, password)
    return person, enter(person, Means.PASSWORD)
