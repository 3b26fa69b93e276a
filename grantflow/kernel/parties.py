"""The three partners of the agreement, the six roles, and who acts."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class Side(StrEnum):
    """The two countries; each side decides through one office and holds one key."""

    GERMAN = "german"
    FRENCH = "french"

    @property
    def language(self) -> str:
        """Of the country."""
        return "de" if self is Side.GERMAN else "fr"

    @property
    def other(self) -> "Side":
        return Side.FRENCH if self is Side.GERMAN else Side.GERMAN


class Party(StrEnum):
    """A partner of the agreement; every member of staff belongs to exactly one."""

    DUESSELDORF = "duesseldorf"
    TOULOUSE = "toulouse"
    METROPOLE = "metropole"

    @property
    def side(self) -> Side:
        return Side.GERMAN if self is Party.DUESSELDORF else Side.FRENCH

    @property
    def language(self) -> str:
        """The language this funder's acts are written in."""
        return self.side.language


#: The parties that hold a key; Métropole consents instead (decision D3).
KEY_HOLDERS = (Party.DUESSELDORF, Party.TOULOUSE)
#: The parties that run an office (D9).
OFFICES = {Side.GERMAN: Party.DUESSELDORF, Side.FRENCH: Party.TOULOUSE}


class Role(StrEnum):
    APPLICANT = "applicant"
    REVIEWER = "reviewer"
    OFFICE = "office"
    SIGNATORY = "signatory"
    FINANCE = "finance"
    ADMINISTRATOR = "administrator"


STAFF_ROLES = frozenset(Role) - {Role.APPLICANT}


class Actor(Protocol):
    """Whoever does something: a person, nobody signed in, or the system itself."""

    @property
    def id(self) -> UUID | None: ...
    @property
    def name(self) -> str: ...
    @property
    def party(self) -> Party | None: ...
    @property
    def roles(self) -> AbstractSet[Role]: ...
    @property
    def language(self) -> str: ...
    @property
    def is_authenticated(self) -> bool: ...
    @property
    def is_active(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class _Nobody:
    name: str
    id: UUID | None = None
    party: Party | None = None
    roles: frozenset[Role] = frozenset()
    language: str = "de"
    is_authenticated: bool = False
    is_active: bool = True


#: The system's own deeds (sweeps, expiry) carry a name too.
SYSTEM: Actor = _Nobody(name="GrantFlow")
#: A visitor who has not signed in.
ANONYMOUS: Actor = _Nobody(name="")
