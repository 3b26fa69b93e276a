"""Fields whose data are what a document holds, so that a draft is shown and read without another form of its values."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.widgets import TextArea

from grantflow.kernel import clock, days, money
from grantflow.platform import forms, locale
from grantflow.platform.forms import Typed


class AmountField(Typed):
    """EUR or percent, as text with at most two digits: ``36000.5``."""

    unreadable = _l("Please enter an amount such as 1234,56.")

    def read(self, text: str) -> str:
        return f"{(Decimal(money.parse(text.removesuffix('%'))) / 100).normalize():f}"

    def write(self, data: Any) -> str:
        return _or_as_it_is(data, lambda: locale.points(Decimal(str(data))))


class DayField(Typed):
    """A day, as ``2027-01-31``."""

    unreadable = forms.DateField.unreadable

    def read(self, text: str) -> str:
        return days.parse(text).isoformat()

    def write(self, data: Any) -> str:
        return _or_as_it_is(data, lambda: locale.short_date(date.fromisoformat(str(data))))


#: ``31.01.2027 23:59``, ``31/01/2027 à 23h59``.
_MINUTE = re.compile(r"(?P<day>.+?)[\sT,]+(?:um |à )?(?P<hour>\d{1,2})[:.hH](?P<minute>\d\d)(?: ?Uhr)?")


def _minute(text: str) -> str:
    found = _MINUTE.fullmatch(text.strip())
    if not found:
        raise ValueError(text)
    at = datetime.combine(days.parse(found["day"]), datetime.min.time())
    return at.replace(hour=int(found["hour"]), minute=int(found["minute"])).isoformat()


def _spoken_minute(data: Any) -> str:
    def written() -> str:
        instant = datetime.fromisoformat(str(data)).replace(tzinfo=clock.LOCAL)
        return f"{locale.short_date(instant)} {instant:%H:%M}"

    return _or_as_it_is(data, written)


class MinuteField(Typed):
    """A minute of both cities, as ``2027-01-31T23:59:00``."""

    unreadable = _l("Please enter a day with its time, such as 31.01.2027 23:59.")

    def read(self, text: str) -> str:
        return _minute(text)

    def write(self, data: Any) -> str:
        return _spoken_minute(data)


class MinutesField(Typed):
    """Several, one in each row."""

    widget = TextArea()
    unreadable = MinuteField.unreadable

    def process_formdata(self, valuelist: list[str]) -> None:
        rows = [row for row in (valuelist[0] if valuelist else "").splitlines() if row.strip()]
        self.data = None
        try:
            self.data = [_minute(row) for row in rows]
        except ValueError as error:
            raise ValueError(self.unreadable) from error

    def write(self, data: Any) -> str:
        return "\n".join(map(_spoken_minute, data))


def _or_as_it_is(data: Any, written: Callable[[], str]) -> str:
    """A draft that came from a file may hold what is none; it is shown so that it can be mended."""
    try:
        return written()
    except (ValueError, ArithmeticError):
        return str(data)
