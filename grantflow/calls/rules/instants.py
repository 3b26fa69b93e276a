"""Instants of a call as documents write them, in civil time, and as rows keep them."""

from datetime import UTC, datetime

from grantflow.kernel import clock


def first_instant(written: datetime) -> datetime:
    """The beginning of a minute: what opens then is open in it."""
    return _instant(written.replace(second=0, microsecond=0))


def last_instant(written: datetime) -> datetime:
    """The end of a minute: what closes then is open in it. ``23:59`` is the whole day."""
    return _instant(written.replace(second=59, microsecond=0))


def _instant(written: datetime) -> datetime:
    return (written if written.tzinfo else written.replace(tzinfo=clock.LOCAL)).astimezone(UTC)
