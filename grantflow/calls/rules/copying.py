"""A call like last year's: everything a year later, to be looked through."""

import re
from collections.abc import Collection
from datetime import date
from typing import Any, TypeVar

from ..documents import CallDocument, plain

D = TypeVar("D", bound=date)


def again(call: CallDocument, agreement: str | None) -> dict[str, Any]:
    """The content of a draft: days a year later, the years in title and summary too, in ``agreement`` where that is
    another one by then."""
    years = {str(year): str(year + 1) for year in {call.opens_at.year, call.closes_at.year}}
    categories = [its.model_copy(update={"closings": tuple(map(_later, its.closings))}) for its in call.categories]
    made = plain(
        call.model_copy(
            update={
                "opens_at": _later(call.opens_at),
                "closes_at": _later(call.closes_at),
                "guideline": call.guideline.model_copy(update={"dated": _later(call.guideline.dated)}),
                "categories": tuple(categories),
                "agreement": agreement or call.agreement,
            }
        )
    )
    for name in ("title", "summary"):
        made[name] = {
            language: re.sub(r"\d{4}", lambda found: years.get(found[0], found[0]), words)
            for language, words in made[name].items()
        }
    return made


def next_code(year: int, taken: Collection[str]) -> str:
    """The first count of this year that nobody has."""
    return next(code for count in range(1, 100) if (code := f"{year % 100:02}-{count}") not in taken)


def _later(day: D) -> D:
    """The same day a year later; 29 February becomes the 28th."""
    if (day.month, day.day) == (2, 29):
        day = day.replace(day=28)
    return day.replace(year=day.year + 1)
