"""The base of all forms: bound to what was sent, patient with what people type, silent while switching language."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

import wtforms
from email_validator import EmailNotValidError, validate_email
from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, FieldList, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired
from wtforms.validators import ValidationError as ValidationError  # noqa: PLC0414 - for the features' forms
from wtforms.widgets import EmailInput, TelInput, TextInput

from grantflow.kernel import days, emails, identifiers, money, numbers
from grantflow.kernel import text as texts
from grantflow.kernel.errors import Invalid

from . import errors, locale
from .http import is_shown_again

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
        """A POST that means it and is valid; one that only asks for its page is neither and shows no errors."""
        if request.method != "POST" or is_shown_again():
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


class Shown:
    """Nothing that a letter cannot print or, where no letter takes it from, that no screen is sure to show."""

    def __init__(self, *, printed: bool) -> None:
        self.printed = printed

    def __call__(self, form: Any, field: Field) -> None:
        find = texts.unprintable if self.printed else texts.unreadable
        if found := find(field.data or ""):
            # A mark without its letter stands on a dotted circle.
            signs = (f"\u25cc{char}" if unicodedata.combining(char) else char for char in found[:20])
            raise ValidationError(
                _(
                    "These characters cannot be printed: %(characters)s. Please replace them or leave them out.",
                    characters=" ".join(signs),
                )
            )


class _Words(StringField):
    """Words in their canonical form; knows how much it takes, and says so in a hint."""

    read: Callable[[str], str]

    def __init__(
        self,
        label: Any = None,
        validators: Sequence[Any] | None = None,
        *,
        limit: int,
        printed: bool = True,
        **kw: Any,
    ):
        self.limit = limit
        kw["filters"] = (*kw.get("filters", ()), lambda value: value and self.read(value))
        super().__init__(label, (*(validators or ()), AtMost(limit), Shown(printed=printed)), **kw)

    @property
    def reach(self) -> str:
        return str(_("At most %(count)s characters.", count=locale.number(self.limit)))


class Line(_Words):
    """One line of text. ``printed``: a letter or an address may take words from it."""

    read = staticmethod(texts.line)

    def __init__(self, label: Any = None, validators: Sequence[Any] | None = None, *, limit: int = 200, **kw: Any):
        super().__init__(label, validators, limit=limit, **kw)


class Code(Line):
    """A number that others gave out. Its rule knows better what is wrong with it than print does."""

    def __init__(self, label: Any = None, validators: Sequence[Any] | None = None, *, limit: int = 80, **kw: Any):
        super().__init__(label, validators, limit=limit, printed=False, **kw)


class Text(_Words, TextAreaField):
    """Paragraphs. ``printed`` as with ``Line``."""

    read = staticmethod(texts.canonical)

    def __init__(self, label: Any = None, validators: Sequence[Any] | None = None, *, limit: int = 3000, **kw: Any):
        super().__init__(label, validators, limit=limit, **kw)


class Email(Line):
    """An address that mail can be sent to, in the spelling its owner typed."""

    widget = EmailInput()
    data: str | None

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        if validation_stopped or not self.data:
            return
        address = emails.typed(self.data)
        if not address.rpartition("@")[0].isascii():
            raise ValidationError(_l("Before the @ an e-mail address takes letters without accents only."))
        try:
            self.data = validate_email(address, check_deliverability=False, allow_smtputf8=False).normalized
        except EmailNotValidError as error:
            raise ValidationError(_l("Please enter an e-mail address such as name@example.org.")) from error


class Phone(Line):
    """A telephone number as people write it, of six digits or more."""

    widget = TelInput()
    data: str | None

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        if validation_stopped or not self.data:
            return
        try:
            self.data = identifiers.phone(self.data)
        except ValueError as error:
            raise ValidationError(
                _l("Please enter a telephone number of at least 6 digits, for example +49 211 123456.")
            ) from error


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


class Typed(Field):
    """A text input whose unreadable content stays on the page beside its error."""

    widget = TextInput()
    unreadable: Any = ""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.write(self.data)

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed, as against something unreadable."""
        return not (self.raw_data and texts.line(self.raw_data[0]))

    def point_out(self) -> bool:
        """Say what cannot be read, though nothing is being saved yet. Returns whether it can be read."""
        self.errors = tuple(self.process_errors)
        return not self.errors

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if valuelist and (text := texts.line(valuelist[0])):
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


class MoneyField(Typed):
    """Cents, from what ``money.parse`` reads; shows in its message how the reader writes them."""

    unreadable = _l("Please enter an amount such as 1234,56.")

    def read(self, text: str) -> int:
        return money.parse(text)

    def write(self, data: int) -> str:
        return locale.money(data).removesuffix("€").strip()


class DateField(Typed):
    """A day, from what ``days.parse`` reads."""

    unreadable = _l("Please enter a date such as 31.01.2027.")

    def read(self, text: str) -> date:
        return days.parse(text)

    def write(self, data: date) -> str:
        return locale.short_date(data)


class WholeField(Typed):
    """A whole number from 0 to ``most``."""

    unreadable = _l("Please enter a whole number.")
    most = 9_999_999

    def read(self, text: str) -> int:
        try:
            return numbers.whole(text, self.most)
        except OverflowError as error:
            raise ValidationError(
                _(
                    "Please enter a number between %(least)s and %(most)s.",
                    least=locale.number(0),
                    most=locale.number(self.most),
                )
            ) from error

    def write(self, data: int) -> str:
        return str(data)


def one_of(kind: type[E]) -> Callable[[Any], E | None]:
    """Coerce a choice to a member of ``kind``; the empty one is None."""
    return lambda value: kind(value) if value else None


def choices(labels: dict[Any, Any]) -> Callable[[], list[tuple[str, Any]]]:
    """Choices of an enum's labels, as select fields want them."""
    return lambda: [(str(value), label) for value, label in labels.items()]
