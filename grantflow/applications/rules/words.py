"""Small words: numbers, keys and days."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from grantflow.kernel import clock
from grantflow.kernel.text import fold


def search_text(*parts: str) -> str:
    """What the search looks into."""
    return "\n".join(fold(part) for part in parts)


def title_key(title: str) -> str:
    """Equal for titles that read the same, however they were typed; empty without one.

    A digest, because folding can make a title longer than an index takes.
    """
    folded = fold(title)
    return hashlib.sha256(folded.encode()).hexdigest() if folded else ""


def number(call_code: str, count: int) -> str:
    """``DT-27-1-001`` (D14)."""
    return f"DT-{call_code}-{count:03d}"


def covered(periods: Sequence[tuple[date, date]], first: int) -> tuple[date, date]:
    """First and last day covered without a gap by the period at ``first`` and its successors (D2)."""
    start, end = periods[first]
    for begins, ends in sorted(periods):
        if begins <= end + timedelta(days=1) and ends > end:
            end = ends
    return start, end


def return_deadline(now: datetime, days: int) -> datetime:
    """The end of the day, ``days`` later, in both cities' civil time (D13)."""
    return end_of(clock.local(now).date() + timedelta(days=days))


def end_of(day: date) -> datetime:
    """The last second of a civil day of both cities."""
    return datetime.combine(day, datetime.max.time().replace(microsecond=0), tzinfo=clock.LOCAL)
