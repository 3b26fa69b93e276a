"""What the world's addresses are about: files, and whose they are."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from grantflow.applications.states import State
from grantflow.kernel.parties import Side


@dataclass(frozen=True)
class Subject:
    """What an address is about: the URL's arguments, and who "own" and "assigned" are here."""

    label: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    file: UUID | None = None
    #: Whose account, organisation or link it is, where it is no file.
    owner: str = ""


@dataclass
class File:
    """One application with its people."""

    id: UUID
    state: State
    side: Side
    contact: str
    organisation: UUID
    reviewers: dict[str, str] = field(default_factory=dict)
    assignments: dict[str, UUID] = field(default_factory=dict)
    proposal: UUID | None = None
    letters: dict[str, UUID] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return f"{self.state}{' T' if self.side is Side.FRENCH else ' D'}"
