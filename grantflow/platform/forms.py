"""The base of all forms: bound to what was sent, patient with what people type, silent while switching language."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

import wtforms
from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, FieldList, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired
from wtforms.validators import ValidationError as ValidationError  # noqa: PLC0414 - for the features' forms
from wtforms.widgets import TextInput

from grantflow.kernel import money
from grantflow.kernel.errors import Invalid

from . import errors, locale

E = TypeVar("E", bound=StrEnum)

REQUIRED = _l("Please fill in this field.")


def required(message: Any = REQUIRED) -> DataRequired:
    return DataRequired(message)


def chosen(message: Any = _l("Please choose one.")) -> InputRequired:
    return InputRequired(message)


class AtMost:
    """No longer than that many characters. No ``maxlength`` with it: browsers cut off what is pasted without a word."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __call__(self, form: Any, field: Field) -> None:
        length = len(field.data or "")
        if length > self.count:
            raise ValidationError(
                _(
                    "This is %(length)s characters long; at most %(most)s fit here.",
                    length=locale.number(length),
                    most=locale.number(self.count),
                )
            )


class Form(FlaskForm):
    """Only declared fields are read (T20)."""

    def sent(self) -> bool:
        """A POST that means it and is valid; asking for the other language is neither and shows no errors."""
        if request.method != "POST" or locale.switching():
            return False
        return bool(self.validate())

    def blame(self, error: Invalid) -> None:
        """Hang a refusal of the service on the field it names, else on the form as a whole."""
        text = errors.describe(error)
        field = self._fields.get(error.field or "")
        if field is None:
            self.form_errors.append(text)
        else:
            field.errors = [*field.errors, text]


#: Marks that turn the direction of whatever follows them. Left in a name they would rearrange the officer's page and
#: the figures of a letter; neither German nor French has a use for them.
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def strip(value: Any) -> Any:
    """Trim, and drop what a pasted text brings along unseen: control characters (NUL would break the database) and
    marks of direction."""
    if not isinstance(value, str):
        return value
    return "".join(c for c in value if c in "\n\t" or not (c in _TURNING or unicodedata.category(c) == "Cc")).strip()


class _Limited:
    """Knows how much it takes, and says so in a hint."""

    limit: int

    @property
    def reach(self) -> str:
        return str(_("At most %(count)s characters.", count=locale.number(self.limit)))


class Line(_Limited, StringField):
    """One line of text, trimmed."""

    def __init__(
        self,
        label: Any = None,
        validators: Sequence[Any] | None = None,
        *,
        limit: int = 200,
        **kw: Any,
    ):
        kw["filters"] = (
            *kw.get("filters", ()),
            strip,
            lambda v: " ".join(v.split()) if v else v,
        )
        self.limit = limit
        super().__init__(label, (*(validators or ()), AtMost(limit)), **kw)


class Text(_Limited, TextAreaField):
    """Paragraphs, trimmed; line ends as one newline."""

    def __init__(
        self,
        label: Any = None,
        validators: Sequence[Any] | None = None,
        *,
        limit: int = 3000,
        **kw: Any,
    ):
        kw["filters"] = (
            lambda v: v.replace("\r\n", "\n") if v else v,
            *kw.get("filters", ()),
            strip,
        )
        self.limit = limit
        super().__init__(label, (*(validators or ()), AtMost(limit)), **kw)


NOT_OFFERED = _l("Please choose one of the answers offered.")


def _in_our_words(more: dict[str, Any]) -> dict[str, Any]:
    """WTForms has English for a choice that it does not know, and other English for one that it cannot read."""
    return {"invalid_value_message": NOT_OFFERED, "invalid_choice_message": NOT_OFFERED, **more}


class SelectField(wtforms.SelectField):
    """A menu."""

    def __init__(self, label: Any = None, validators: Sequence[Any] | None = None, **more: Any) -> None:
        super().__init__(label, validators, **_in_our_words(more))


