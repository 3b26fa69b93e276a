"""In and out. Every session begins in ``begin``, and nowhere else (a test asks)."""

from flask import has_request_context, request
from sqlalchemy import ColumnElement, false, update

from grantflow.audit import service as audit
from grantflow.kernel import clock, emails
from grantflow.kernel.errors import Forbidden, Invalid
from grantflow.kernel.parties import ANONYMOUS, Actor
from grantflow.platform import access, jobs, limits, passwords, settings, tokens
from grantflow.platform.db import db, own_transaction

from .. import queries, rules
from ..models import Person, SignIn
from ..states import SECOND, Means, Step


def begin(person: Person, means: Means) -> str:
    """The one door: every session begins here, and says by what means. Returns the key for the cookie.

    Raises Forbidden where a second factor has to be shown first, or set up (T3), and for the demo's switch elsewhere.
    """
    if step_after(person, means) is not Step.ENTER or (means is Means.SWITCH and not settings().is_demo):
        raise Forbidden("factor_missing")
    token, now = tokens.fresh(), clock.now()
    row = SignIn(
        person_id=person.id,
        token_hash=tokens.fingerprint(token),
        began_at=now,
        seen_at=now,
        means=means,
        device=rules.device(request.user_agent.string) if has_request_context() else "",
    )
    db.session.add(row)
    db.session.flush()
    return token


def enter(person: Person, means: Means) -> str:
    """Begin a session, with a line on the trail."""
    token = begin(person, means)
    audit.record("signed_in", on=person, by=person, after={"means": means})
    return token


def step_after(person: Person, means: Means) -> Step:
    """What comes after ``person`` has shown ``means``: the session, the second factor, or setting one up."""
    has_factor = means is Means.PASSWORD and queries.has_factor(person)
    return rules.step_after(means, has_factor=has_factor, must=_must_have_factor(person))


def _must_have_factor(person: Person) -> bool:
    return rules.must_have_factor(person.party, person.roles, asked=settings().asks_second_factor)


def go_halfway(person: Person) -> None:
    """Their password was right; the next step belongs to them for ten minutes."""
    access.wait(person.id, person.epoch, clock.now())


def halfway() -> Person | None:
    """Who has shown their password here and not yet what comes after it."""
    if not (waiting := access.waiting()):
        return None
    person_id, epoch, at = waiting
    person = db.session.get(Person, person_id)
    is_in_time = clock.now() - at < rules.HALFWAY
    return person if person and person.is_active and person.epoch == epoch and is_in_time else None


def person_of(token: str) -> Person | None:
    """Whose session this is, asked of the rows at every request; None once it ended, idled out or grew too old.

    Notes "last seen" in a transaction of its own, at most once a minute.
    """
    row = queries.sign_in_of(token)
    if row is None or row.ended_at is not None or not row.person.is_active:
        return None
    if row.means not in SECOND and _must_have_factor(row.person):
        return None  # whatever let it begin: no session of staff without a second factor
    now = clock.now()
    if now - row.seen_at >= rules.idle_limit(row.person.roles) or now - row.began_at >= rules.ABSOLUTE:
        return None
    if now - row.seen_at >= rules.SEEN_EVERY:
        with own_transaction() as session:
            session.execute(update(SignIn).where(SignIn.id == row.id).values(seen_at=now))
            session.commit()
    return row.person


def sign_in(email: str, password: str) -> Person:
    """Whose address and password these are. It begins no session: ``begin`` does, once ``step_after`` says so.

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
    refresh_hash(person, password)
    return person


def _note_refusal(person: Person | None, key: str, *, known: bool) -> None:
    """Beside the request's transaction; an unknown address is noted by a pseudonym only."""
    why = "password" if person is None or not known else "disabled" if person.disabled_at else "unconfirmed"
    subject: tuple[str, object] = ("person", person.id) if person else ("address", tokens.alias(key))
    audit.record_apart("sign_in_denied", on=subject, by=ANONYMOUS, reason=why)


def refresh_hash(person: Person, password: str) -> None:
    """Hash a password that is known to be right with today's parameters."""
    if passwords.is_stale(person.password_hash or ""):
        person.password_hash = passwords.hash_of(password)


def sign_out(person: Person, *, by: Actor) -> None:
    """End every session of ``person``, here and elsewhere (T7)."""
    end_sessions(person)
    audit.record("signed_out", on=person, by=by)


def end_session(row: SignIn, *, by: Actor) -> None:
    """Sign out one of one's own browsers."""
    if row.person_id != by.id:
        raise Forbidden()
    end_sessions(row.person, but=SignIn.id != row.id)
    audit.record("session_ended", on=row.person, by=by)


def end_other_sessions(person: Person, *, by: Actor) -> None:
    """Sign out everywhere but here."""
    if person.id != by.id:
        raise Forbidden()
    end_sessions(person, but=SignIn.token_hash == tokens.fingerprint(access.session_key()))
    audit.record("session_ended", on=person, by=by)


def end_sessions(person: Person, *, but: ColumnElement[bool] | None = None) -> None:
    """End every session of ``person``, or all ``but`` one."""
    spared = false() if but is None else but
    db.session.execute(
        update(SignIn)
        .where(SignIn.person_id == person.id, SignIn.ended_at.is_(None), ~spared)
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


@jobs.periodic("accounts.forget_expired", at="03:10")
def forget_expired() -> int:
    """Housekeeping: drop links and sessions that ended or lapsed more than a week ago. Returns how many."""
    return queries.delete_expired(clock.now() - rules.INVITATION_LIFETIME)
