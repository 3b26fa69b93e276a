"""Rate limits in the database, so that all web processes count together, with Redis or without (D24)."""

import time
from datetime import UTC, datetime
from ipaddress import IPv6Address, ip_address, ip_network

from flask import has_request_context, request
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import case, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from grantflow.kernel.errors import TooMany

from . import jobs
from .db import db, own_transaction
from .models import Attempts


class DatabaseStorage(Storage):
    """``limits`` storage over the table ``attempts``; counts in a transaction of its own."""

    STORAGE_SCHEME = ["grantflow"]

    @property
    def base_exceptions(self) -> type[Exception]:
        return Exception

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        fresh = datetime.fromtimestamp(time.time() + expiry, UTC)
        over = Attempts.expires_at < func.clock_timestamp()
        statement = (
            insert(Attempts)
            .values(key=key, hits=amount, expires_at=fresh)
            .on_conflict_do_update(
                index_elements=[Attempts.key],
                set_={
                    "hits": case((over, amount), else_=Attempts.hits + amount),
                    "expires_at": case((over, fresh), else_=Attempts.expires_at),
                },
            )
            .returning(Attempts.hits)
        )
        with own_transaction() as session:
            hits = session.execute(statement).scalar_one()
            session.commit()
            return hits

    def get(self, key: str) -> int:
        with own_transaction() as session:
            query = select(Attempts.hits).where(Attempts.key == key, Attempts.expires_at >= func.clock_timestamp())
            return session.scalar(query) or 0

    def get_expiry(self, key: str) -> float:
        with own_transaction() as session:
            instant = session.scalar(select(Attempts.expires_at).where(Attempts.key == key))
            return instant.timestamp() if instant else time.time()

    def check(self) -> bool:
        with own_transaction() as session:
            return session.scalar(select(1)) == 1

    def reset(self) -> int:
        with own_transaction() as session:
            count = len(session.scalars(delete(Attempts).returning(Attempts.key)).all())
            session.commit()
            return count

    def clear(self, key: str) -> None:
        with own_transaction() as session:
            session.execute(delete(Attempts).where(Attempts.key == key))
            session.commit()


#: Per account and per address (T4). Generous for a room full of colleagues behind one address.
PER_ACCOUNT = RateLimitItemPerMinute(8, 10)
PER_ADDRESS = RateLimitItemPerMinute(60, 10)
MAILS_PER_ACCOUNT = RateLimitItemPerHour(4)
ONCE = RateLimitItemPerMinute(1, 10)


def spend(
    purpose: str,
    *,
    account: str | None = None,
    per_account: RateLimitItem = PER_ACCOUNT,
) -> None:
    """Count one attempt; raises TooMany once the account or the sender's address has had its share.

    The address is the connection's own, or what exactly the trusted proxies say of it (ProxyFix).
    """
    if not has_request_context():  # a command or the demo's loader: nobody is guessing from outside
        return
    limiter = FixedWindowRateLimiter(DatabaseStorage("grantflow://"))
    # A sender who has had their share no longer counts against an account: nobody is locked out by them.
    if not limiter.hit(PER_ADDRESS, purpose, "address", _sender()):
        raise TooMany("too_many_attempts")
    if account is not None and not limiter.hit(per_account, purpose, "account", account):
        raise TooMany("too_many_attempts")


def is_first(purpose: str, *who: str) -> bool:
    """Whether this happens for the first time within ten minutes."""
    return FixedWindowRateLimiter(DatabaseStorage("grantflow://")).hit(ONCE, purpose, *who)


def _sender() -> str:
    """Whom an attempt is counted for. One IPv6 subscriber has a whole /64 to send from, so that counts as one."""
    text = request.remote_addr or ""
    try:
        address = ip_address(text)
    except ValueError:
        return text
    if not isinstance(address, IPv6Address):
        return str(address)
    return str(address.ipv4_mapped or ip_network((int(address), 64), strict=False))


def forget(purpose: str, account: str) -> None:
    """After success, the account starts with a clean slate."""
    storage = DatabaseStorage("grantflow://")
    storage.clear(PER_ACCOUNT.key_for(purpose, "account", account))


@jobs.periodic("upkeep.forget_attempts", at="03:10")
def forget_expired() -> None:
    """Housekeeping: windows that have passed; the caller's transaction commits."""
    db.session.execute(delete(Attempts).where(Attempts.expires_at < func.clock_timestamp()))
