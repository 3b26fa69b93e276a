"""Another e-mail address: confirmed at the new one, told to the old one (T8)."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from grantflow.audit import service as audit
from grantflow.kernel import emails
from grantflow.kernel.errors import DomainError, Invalid
from grantflow.kernel.parties import Party
from grantflow.notifications import service as notifications
from grantflow.platform import limits, proof
from grantflow.platform.db import db

from .. import queries
from ..models import Person, Purpose
from .links import issue, use


@dataclass(frozen=True, slots=True)
class At:
    """A person, written to at an address that is not theirs yet, or not any more."""

    id: UUID
    email: str
    name: str
    language: str
    party: Party | None


def _at(person: Person, email: str) -> At:
    return At(person.id, email, person.name, person.language, person.party)


def request_address(person: Person, email: str) -> None:
    """Mail a link to the new address. Who has it already is told by mail, and nobody else (T4)."""
    proof.demand()
    limits.spend("address", account=str(person.id), per_account=limits.MAILS_PER_ACCOUNT)
    if emails.key(email) == person.email_key:
        raise Invalid("address_same", field="email")
    audit.record("address_requested", on=person, by=person)
    if owner := queries.by_email(email):
        notifications.send("account_exists", to=owner, key=f"account_exists:{uuid4()}")
        return
    token = issue(person, Purpose.ADDRESS, email=email)
    notifications.send(
        "address_confirm",
        to=_at(person, email),
        key=f"address_confirm:{token.id}",
        token_id=token.id,
        valid_until=token.expires_at,
    )


def confirm_address(raw: str) -> Person:
    """The new address counts from now on; every other link dies, and the old address is told.

    Raises DomainError("link_dead"), Invalid("address_taken") where somebody else has it by now.
    """
    limits.spend("token")
    token = queries.live_token(raw, Purpose.ADDRESS)
    if token is None or token.email is None:
        raise DomainError("link_dead")
    if queries.by_email(token.email):
        raise Invalid("address_taken")
    person = use(raw, Purpose.ADDRESS)
    old = person.email
    person.email, person.email_key = token.email, emails.key(token.email)
    person.epoch += 1
    db.session.flush()
    audit.record("address_changed", on=person, by=person)
    notifications.send("address_changed", to=_at(person, old), key=f"address_changed:{token.id}")
    return person
