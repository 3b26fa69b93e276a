"""Showing who one is, beside the password: at sign-in, and once more before a weighty step (T3, T8).

What is shown is spent beside the request's transaction: a code stays used, and an attempt counted, whatever becomes of
the page that asked for it.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, update

from grantflow.audit import service as audit
from grantflow.kernel import clock
from grantflow.kernel.errors import Invalid
from grantflow.notifications import service as notifications
from grantflow.platform import access, limits, passwords, proof, sealing, tokens
from grantflow.platform.db import own_transaction

from .. import queries, rules
from ..models import Factor, Person, RecoveryCode, SignIn
from ..states import FactorKind, Means
from . import passkeys
from .sessions import verify_password

#: What secrets of apps are encrypted for.
SECRETS = "one-time codes"


@dataclass(frozen=True, slots=True)
class Ways:
    """How a person can show who they are: with the password alone only where there is no second factor."""

    has_factor: bool
    has_app: bool = False
    #: For the browser, where one of their passkeys can be asked for here.
    question: passkeys.Question | None = None
    has_passkey: bool = False
    is_fresh: bool = False


def ways(person: Person) -> Ways:
    """What to ask of ``person``."""
    factors = queries.factors(person)
    keys = [its for its in factors if its.kind is FactorKind.PASSKEY]
    return Ways(
        has_factor=bool(factors),
        has_app=len(keys) < len(factors),
        question=passkeys.ask(person, keys),
        has_passkey=bool(keys),
        is_fresh=is_fresh(),
    )


def take(person: Person, *, password: str = "", code: str = "", passkey: str = "", challenge: str = "") -> None:
    """The proof that a weighty step asks for: what is shown now, else one of the last minutes. Raises Invalid."""
    if not (password or code or passkey):
        if not is_fresh():
            raise Invalid("proof_asked", field="one_time_code" if queries.has_factor(person) else "password")
    else:
        if queries.has_factor(person):
            prove(person, code=code, passkey=passkey, challenge=challenge)
        else:
            verify_password(person, password)
        _note_proof()
    proof.noted()


def is_fresh() -> bool:
    """Whether the present session has been proved within the last minutes."""
    at = queries.proved_at(access.session_key())
    return at is not None and clock.now() - at < rules.FRESH_FOR


def _note_proof() -> None:
    _apart(SignIn, SignIn.token_hash == tokens.fingerprint(access.session_key()), proved_at=clock.now())


def prove(person: Person, *, code: str = "", passkey: str = "", challenge: str = "") -> Means:
    """Judge a second factor, or a recovery code in its place, and spend it. Returns what it was.

    Raises Invalid at the field that is wrong, TooMany after too many attempts.
    """
    limits.spend("factor", account=str(person.id))
    if passkey:
        _show_passkey(person, passkey, challenge)
        means = Means.PASSKEY
    else:
        plain = rules.plain_code(code)
        if not plain:
            raise Invalid("proof_asked", field="one_time_code")
        means = Means.ONE_TIME_CODE if rules.is_one_time(plain) else Means.RECOVERY_CODE
        (_spend_one_time if means is Means.ONE_TIME_CODE else _spend_recovery)(person, plain)
    limits.forget("factor", str(person.id))
    return means


def _denied(person: Person, key: str, field: str = "one_time_code") -> Invalid:
    audit.record_apart("factor_denied", on=("person", person.id), by=person, reason=key)
    return Invalid(key, field=field)


def _spend_one_time(person: Person, code: str) -> None:
    """Each code once: whoever comes second with one of the same step, or an earlier one, is refused (RFC 6238, 5.2)."""
    app = next((its for its in queries.factors(person) if its.secret), None)
    secret = sealing.unseal(app.secret or "", SECRETS) if app else None
    step = rules.code_step(secret, code, clock.now()) if secret else None
    if app is None or step is None:
        raise _denied(person, "code_wrong")
    if not _apart(Factor, (Factor.id == app.id) & (Factor.last_step < step), last_step=step, used_at=clock.now()):
        raise _denied(person, "code_used")


def _spend_recovery(person: Person, code: str) -> None:
    selector, secret = rules.parts_of(code)
    row = queries.recovery_code(person, selector)
    if not passwords.matches(row.secret_hash if row else None, secret):
        raise _denied(person, "code_wrong")
    mine = (RecoveryCode.person_id == person.id) & (RecoveryCode.selector == selector)
    if not _apart(RecoveryCode, mine & RecoveryCode.used_at.is_(None), used_at=clock.now()):
        raise _denied(person, "code_used")
    audit.record("recovery_code_used", on=person, by=person)
    left = queries.codes_left(person)
    notifications.send("recovery_code_used", to=person, key=f"recovery_code_used:{person.id}:{selector}", count=left)


def _show_passkey(person: Person, answer: str, challenge: str) -> None:
    found = passkeys.shown(person, answer, challenge, queries.factors(person))
    if found is None:
        raise _denied(person, "passkey_wrong", field="passkey")
    factor, verified = found
    _apart(Factor, Factor.id == factor.id, sign_count=verified.new_sign_count, used_at=clock.now())


def _apart(model: type[Factor | RecoveryCode | SignIn], which: ColumnElement[bool], **values: object) -> bool:
    """Change a row in a transaction of its own; whether there was one to change."""
    with own_transaction() as session:
        changed = session.scalars(update(model).where(which).values(**values).returning(model.person_id)).all()
        session.commit()
    return bool(changed)
