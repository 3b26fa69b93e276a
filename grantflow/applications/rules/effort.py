"""How long somebody sat at the form."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import ceil
from statistics import median

#: Two saves no further apart are one sitting; whoever pauses longer did something else.
PAUSE = timedelta(minutes=10)
#: Of fewer files no median is told.
FEWEST = 5


def active_minutes(begun: datetime, saves: Iterable[tuple[datetime, datetime]], sent: datetime) -> int:
    """Minutes between beginning and sending, without the pauses. ``saves``: first and last instant of each change.

    What is read or fetched away from the form does not count: the figure is time at the form, and says so.
    """
    sittings = sorted([(begun, begun), *saves, (sent, sent)])
    total, until = timedelta(), begun
    for first, last in sittings:
        gap = max(first - until, timedelta())
        total += (gap if gap <= PAUSE else timedelta()) + max(last - max(first, until), timedelta())
        until = max(until, last)
    return ceil(total / timedelta(minutes=1))


def typical(minutes: Sequence[int]) -> int | None:
    """The median, to five minutes above; None where too few were measured."""
    return ceil(median(minutes) / 5) * 5 if len(minutes) >= FEWEST else None
