"""Whole numbers as Germans and the French write them."""

import re

from .text import plain

#: Digits in one piece, or in groups of three: ``1000``, ``1.000``, ``1 000``, ``1'000``.
_WHOLE = re.compile(r"(?P<sign>-?)(?:[0-9]+|[0-9]{1,3}(?P<mark>[. '])[0-9]{3}(?:(?P=mark)[0-9]{3})*)")


def whole(text: str, most: int) -> int:
    """The number; ValueError where it is none, OverflowError where it is negative or more than ``most``."""
    found = _WHOLE.fullmatch(plain(text))
    if not found:
        raise ValueError(text)
    # Python reads no more than 4300 digits.
    digits = re.sub("[^0-9]", "", found[0]).lstrip("0") or "0"
    if found["sign"] or len(digits) > len(str(most)) or int(digits) > most:
        raise OverflowError(text)
    return int(digits)
