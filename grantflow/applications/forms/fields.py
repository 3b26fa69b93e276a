"""Fields that the forms of a file share."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from wtforms.validators import Optional

from grantflow.letters import texts as letter_texts
from grantflow.letters.states import Channel
from grantflow.platform.forms import (
    RadioField,
    one_of,
)

PLEASE_CHOOSE = ("", _l("Please choose"))


def labels(labels: Mapping[Any, Any], *, blank: bool = False) -> Any:
    return lambda: [*([PLEASE_CHOOSE] if blank else []), *((str(value), label) for value, label in labels.items())]


def _yes_or_no(value: Any) -> bool:
    if value in {"yes", "no"}:
        return bool(value == "yes")
    if isinstance(value, bool):
        return value
    raise ValueError(value)


class YesNoField(RadioField):
    """Yes, no, or not answered yet."""

    def __init__(self, label: Any, **kw: Any) -> None:
        super().__init__(
            label,
            [Optional()],
            coerce=_yes_or_no,
            choices=lambda: [("yes", lazy_pgettext("answer", "Yes")), ("no", lazy_pgettext("answer", "No"))],
            **kw,
        )


def channel_field(validators: Sequence[Any]) -> RadioField:
    return RadioField(
        _l("How shall the decisions reach you?"),
        validators,
        coerce=one_of(Channel),
        choices=labels(letter_texts.CHANNELS),
    )
