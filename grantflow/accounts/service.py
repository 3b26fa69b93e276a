"""Accounts: from registration to the end of a session. There is one way into a session: address and password."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import asdict
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update

from grantflow.audit import service as audit
from grantflow.kernel import clock, emails
from grantflow.kernel.errors import DomainError, Forbidden, Invalid
from grantflow.kernel.parties import ANONYMOUS, SYSTEM, Actor, Party, Role
from grantflow.notifications import service as notifications
from grantflow.platform import jobs, limits, passwords, tokens
from grantflow.platform.db import db, insert_once, own_transaction, to_write

from . import policy, queries, rules
from .models import Address, Person, Purpose, RoleGrant, SignIn, Token
from .rules import Name

# --- sessions ------------------------------------------------------------------------------------


def open_session(person: Person) -> str:
    """Begin a session of ``person``: adds the row, returns the key for the cookie."""
    token, now = tokens.fresh(), clock.now()
    db.session.add(SignIn(person_id=person.id, token_hash=tokens.fingerprint(token), began_at=now, seen_at=now))
    db.session.flush()
    return token


def person_of(token: str) -> Person | None:
    """Whose session this is, asked of the rows at every request; None once it ended, idled out or grew too old.

    Notes "last seen" in a transaction of its own, at most once a minute.
    """
    row = queries.sign_in_of(token)
    if row is None or row.ended_at is not None or not row.person.is_active:
        return None
    now = clock.now()
    if now - row.seen_at >= rules.idle_limit(row.person.roles) or now - row.began_at >= rules.ABSOLUTE:
        return None
    if now - row.seen_at >= rules.SEEN_EVERY:
        with own_transaction() as session:
            session.execute(update(SignIn).where(SignIn.id == row.id).values(seen_at=now))
            session.commit()
    return row.person


def sign_in(email: str, password: str) -> tuple[Person, str]:
    """Check address and password, begin a session: the person and the cookie's key.

    Unknown, unconfirmed, disabled and wrong all cost the same and answer the same: Invalid("sign_in_wrong").
    Attempts are counted per account and address, refusals noted, both beside the request's transaction.
    """
    key = emails.key(email)
    limits.spend("sign_in", account=key)
    person = queries.by_email(email)
    known = passwords.matches(person.password_hash if person else None, password)
    if person is None or not known or not person.is_active:
        _note_refusal(person, key, known=known)
        raise Invalid("sign_in_wrong")
    limits.forget("sign_in", key)
    return person, _enter(person, password)


def _note_refusal(person: Person | None, key: str, *, known: bool) -> None:
    """Beside the request's transaction; an unknown address is noted by a pseudonym only."""
    why = "password" if person is None or not known else "disabled" if person.disabled_at else "unconfirmed"
    subject: tuple[str, object] = ("person", person.id) if person else ("address", tokens.alias(key))
    audit.record_apart("sign_in_denied", on=subject, by=ANONYMOUS, reason=why)


def _enter(person: Person, password: str) -> str:
    if passwords.is_stale(person.password_hash or ""):
        person.password_hash = passwords.hash_of(password)
    audit.record("signed_in", on=person, by=person)
    return open_session(person)


def sign_out(person: Person, *, by: Actor) -> None:
    """End every session of ``person``, here and elsewhere (T7)."""
    _end_sessions(person)
    audit.record("signed_out", on=person, by=by)


def _end_sessions(person: Person) -> None:
    db.session.execute(
        update(SignIn)
        .where(SignIn.person_id == person.id, SignIn.ended_at.is_(None))
        .values(ended_at=clock.now())
        .execution_options(synchronize_session="fetch")
    )


def verify_password(person: Person, password: str) -> None:
    """The second look before a weighty step (D8): raises Invalid("password_wrong") on the field ``password``."""
    limits.spend("password", account=str(person.id))
    if not passwords.matches(person.password_hash, password):
        audit.record_apart("password_denied", on=("person", person.id), by=person)
        raise Invalid("password_wrong", field="password")
    limits.forget("password", str(person.id))


# --- mailed tokens -------------------------------------------------------------------------------


def _issue(person: Person, purpose: Purpose) -> Token:
    """A token row; its key is derived from the row's id when the mail is written (D22)."""
    now, token_id = clock.now(), uuid4()
    lifetime = rules.INVITATION_LIFETIME if purpose is Purpose.INVITE else rules.LINK_LIFETIME
    token = Token(
        id=token_id,
        person_id=person.id,
        purpose=purpose,
        token_hash=tokens.fingerprint(tokens.derive(token_id)),
        epoch=person.epoch,
        created_at=now,
        expires_at=now + lifetime,
    )
    db.session.add(token)
    db.session.flush()
    return token


def _mail(kind: str, person: Person, purpose: Purpose) -> None:
    token = _issue(person, purpose)
    notifications.send(kind, to=person, key=f"{kind}:{token.id}", token_id=token.id, valid_until=token.expires_at)


def _use(raw: str, *purposes: Purpose) -> Person:
    """Spend a token once: a second click waits for the lock and then finds it used. Raises DomainError("link_dead")."""
    token = queries.live_token(raw, *purposes)
    if token is not None:
        db.lock(token.person, token, by=ANONYMOUS)
    if token is None or queries.live_token(raw, *purposes) is None:
        raise DomainError("link_dead")
    token.used_at = clock.now()
    return token.person


# --- applicants ----------------------------------------------------------------------------------


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
        person.role_grants.append(_grant(Role.APPLICANT, SYSTEM))
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
    _mail("registration_confirm", person, Purpose.CONFIRM)


