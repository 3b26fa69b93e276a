"""Kinds of organisation; the kind decides what must be known of it (R4)."""

from enum import StrEnum


class Country(StrEnum):
    GERMANY = "DE"
    FRANCE = "FR"

    @property
    def language(self) -> str:
        """The language in which the name of an organisation from here is read."""
        return "de" if self is Country.GERMANY else "fr"


class Kind(StrEnum):
    ASSOCIATION = "association"
    FOUNDATION = "foundation"
    NON_PROFIT_COMPANY = "non_profit_company"
    AUTHORITY = "authority"
    INSTITUTION = "institution"
    GROUP = "group"


#: Never a legal person: three named people answer for it.
INFORMAL = frozenset({Kind.GROUP})
#: Public bodies; their own officers are conflicted (design, 3.3).
PUBLIC = frozenset({Kind.AUTHORITY, Kind.INSTITUTION})
