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


class MemberRole(StrEnum):
    """What a member may do in the organisation's name."""

    #: Also what binds it: send, declare, choose how the decisions arrive, withdraw.
    SIGNATORY = "signatory"
    #: Also write: the organisation's details, drafts and files that came back.
    EDITOR = "editor"
    #: Read.
    READER = "reader"


#: The roles that write, and those that bind the organisation.
WRITERS = frozenset({MemberRole.SIGNATORY, MemberRole.EDITOR})
SIGNATORIES = frozenset({MemberRole.SIGNATORY})

#: Never a legal person: three named people answer for it.
INFORMAL = frozenset({Kind.GROUP})
#: Public bodies; their own officers are conflicted (design, 3.3).
PUBLIC = frozenset({Kind.AUTHORITY, Kind.INSTITUTION})
