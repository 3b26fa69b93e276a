"""Keys that travel by mail or cookie: derived or random, and never stored as they are (D22)."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from uuid import UUID

from . import settings


def fresh() -> str:
    """A new random key of 256 bits."""
    return secrets.token_urlsafe(32)


def derive(token_id: UUID) -> str:
    """The key that belongs to a row: only who holds the installation's secret can make it from the row's id.

    So the row can be the outbox: it is committed without the key, and the worker makes the key when it writes.
    """
    digest = hmac.digest(settings().secret_key.encode(), b"mailed-token:" + token_id.bytes, "sha256")
    return urlsafe_b64encode(digest).decode().rstrip("=")


def fingerprint(token: str) -> str:
    """What the database keeps of a key: SHA-256 in hex. A key of 256 bits needs no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def alias(text: str) -> str:
    """A keyed pseudonym: equal texts are told to be equal, but not what they are (unknown addresses in the trail)."""
    return hmac.new(settings().secret_key.encode(), b"alias:" + text.encode(), "sha256").hexdigest()[:16]
