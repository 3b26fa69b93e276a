"""Once more, before a weighty step: who acts shows that they are still who signed in (T8)."""

from sqlalchemy import update

from grantflow.kernel import clock
from grantflow.kernel.errors import Invalid
from grantflow.platform import access, proof, tokens
from grantflow.platform.db import own_transaction

from .. import queries, rules
from ..models import Person, SignIn
from .sessions import verify_password


def take(person: Person, *, password: str = "") -> None:
    """The proof that a weighty step asks for: what is shown now, else one of the last minutes. Raises Invalid."""
    if password:
        prove(person, password=password)
    elif not is_fresh():
        raise Invalid("proof_asked", field="password")
    proof.noted()


def is_fresh() -> bool:
    """Whether the present session has been proved within the last minutes."""
    at = queries.proved_at(access.session_key())
    return at is not None and clock.now() - at < rules.FRESH_FOR


def prove(person: Person, *, password: str) -> None:
    """Judge what ``person`` shows, and note it at the present session, beside the request's transaction.

    Raises Invalid at the field that is wrong, TooMany after too many attempts.
    """
    verify_password(person, password)
    key = tokens.fingerprint(access.session_key())
    with own_transaction() as session:
        session.execute(update(SignIn).where(SignIn.token_hash == key).values(proved_at=clock.now()))
        session.commit()
