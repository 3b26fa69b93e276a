"""Password hashes: argon2id, parameters in one place, equal cost for accounts that do not exist."""

import unicodedata
from functools import cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

#: RFC 9106's second choice (64 MiB, three passes), on one lane: web processes have few cores.
HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)


def _same(password: str) -> str:
    """One spelling for what looks the same: keyboards compose ``é`` in two ways, and have blanks of several widths.

    As RFC 8265 (OpaqueString) does, with NFKC for its NFC; nothing is taken out, trimmed or made small.
    """
    return unicodedata.normalize("NFKC", password)


def hash_of(password: str) -> str:
    return HASHER.hash(_same(password))


@cache
def _nobodys() -> str:
    return HASHER.hash("nobody has this password")


def matches(stored: str | None, password: str) -> bool:
    """Whether ``password`` belongs to ``stored``; without a stored hash it costs the same and is False (D36)."""
    try:
        return HASHER.verify(stored or _nobodys(), _same(password)) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def is_stale(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(stored)
