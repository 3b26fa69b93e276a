"""Money is integer cents of euro; this module is the only edge to text and decimals."""

import re
from collections.abc import Sequence
from decimal import Decimal

from .text import plain

#: Larger than any budget here, small enough for a PostgreSQL bigint.
LIMIT = 10**12

#: Euros in one piece or in groups of three (``1.234``, ``1 234``, ``1'234``), perhaps one or two figures of cents.
_AMOUNT = re.compile(
    r"(?P<euros>[0-9]+|[1-9][0-9]{0,2}(?P<mark>[. '])[0-9]{3}(?:(?P=mark)[0-9]{3})*)"
    r"(?:(?P<sign>[.,])(?P<cents>[0-9]{1,2}))?"
)
#: The currency on either side, and the dash of round sums: ``1.234,-``.
_AROUND = re.compile(
    r"^(?:€|eur(?:os?)?(?![a-z]))\s*|(?:[.,]\s?-{1,3})?\s*(?:(?:€|(?<![a-z])eur(?:os?)?)\.?)?$", re.IGNORECASE
)


def eur(amount: int | str | Decimal) -> int:
    """Cents of an amount in euro; raises ValueError below one cent's precision."""
    cents = Decimal(amount) * 100
    if cents != cents.to_integral_value():
        raise ValueError(f"{amount} has fractions of a cent")
    return int(cents)


def parse(text: str) -> int:
    """Cents from what a German or French hand types: ``1.234,56``, ``1 234,56 €``, ``EUR 1234.5``, ``1.234,-``, ``12``.

    A lone dot with one or two figures after it is the decimal sign, with three it parts thousands: ``1.234`` is one
    thousand two hundred and thirty-four in both languages. Raises ValueError for anything else, also below zero.
    """
    found = _AMOUNT.fullmatch(_AROUND.sub("", plain(text)))
    if not found or (found["mark"] and found["mark"] == found["sign"]):
        raise ValueError(text)
    cents = int(re.sub("[^0-9]", "", found["euros"])) * 100 + int((found["cents"] or "").ljust(2, "0"))
    if cents >= LIMIT:
        raise ValueError(text)
    return cents


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Parts of ``total`` cents in proportion to ``weights`` that add up exactly (largest remainder).

    Ties go to the earlier part. Raises ValueError for a negative total or without a positive weight.
    """
    base = sum(weights)
    if total < 0 or base <= 0 or min(weights) < 0:
        raise ValueError("needs a total of at least 0 and a positive weight")
    parts = [total * weight // base for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % base), i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


def share(part: int, whole: int) -> Decimal:
    """``part`` as percentage of ``whole`` with two places, rounded half even; 0 where there is no whole."""
    if not whole:
        return Decimal(0)
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.01"))
