"""From the text of a file to plain values, and to the line and column where each of them stands.

A value is its text, whatever YAML would make of it: the documents' types read it, so that ``0.38`` is exact, ``no`` is
no surprise and a postal code keeps its zero. Left out on purpose: anchors, aliases, tags and further documents, for
nobody would see in the file what comes of them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from grantflow.releases.rules import Flaw, Path

#: Of a file, in bytes. The joint fund's has 40,000.
LARGEST = 1_000_000
#: Levels in one another; the documents have eight.
_DEEPEST = 20

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
#: What YAML admits in no file.
_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INDENTED_BY_TAB = re.compile("^ *\t", re.MULTILINE)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Counted from 1."""

    line: int
    column: int


@dataclass(slots=True)
class Source:
    """What was read."""

    #: Entries by name, lists, texts; None for what is empty.
    values: Any = None
    #: Where the name of an entry stands, and where a value does.
    names: dict[Path, Place] = field(default_factory=dict)
    places: dict[Path, Place] = field(default_factory=dict)
    #: What kept it from being read, or from being understood.
    flaws: list[tuple[Place, Flaw]] = field(default_factory=list)

    def place(self, path: Path, *, of_name: bool = False) -> Place:
        """Where the value at ``path`` stands, or its name; for what is not there, what should hold it."""
        if not of_name and path in self.places:
            return self.places[path]
        for end in range(len(path), 0, -1):
            if found := self.names.get(path[:end]) or self.places.get(path[:end]):
                return found
        return Place(1, 1)


def read(data: bytes) -> Source:
    """Read a whole file. With flaws that keep it from being read there are no values."""
    source = Source()
    if len(data) > LARGEST:
        source.flaws.append((Place(1, 1), Flaw((), "flaw.file_too_large", {"largest": LARGEST})))
        return source
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        source.flaws.append((Place(line, 1), Flaw((), "flaw.not_utf8")))
        return source
    for key, pattern in (("flaw.tab", _INDENTED_BY_TAB), ("flaw.control_character", _CONTROL)):
        source.flaws += [(_place_in(text, found.start()), Flaw((), key)) for found in pattern.finditer(text)]
    if not source.flaws:
        _parse(text, source)
    return source


def _parse(text: str, source: Source) -> None:
    try:
        events = YAML(typ="safe", pure=True).parse(text)
        for event in events:
            if isinstance(event, DocumentStartEvent):
                if source.places:
                    source.flaws.append((_at(event), Flaw((), "flaw.second_document")))
                    break
                source.values = _Reader(source, events).value(next(events), ())
    except MarkedYAMLError as error:
        source.values = None
        source.flaws.append(_unreadable(error))
    if source.values is None and not source.flaws:
        source.flaws.append((Place(1, 1), Flaw((), "flaw.empty_file")))


def _unreadable(error: MarkedYAMLError) -> tuple[Place, Flaw]:
    """Where nobody can read on; of what is left open, where it begins."""
    problem, context, mark = error.problem or "", error.context or "", error.problem_mark
    if "mapping values are not allowed" in problem:
        key = "flaw.colon"
    elif "quoted scalar" in context:
        key, mark = "flaw.quote", error.context_mark or mark
    elif "flow" in context:
        key, mark = "flaw.bracket", error.context_mark or mark
    else:
        key = "flaw.sign" if "cannot start any token" in problem else "flaw.unreadable"
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1), Flaw((), key)


class _Reader:
    def __init__(self, source: Source, events: Iterator[Event]) -> None:
        self.source, self.events = source, events

    def value(self, event: Event, path: Path) -> Any:
        self._refuse(event, path)
        self.source.places.setdefault(path, _at(event))
        if isinstance(event, ScalarEvent):
            if event.style is None and event.value in _NULLS:
                self.source.places[path] = self.source.names.get(path, self.source.places[path])
                return None
            return event.value
        if len(path) > _DEEPEST:
            self.source.flaws.append((_at(event), Flaw(path, "flaw.too_deep")))
            self._skip(event)
            return None
        if isinstance(event, MappingStartEvent):
            return self._entries(path)
        if isinstance(event, SequenceStartEvent):
            return self._items(path)
        return None

    def _items(self, path: Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            items.append(self.value(event, (*path, len(items))))
        return items

    def _entries(self, path: Path) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            self._refuse(event, path)
            if not isinstance(event, ScalarEvent):
                self.source.flaws.append((_at(event), Flaw(path, "flaw.name")))
                self._skip(event)
                self._skip(next(self.events))
            elif event.value in entries:
                self.source.flaws.append((_at(event), Flaw((*path, event.value), "flaw.name_twice")))
                self._skip(next(self.events))
            else:
                here = (*path, event.value)
                self.source.names[here] = _at(event)
                entries[event.value] = self.value(next(self.events), here)
        return entries

    def _refuse(self, event: Event, path: Path) -> None:
        if isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor):
            self.source.flaws.append((_at(event), Flaw(path, "flaw.anchor")))
        elif getattr(event, "tag", None):
            self.source.flaws.append((_at(event), Flaw(path, "flaw.tag")))

    def _skip(self, event: Event) -> None:
        """Pass over everything inside."""
        depth = int(isinstance(event, MappingStartEvent | SequenceStartEvent))
        while depth:
            event = next(self.events)
            depth += isinstance(event, MappingStartEvent | SequenceStartEvent)
            depth -= isinstance(event, MappingEndEvent | SequenceEndEvent)


def _at(event: Event) -> Place:
    return Place(event.start_mark.line + 1, event.start_mark.column + 1)


def _place_in(text: str, offset: int) -> Place:
    return Place(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))
