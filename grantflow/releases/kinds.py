"""The register of what two people release. A feature above says, for each kind, what a document is, whose keys it
takes, what is wrong with it, and how it comes into force."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from grantflow.kernel.parties import Actor

from .rules import Flaw, Need, Path

D = TypeVar("D", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Kind(Generic[D]):
    """``before`` is the document that the edition follows, None for the first of its key."""

    #: ``call``
    name: str
    document: type[D]
    #: (key, before, after) -> the keys it takes, at least two.
    needs: Callable[[str, D | None, D], Sequence[Need]]
    #: (key, before, after) -> what the document's own types cannot see.
    flaws: Callable[[str, D | None, D], Sequence[Flaw]]
    #: (key, before, after, day): write the rows that everybody reads, valid from ``day``. Within the caller's
    #: transaction; not before that day, perhaps after it.
    apply: Callable[[str, D | None, D, date], None]
    #: Who drafts, saves and discards the editions of this key.
    can_edit: Callable[[Actor, str], bool]
    #: In the reader's language.
    title: Callable[[str], str]
    #: What the value at a path is called, in the reader's language; items of lists stand in it by their names.
    label: Callable[[Path], str]
    #: (path, value): the value as people read it.
    spoken: Callable[[Path, Any], str]
    #: Whether it can wait for a day; else it comes into force when the last key is turned, and names no day.
    is_dated: bool = True
    #: Given what is signed now, whether a change of it must say why.
    wants_reason: Callable[[D | None], bool] = lambda before: False
    #: Every key there can be; empty: new ones come, of the form ``new_key``.
    keys: tuple[str, ...] = ()
    new_key: str = ""
    #: Endpoints: where a draft is edited, by its id, and where one of a new key is begun; None: nowhere in the browser.
    editor: str = "releases.edit"
    beginner: str | None = "releases.begin_new"

    def allows(self, key: str) -> bool:
        """Whether there can be something of this key."""
        return key in self.keys or bool(self.new_key and re.fullmatch(self.new_key, key))


KINDS: dict[str, Kind[Any]] = {}


def register(kind: Kind[D]) -> Kind[D]:
    if kind.name in KINDS:
        raise ValueError(f"{kind.name} is registered twice")
    KINDS[kind.name] = kind
    return kind
