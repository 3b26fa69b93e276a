"""Words for what two people release."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext

from .states import EditionState

STATES: dict[EditionState, Any] = {
    EditionState.DRAFT: lazy_pgettext("state", "Draft"),
    EditionState.RELEASED: _l("Released, not yet in force"),
    EditionState.IN_FORCE: _l("In force"),
    EditionState.SUPERSEDED: _l("Superseded"),
    EditionState.DISCARDED: _l("Discarded"),
}

MESSAGES: dict[str, Any] = {
    "draft_exists": _l("There is a draft of this already. Continue with that one, or discard it first."),
    "edition_changed": _l("The draft was changed in the meantime. Look at it again before you go on."),
    "edition_is_final": _l("This edition has been released or discarded and does not change any more."),
    "edition_is_outdated": _l(
        "Another edition was released since this draft was begun. Compare it with that one first."
    ),
    "edition_waits": _l("A released edition still waits for its day. Only then can the next one be released."),
    "key_not_needed": _l("Your key is not among those that are still missing here."),
}

#: What is wrong with a document. Keys of pydantic's own types among them: its words reach nobody.
FLAWS: dict[str, Any] = {
    "flaw.missing": _l("This entry is missing."),
    "flaw.extra_forbidden": _l("There is no entry of this name here."),
    "flaw.enum": _l("Possible here: %(expected)s."),
    "flaw.literal_error": _l("Possible here: %(expected)s."),
    "flaw.string_type": _l("A text is expected here."),
    "flaw.string_too_short": _l("This must not be empty."),
    "flaw.string_too_long": _l("At most %(max_length)s characters fit here."),
    "flaw.int_type": _l("A whole number is expected here."),
    "flaw.int_parsing": _l("A whole number is expected here."),
    "flaw.int_parsing_size": _l("A whole number is expected here."),
    "flaw.int_from_float": _l("A whole number is expected here."),
    "flaw.decimal_type": _l("A number is expected here, such as 1234.50."),
    "flaw.decimal_parsing": _l("A number is expected here, such as 1234.50."),
    "flaw.finite_number": _l("A number is expected here, such as 1234.50."),
    "flaw.too_many_digits": _l("At most two digits may follow the decimal point."),
    "flaw.bool_type": _l("true or false is expected here."),
    "flaw.bool_parsing": _l("true or false is expected here."),
    "flaw.greater_than": _l("This must be more than %(gt)s."),
    "flaw.greater_than_equal": _l("This must be at least %(ge)s."),
    "flaw.less_than_equal": _l("This must be at most %(le)s."),
    "flaw.model_type": _l("Entries with names are expected here."),
    "flaw.dict_type": _l("Entries with names are expected here."),
    "flaw.tuple_type": _l("A list is expected here."),
    "flaw.too_short": _l("At least one entry is needed here."),
    "flaw.day": _l("A day is expected here, such as 2027-01-31."),
    "flaw.minute": _l("A day and a time are expected here, such as 2027-01-31 23:59."),
    "flaw.unprintable": _l("No letter can print these characters: %(letters)s"),
    "flaw.code": _l("A short name of small letters, digits and _ is expected here; it begins with a letter."),
    "flaw.register_prefix": _l("One to three capital letters are expected here."),
    "flaw.email": _l("Please enter an e-mail address such as name@example.org."),
    "flaw.year": _l("A year of four digits is expected here."),
    "flaw.call_code": _l("The code of a call is its year and its count: 27-1."),
    "flaw.valid_from_is_past": _l("This day is over, or before the day on which what is in force began."),
}

MESSAGES |= FLAWS
