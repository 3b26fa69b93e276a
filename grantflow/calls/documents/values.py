"""How the values of documents are written."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, LiteralString

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer
from pydantic_core import PydanticCustomError

from grantflow.kernel import emails, identifiers, text
from grantflow.organisations.states import Country


class Document(BaseModel):
    """Nothing unknown gets in: a name that is misspelt is a mistake, not a comment."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


def _typed(form: Callable[[str], str]) -> BeforeValidator:
    """Texts in the form that everything judges them in."""
    return BeforeValidator(lambda value: form(value) if isinstance(value, str) else value)


def _printable(value: str) -> str:
    """What no letter can print is refused here, never at the last key."""
    if strange := text.unprintable(value):
        raise PydanticCustomError("unprintable", "unprintable", {"characters": " ".join(strange)})
    return value


def _two_digits(value: Decimal) -> Decimal:
    if value != value.quantize(Decimal("0.01")):
        raise PydanticCustomError("too_many_digits", "too_many_digits")
    return value


def _plainly(value: Decimal) -> str:
    """``5000``, ``0.38``: one spelling for equal values."""
    return f"{value.normalize():f}"


def _dated(pattern: str, read: Callable[[str], date], flaw: LiteralString) -> BeforeValidator:
    """Days and minutes as people write them. A bare number is neither, though pydantic would count it in seconds from
    1970, nor is a time with a zone, which could only contradict the one that both cities share."""

    def judge(value: object) -> date:
        try:
            if found := re.fullmatch(pattern, str(value).strip()):
                return read(found[1])
        except ValueError:
            pass
        raise PydanticCustomError(flaw, flaw)

    return BeforeValidator(judge)


def _shaped(pattern: str, flaw: LiteralString) -> AfterValidator:
    """The whole of a short text has this form."""

    def judge(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise PydanticCustomError(flaw, flaw)
        return value

    return AfterValidator(judge)


def _email(value: str) -> str:
    try:
        return validate_email(value, check_deliverability=False, allow_smtputf8=False).normalized
    except EmailNotValidError:
        raise PydanticCustomError("email", "email") from None


def _phone(value: str) -> str:
    try:
        return identifiers.phone(value)
    except ValueError:
        raise PydanticCustomError("phone", "phone") from None


def _postal_code(value: str) -> str:
    for country in Country:
        if re.fullmatch("[0-9]{5}", found := identifiers.postal_code(value, country)):
            return found
    raise PydanticCustomError("postal_code", "postal_code")


Euros = Annotated[
    Decimal, Field(ge=0, le=1_000_000_000), AfterValidator(_two_digits), PlainSerializer(_plainly, return_type=str)
]
Percent = Annotated[
    Decimal, Field(gt=0, le=100), AfterValidator(_two_digits), PlainSerializer(_plainly, return_type=str)
]
Line = Annotated[str, Field(min_length=1, max_length=200), _typed(text.line), AfterValidator(_printable)]
#: A line that may be left out.
MaybeLine = Annotated[str, Field(max_length=200), _typed(text.line), AfterValidator(_printable)]
Words = Annotated[str, Field(min_length=1, max_length=20_000), _typed(text.canonical), AfterValidator(_printable)]
Email = Annotated[str, Field(min_length=1, max_length=254), _typed(emails.typed), AfterValidator(_email)]
Phone = Annotated[Line, AfterValidator(_phone)]
PostalCode = Annotated[Line, AfterValidator(_postal_code)]
Code = Annotated[str, Field(max_length=40), _shaped("[a-z][a-z0-9_]*", "code")]
Prefix = Annotated[str, _shaped("[A-Z]{1,3}", "register_prefix")]
Day = Annotated[date, _dated(r"(\d{4}-\d\d-\d\d)", date.fromisoformat, "day")]
Minute = Annotated[datetime, _dated(r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d)(?::00)?", datetime.fromisoformat, "minute")]
Days = Annotated[int, Field(ge=0, le=366)]
Year = Annotated[str, _shaped(r"\d{4}", "year")]
CallCode = Annotated[str, _shaped(r"\d\d-[1-9]\d?", "call_code")]


class Both(Document):
    """A text in German and in French, of one paragraph or more."""

    de: Words
    fr: Words


class Titled(Document):
    """A title of one line in German and in French."""

    de: Line
    fr: Line
