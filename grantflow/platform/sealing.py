"""What rests in the database and must be readable again: encrypted, under a key that does not rest there (T44)."""

from base64 import urlsafe_b64encode
from datetime import timedelta
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from . import settings


@lru_cache(maxsize=4)
def _box(secret: str, purpose: str) -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"grantflow:" + purpose.encode()).derive(secret.encode())
    return Fernet(urlsafe_b64encode(key))


def seal(text: str, purpose: str) -> str:
    """``text`` encrypted and authenticated, under a key derived from the installation's secret for this ``purpose``."""
    return _box(settings().secret_key, purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, purpose: str, *, within: timedelta | None = None) -> str | None:
    """What was sealed, None where it was not by us, for another purpose, or longer ago than ``within``."""
    seconds = int(within.total_seconds()) if within else None
    try:
        return _box(settings().secret_key, purpose).decrypt(sealed.encode(), ttl=seconds).decode()
    except InvalidToken:
        return None
