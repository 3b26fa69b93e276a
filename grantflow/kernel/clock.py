"""The one place that knows what time it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

#: Düsseldorf and Toulouse share one civil time.
LOCAL = ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)

_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


def today() -> date:
    """The civil date in both cities."""
    return now().astimezone(LOCAL).date()


def local(instant: datetime) -> datetime:
    return instant.astimezone(LOCAL)


@contextmanager
def frozen(instant: datetime) -> Iterator[datetime]:
    """Hold the clock at ``instant``, so that demo and tests can play the past forward."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    token = _frozen.set(instant.astimezone(UTC))
    try:
        yield instant
    finally:
        _frozen.reset(token)
