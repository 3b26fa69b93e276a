"""Money is integer cents of euro; this module is the only edge to text and decimals."""

import re
from collections.abc import Sequence
from decimal import Decimal

#: Larger than any budget here, small enough for a PostgreSQL bigint.
LIMIT = 10**12

_GROUPED = re.compile(r"^[0-9]{1,3}(?:[.'\s][0-9]{3})+$|^[0-9]+$")


def eur(amount: int | str | Decimal) -> int:
    """Cents of an amount in euro; raises ValueError below one cent's precision."""
    cents = Decimal(amount) * 100
    if cents != cents.to_integral_value():
        raise ValueError(f"{amount} has fractions of a cent")
    return int(cents)


def parse(text: str) -> int:
    """Cents from what a German or French hand types: ``1.234,56``, ``1 234,56``, ``1234.56``, ``12``.

    A lone dot with one or two digits after it is taken as the decimal sign, with three as thousands.
    Raises ValueError for anything else.
    """
    text = text.strip().removesuffix("€").strip()
    whole, sign, fraction = text.rpartition(",")
    if not sign and re.search(r"^[^.]*\.\d{1,2}$", text):
        whole, sign, fraction = text.rpartition(".")
    if not sign:
        whole, fraction = text, ""
    if not _GROUPED.match(whole) or not re.fullmatch(r"[0-9]{0,2}", fraction) or (sign and not fraction):
        raise ValueError(text)
    cents = int(re.sub(r"\D", "", whole)) * 100 + int(fraction.ljust(2, "0"))
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