def confirm(raw: str, password: str) -> tuple[Person, str]:
    """Finish a registration: the mailed key and the password chosen there open the account and a first session.

    Raises DomainError("link_dead"), or Invalid("password_wrong") which leaves the link as it was.
    """
    token = queries.live_token(raw, Purpose.CONFIRM)
    if token is None:
        raise DomainError("link_dead")
    verify_password(token.person, password)
    person = _use(raw, Purpose.CONFIRM)
    person.confirmed_at = clock.now()
    audit.record("confirmed", on=person, by=person)
    return person, _enter(person, password)


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
        _mail("password_reset", person, Purpose.RESET)


def reset_password(raw: str, password: str) -> Person:
    """Set a new password by a mailed link. Whoever reads the mail owns the address, so this confirms it too.

    Ends all sessions and all other links; opens no session.
    """
    limits.spend("token")
    person = _use(raw, Purpose.RESET)
    _set_password(person, password)
    person.confirmed_at = person.confirmed_at or clock.now()
    audit.record("password_reset", on=person, by=person)
    return person


def change_password(person: Person, *, old: str, new: str) -> str:
    """Change the own password: ends all sessions and links, and begins this one anew. Returns the new cookie key."""
    try:
        verify_password(person, old)
    except Invalid as wrong:
        raise Invalid(wrong.key, field="old") from wrong
    _set_password(person, new, field="new")
    audit.record("password_changed", on=person, by=person)
    return open_session(person)


def check_new_password(password: str, personal: Iterable[str], *, field: str = "password") -> None:
    """Raise Invalid on ``field`` where the policy for passwords objects."""
    if reason := rules.why_not_password(password, personal):
        raise Invalid(reason.key, field=field, **reason.facts)


def _set_password(person: Person, password: str, *, field: str = "password") -> None:
    check_new_password(password, (person.name, person.email), field=field)
    person.password_hash = passwords.hash_of(password)
    person.epoch += 1
    _end_sessions(person)
    db.session.flush()


def change_profile(person: Person, *, name: Name, address: Address, phone: str, language: str) -> None:
    """Change what letters and mails go by."""
    before = _profile(person)
    person.title, person.given_name, person.family_name = name.title, name.given_name, name.family_name
    person.address, person.phone, person.language = address, phone, language
    if _profile(person) != before:
        audit.record("profile_changed", on=person, by=person, before=before, after=_profile(person))
    db.session.flush()


def _profile(person: Person) -> dict[str, str]:
    return {
        "title": person.title,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "address": person.address.value,
        "phone": person.phone,
        "language": person.language,
    }


# --- staff ---------------------------------------------------------------------------------------


def invite(*, name: Name, email: str, party: Party, roles: AbstractSet[Role], language: str, by: Actor) -> Person:
    """Make an account for a member of staff of one's own party, and mail the invitation.

    The party is fixed for good: nobody acts for two sides (R14).
    """
    if not policy.can_invite(by) or (by is not SYSTEM and by.party is not party):
        raise Forbidden()
    _check_roles(party, roles)
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
    person.role_grants = [_grant(role, by) for role in sorted(roles)]
    db.session.flush()
    audit.record("invited", on=person, by=by, after={"party": party, "roles": sorted(roles)})
    _mail("staff_invitation", person, Purpose.INVITE)
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


def invite_first_administrator(*, name: Name, email: str, party: Party, language: str) -> Person:
    """The command line's verb: the first administrator of a party, by the system itself."""
    return invite(name=name, email=email, party=party, roles={Role.ADMINISTRATOR}, language=language, by=SYSTEM)


def invite_again(person: Person, *, by: Actor) -> None:
    """Mail a fresh invitation; the earlier one stops working."""
    if not policy.can_change(by, person):
        raise Forbidden()
    if person.confirmed_at is not None or person.disabled_at is not None:
        raise DomainError("already_confirmed")
    person.epoch += 1
    audit.record("invited", on=person, by=by)
    _mail("staff_invitation", person, Purpose.INVITE)


def accept_invitation(
    raw: str, *, password: str, address: Address = Address.NEUTRAL, phone: str = "", language: str | None = None
) -> Person:
    """Choose a password by the mailed invitation. Opens no session: signing in is the one way in."""
    limits.spend("token")
    person = _use(raw, Purpose.INVITE)
    _set_password(person, password)
    person.address, person.phone = address, phone
    person.language = language or person.language
    person.confirmed_at = clock.now()
    audit.record("invitation_accepted", on=person, by=person)
    db.session.flush()
    return person


def set_roles(person: Person, roles: AbstractSet[Role], *, by: Actor) -> None:
    """Let ``person`` hold exactly ``roles``. A change ends all of their sessions."""
    if not policy.can_change(by, person):
        raise Forbidden()
    _hold(person, by)
    before = person.roles
    if roles == before:
        return
    _check_roles(person.party, roles)
    person.role_grants = [grant for grant in person.role_grants if grant.role in roles] + [
        _grant(role, by) for role in sorted(roles - before)
    ]
    _end_sessions(person)
    audit.record("roles_changed", on=person, by=by, before={"roles": sorted(before)}, after={"roles": sorted(roles)})
    db.session.flush()


def _check_roles(party: Party | None, roles: AbstractSet[Role]) -> None:
    if reason := rules.why_not_roles(party, roles):
        raise Invalid(reason.key, field="roles")


def _grant(role: Role, by: Actor) -> RoleGrant:
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
    _end_sessions(person)
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


@jobs.periodic("accounts.forget_expired", at="03:10")
def forget_expired() -> int:
    """Housekeeping: drop links and sessions that ended or lapsed more than a week ago. Returns how many."""
    return queries.delete_expired(clock.now() - rules.INVITATION_LIFETIME)
