"""A new password, by a mailed link or by the old one."""

from collections.abc import Iterable

from grantflow.audit import service as audit
from grantflow.kernel import clock, emails
from grantflow.kernel.errors import Invalid
from grantflow.kernel.parties import ANONYMOUS
from grantflow.platform import access, limits, passwords, tokens
from grantflow.platform.db import db

from .. import queries, rules
from ..models import Person, Purpose
from ..states import Means
from .links import mail, use
from .sessions import begin, end_sessions, verify_password


def request_reset(email: str) -> None:
    """Mail a link for a new password, if there is such an account; neither the answer nor its time tells.

    A hash nobody waits for outweighs the rows that only a known address needs (T4); an unknown one is noted too, by a
    pseudonym.
    """
    key = emails.key(email)
    limits.spend("reset", account=key, per_account=limits.MAILS_PER_ACCOUNT)
    passwords.matches(None, key)
    person = queries.by_email(email)
    subject: Person | tuple[str, str] = person or ("address", tokens.alias(key))
    audit.record("reset_requested", on=subject, by=ANONYMOUS)
    if person is not None and person.disabled_at is None:
        mail("password_reset", person, Purpose.RESET)


def reset_password(raw: str, password: str) -> Person:
    """Set a new password by a mailed link. Whoever reads the mail owns the address, so this confirms it too.

    Ends all sessions and all other links; opens no session.
    """
    limits.spend("token")
    person = use(raw, Purpose.RESET)
    set_password(person, password)
    person.confirmed_at = person.confirmed_at or clock.now()
    audit.record("password_reset", on=person, by=person)
    return person


def change_password(person: Person, *, old: str, new: str) -> str:
    """Change the own password: ends all sessions and links, and begins this one anew. Returns the new cookie key."""
    try:
        verify_password(person, old)
    except Invalid as wrong:
        raise Invalid(wrong.key, field="old") from wrong
    means = queries.means_of(access.session_key()) or Means.PASSWORD
    set_password(person, new, field="new")
    audit.record("password_changed", on=person, by=person)
    return begin(person, means)


def check_new_password(password: str, personal: Iterable[str], *, field: str = "password") -> None:
    """Raise Invalid on ``field`` where the policy for passwords objects."""
    if reason := rules.why_not_password(password, personal):
        raise Invalid(reason.key, field=field, **reason.facts)


def set_password(person: Person, password: str, *, field: str = "password") -> None:
    check_new_password(password, (person.name, person.email), field=field)
    person.password_hash = passwords.hash_of(password)
    person.epoch += 1
    end_sessions(person)
    db.session.flush()
