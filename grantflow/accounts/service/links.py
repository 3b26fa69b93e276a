"""What mails carry: a key that opens one thing once."""

from uuid import uuid4

from grantflow.kernel import clock
from grantflow.kernel.errors import DomainError
from grantflow.kernel.parties import ANONYMOUS
from grantflow.notifications import service as notifications
from grantflow.platform import tokens
from grantflow.platform.db import db

from .. import queries, rules
from ..models import Person, Purpose, Token


def issue(person: Person, purpose: Purpose, *, email: str | None = None) -> Token:
    """A token row; its key is derived from the row's id when the mail is written (D22)."""
    now, token_id = clock.now(), uuid4()
    lifetime = rules.INVITATION_LIFETIME if purpose is Purpose.INVITE else rules.LINK_LIFETIME
    token = Token(
        id=token_id,
        person_id=person.id,
        purpose=purpose,
        email=email,
        token_hash=tokens.fingerprint(tokens.derive(token_id)),
        epoch=person.epoch,
        created_at=now,
        expires_at=now + lifetime,
    )
    db.session.add(token)
    db.session.flush()
    return token


def mail(kind: str, person: Person, purpose: Purpose) -> None:
    token = issue(person, purpose)
    notifications.send(kind, to=person, key=f"{kind}:{token.id}", token_id=token.id, valid_until=token.expires_at)


def use(raw: str, *purposes: Purpose) -> Person:
    """Spend a token once: a second click waits for the lock and then finds it used. Raises DomainError("link_dead")."""
    token = queries.live_token(raw, *purposes)
    if token is not None:
        db.lock(token.person, token, by=ANONYMOUS)
    if token is None or queries.live_token(raw, *purposes) is None:
        raise DomainError("link_dead")
    token.used_at = clock.now()
    return token.person
