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

#: In the plural, as headings of the list and above an edition.
KINDS: dict[str, Any] = {
    "funder": lazy_pgettext("kind of edition", "Funders"),
    "law": lazy_pgettext("kind of edition", "Law of the funders"),
    "agreement": lazy_pgettext("kind of edition", "Agreement of the cities"),
    "call": lazy_pgettext("kind of edition", "Calls for projects"),
    "page": lazy_pgettext("kind of edition", "Texts of the duty pages"),
}

MESSAGES: dict[str, Any] = {
    "draft_exists": _l("There is a draft of this already. Continue with that one, or discard it first."),
    "edition_changed": _l("The draft was changed in the meantime. Look at it again before you go on."),
    "edition_is_final": _l("This edition has been released or discarded and does not change any more."),
    "edition_is_outdated": _l(
        "Another edition was released since this draft was begun. Compare it with that one first."
    ),
    "edition_waits": _l("A released edition still waits for its day. Only then can the next one be released."),
    "unknown_key": _l("There is nothing of this name that could be released."),
    "flaw.reason_missing": _l("Please say why this changes."),
    "key_not_needed": _l("Your key is not among those that are still missing here."),
}

#: What is wrong with a document, by the types of pydantic, whose own words reach nobody, and by ours.
FLAWS: dict[str, Any] = {
    "flaw.valid_from_is_past": _l(
        "From this day on is not possible: it is over, or before the day of the edition before."
    ),
    "flaw.valid_at_once": _l("This comes into force with the last key: please leave the day empty."),
    "flaw.missing": _l("Please fill in this field."),
    "flaw.string_too_short": _l("Please fill in this field."),
    "flaw.too_short": _l("At least one is needed here."),
    "flaw.string_too_long": _l("Too long: at most %(max_length)s characters."),
    "flaw.too_long": _l("Too many: at most %(max_length)s."),
    "flaw.string_type": _l("This must be a text."),
    "flaw.extra_forbidden": _l("There is no field of this name here."),
    "flaw.greater_than": _l("It must be more than %(gt)s."),
    "flaw.greater_than_equal": _l("It must be at least %(ge)s."),
    "flaw.less_than_equal": _l("It must be at most %(le)s."),
    "flaw.int_parsing": _l("This must be a whole number."),
    "flaw.int_from_float": _l("This must be a whole number."),
    "flaw.int_type": _l("This must be a whole number."),
    "flaw.decimal_parsing": _l("This must be a number."),
    "flaw.decimal_type": _l("This must be a number."),
    "flaw.too_many_digits": _l("At most two digits after the decimal point."),
    "flaw.bool_type": _l("This must be yes or no."),
    "flaw.bool_parsing": _l("This must be yes or no."),
    "flaw.enum": _l("One of these is possible: %(expected)s."),
    "flaw.model_type": _l("Several fields belong here, each with its name."),
    "flaw.tuple_type": _l("A list belongs here."),
    "flaw.dict_type": _l("Several fields belong here, each with its name."),
    "flaw.unprintable": _l("No letter can print these characters: %(characters)s"),
    "flaw.email": _l("This is not an e-mail address."),
    "flaw.phone": _l("This is not a telephone number."),
    "flaw.postal_code": _l("A postal code has five digits."),
    "flaw.int_parsing_size": _l("This must be a whole number."),
    "flaw.finite_number": _l("This must be a number."),
    "flaw.literal_error": _l("One of these is possible: %(expected)s."),
    "flaw.day": _l("This must be a day, such as 2027-01-31."),
    "flaw.minute": _l("This must be a day with its time, such as 2027-01-31 23:59."),
    "flaw.code": _l("A short name of small letters, digits and _ belongs here; it begins with a letter."),
    "flaw.register_prefix": _l("One to three capital letters belong here."),
    "flaw.year": _l("A year of four digits belongs here."),
    "flaw.call_code": _l("The code of a call is its year and its count: 27-1."),
}

MESSAGES |= FLAWS