class RadioField(wtforms.RadioField):
    """One of a few. Left open, it is an error unless a validator says otherwise (``Optional``)."""

    def __init__(self, label: Any = None, validators: Sequence[Any] | None = None, **more: Any) -> None:
        super().__init__(label, validators, **_in_our_words(more))


class SelectMultipleField(wtforms.SelectMultipleField):
    """Any of a few."""

    def __init__(self, label: Any = None, validators: Sequence[Any] | None = None, **more: Any) -> None:
        super().__init__(label, validators, **_in_our_words(more))


class Rows(FieldList):
    """Repeated fields. WTForms falls over posted names such as ``costs-²`` or 5000 digits; here these name no row."""

    def _extract_indices(self, prefix: str, formdata: Iterable[str]) -> Iterator[int]:
        row = re.compile(rf"{re.escape(prefix)}-([0-9]{{1,4}})(-|$)")
        return (int(found.group(1)) for name in formdata if (found := row.match(name)))


class _Typed(Field):
    """A text input whose unreadable content stays on the page beside its error."""

    widget = TextInput()
    unreadable: Any = ""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.write(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if valuelist and (text := strip(valuelist[0])):
            try:
                self.data = self.read(text)
            except ValidationError:  # it says itself what is wrong
                raise
            except ValueError as error:
                raise ValueError(self.unreadable) from error

    def read(self, text: str) -> Any:
        """The value; ValueError if it is none, ValidationError with words of its own."""
        raise NotImplementedError  # pragma: no cover - abstract

    def write(self, data: Any) -> str:
        raise NotImplementedError  # pragma: no cover - abstract


class MoneyField(_Typed):
    """Cents; reads ``1.234,56`` and ``1 234,56`` alike, and shows in its message how the reader writes them."""

    unreadable = _l("Please enter an amount such as 1234,56.")

    def read(self, text: str) -> int:
        return money.parse(text)

    def write(self, data: int) -> str:
        return locale.money(data).removesuffix("€").strip()


class DateField(_Typed):
    """A day; reads ``31.01.2027``, ``31/01/2027`` and a browser's ``2027-01-31``."""

    unreadable = _l("Please enter a date such as 31.01.2027.")
    formats = ("%d.%m.%Y", "%d/%m/%Y", "%Y-%m-%d")

    def read(self, text: str) -> date:
        for pattern in self.formats:
            try:
                day = datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a civil day has no zone
            except ValueError:
                continue
            if 1900 <= day.year <= 2200:
                return day
        raise ValueError(text)

    def write(self, data: date) -> str:
        return locale.short_date(data)


#: Digits in one piece, or in groups of three as Germans and the French write them: ``1.000``, ``1 000``.
_WHOLE = re.compile(r"[-\u2212]?([0-9]+|[0-9]{1,3}(?P<mark>[.\s])[0-9]{3}((?P=mark)[0-9]{3})*)")


class WholeField(_Typed):
    """A whole number from 0 to ``most``."""

    unreadable = _l("Please enter a whole number.")
    most = 9_999_999

    def read(self, text: str) -> int:
        if not _WHOLE.fullmatch(text):
            raise ValueError(text)
        # Python reads no more than 4300 digits.
        digits = re.sub("[^0-9]", "", text).lstrip("0") or "0"
        number = int(digits) if len(digits) <= len(str(self.most)) and text[0].isdigit() else self.most + 1
        if number > self.most:
            raise ValidationError(
                _(
                    "Please enter a number between %(least)s and %(most)s.",
                    least=locale.number(0),
                    most=locale.number(self.most),
                )
            )
        return number

    def write(self, data: int) -> str:
        return str(data)


def one_of(kind: type[E]) -> Callable[[Any], E | None]:
    """Coerce a choice to a member of ``kind``; the empty one is None."""
    return lambda value: kind(value) if value else None


def choices(labels: dict[Any, Any]) -> Callable[[], list[tuple[str, Any]]]:
    """Choices of an enum's labels, as select fields want them."""
    return lambda: [(str(value), label) for value, label in labels.items()]
