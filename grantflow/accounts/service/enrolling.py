"""Second factors come and go: apps, passkeys, recovery codes. Their owner is told of each by mail."""

from dataclasses import dataclass
from uuid import uuid4

import pyotp
import segno
from sqlalchemy import delete, update

from grantflow.audit import service as audit
from grantflow.kernel import clock
from grantflow.kernel.errors import Invalid
from grantflow.notifications import service as notifications
from grantflow.platform import access, limits, passwords, sealing, settings, tokens
from grantflow.platform.db import db

from .. import queries, rules
from ..models import Factor, Person, RecoveryCode, SignIn
from ..states import FactorKind, Means
from . import passkeys
from .proving import SECRETS
from .sessions import end_sessions

#: What a secret is encrypted for that waits in a page to be confirmed.
PENDING = "app being set up"


@dataclass(frozen=True, slots=True)
class Offer:
    """A secret for an app, to be confirmed by its first code. ``path`` draws the QR code on ``size`` by ``size``."""

    sealed: str
    secret: str
    uri: str
    size: int
    path: str


def offer(person: Person, sealed: str = "") -> Offer:
    """A fresh secret, or the one that waits in the page already."""
    secret = _waiting(person, sealed) or pyotp.random_base32()
    uri = pyotp.TOTP(secret).provisioning_uri(name=person.email, issuer_name="GrantFlow")
    code = segno.make(uri, error="m", micro=False)
    rows = [[bool(module) for module in row] for row in code.matrix_iter(border=4)]
    dark = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, module in enumerate(row) if module)
    return Offer(sealing.seal(f"{person.id}:{secret}", PENDING), secret, uri, len(rows), "".join(dark))


def _waiting(person: Person, sealed: str) -> str | None:
    owner, _, secret = (sealing.unseal(sealed, PENDING, within=rules.SETTING_UP) or "").partition(":")
    return secret if owner == str(person.id) else None


def add_app(person: Person, sealed: str, code: str, *, label: str) -> list[str]:
    """Set up an app by the first code that it shows. Returns recovery codes where this is the first factor, else none.

    Raises Invalid at the field ``first_code``.
    """
    limits.spend("factor", account=str(person.id))
    secret = _waiting(person, sealed)
    step = rules.code_step(secret, rules.plain_code(code), clock.now()) if secret else None
    if secret is None or step is None:
        raise Invalid("code_wrong", field="first_code")
    db.lock(person, by=person)
    if any(its.kind is FactorKind.APP for its in queries.factors(person)):
        raise Invalid("app_there", field="first_code")
    kept = sealing.seal(secret, SECRETS)
    return _add(person, Factor(kind=FactorKind.APP, label=label, secret=kept, last_step=step), Means.ONE_TIME_CODE)


def add_passkey(person: Person, answer: str, challenge: str, *, label: str) -> list[str]:
    """Set up a passkey. Returns recovery codes where this is the first factor, else none.

    Raises Invalid at the field ``new_passkey``.
    """
    limits.spend("factor", account=str(person.id))
    verified = passkeys.made(person, answer, challenge)
    if verified is None:
        raise Invalid("passkey_wrong", field="new_passkey")
    db.lock(person, by=person)
    factor = Factor(
        kind=FactorKind.PASSKEY,
        label=label,
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
    )
    return _add(person, factor, Means.PASSKEY)


def _add(person: Person, factor: Factor, means: Means) -> list[str]:
    is_first = not queries.has_factor(person)
    factor.person_id, factor.created_at = person.id, clock.now()
    db.session.add(factor)
    db.session.flush()
    if is_first:
        _keep_only_this_session(person, means)
    audit.record("factor_added", on=person, by=person, after={"kind": factor.kind})
    notifications.send("factor_added", to=person, key=f"factor_added:{factor.id}", factor=factor.kind)
    return _renew_codes(person) if is_first else []


def _keep_only_this_session(person: Person, means: Means) -> None:
    """Sessions begun with the password alone end, but for the one that has just shown the new factor (T6, T7)."""
    here = SignIn.token_hash == tokens.fingerprint(access.session_key())
    end_sessions(person, but=here)
    db.session.execute(update(SignIn).where(SignIn.person_id == person.id, here).values(means=means))


def remove_factor(factor: Factor, person: Person) -> None:
    """Take one's own factor away. Raises Invalid where it is the last one of somebody who must have one."""
    db.lock(person, by=person)
    others = [its for its in queries.factors(person) if its.id != factor.id]
    asked = settings().asks_second_factor
    if not others and rules.must_have_factor(person.party, person.roles, asked=asked):
        raise Invalid("factor_last")
    db.session.delete(factor)
    if not others:
        db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    audit.record("factor_removed", on=person, by=person, before={"kind": factor.kind})
    notifications.send("factor_removed", to=person, key=f"factor_removed:{factor.id}", factor=factor.kind)
    db.session.flush()


def renew_codes(person: Person) -> list[str]:
    """Fresh recovery codes; the earlier ones open nothing any more. Raises Invalid without a second factor."""
    db.lock(person, by=person)
    if not queries.has_factor(person):
        raise Invalid("factor_missing")
    audit.record("recovery_codes_made", on=person, by=person)
    notifications.send("recovery_codes_made", to=person, key=f"recovery_codes_made:{uuid4()}")
    return _renew_codes(person)


def _renew_codes(person: Person) -> list[str]:
    """To be shown once: what is kept cannot be read."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    codes = rules.recovery_codes()
    for code in codes:
        selector, secret = rules.parts_of(rules.plain_code(code))
        kept = passwords.hash_of(secret)
        row = RecoveryCode(person_id=person.id, selector=selector, secret_hash=kept, created_at=clock.now())
        db.session.add(row)
    db.session.flush()
    return codes
