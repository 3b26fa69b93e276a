"""Prose that administrators write for public pages: paragraphs, headings, lists and links, and nothing else.

An empty line ends a paragraph; ``## `` and ``### `` begin a heading, ``- `` an entry of a list, ``[words](address)`` is
a link to a page (https) or a mailbox (mailto). Whatever looks like anything else is text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    text: str
    #: Empty: no link.
    href: str = ""


Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Block:
    #: ``h2``, ``h3``, ``ul`` or ``p``.
    tag: str
    #: The entries of a list, else the lines of the one paragraph or heading.
    lines: tuple[Line, ...]


_LINK = re.compile(r"\[([^\[\]\n]+)\]\(((?:https://|mailto:)[^\s()<>\"]+)\)")
_MARKS = {"## ": "h2", "### ": "h3", "- ": "ul"}


def blocks(text: str) -> list[Block]:
    """``text`` in the kernel's canonical form, as a page draws it."""
    found: list[Block] = []
    for tag, line, begins in _lines(text):
        if found and not begins and found[-1].tag == tag and tag in {"ul", "p"}:
            found[-1] = Block(tag, (*found[-1].lines, line))
        else:
            found.append(Block(tag, (line,)))
    return found


def _lines(text: str) -> Iterator[tuple[str, Line, bool]]:
    """Each line with its tag, and whether an empty one stands before it."""
    begins = True
    for row in text.split("\n"):
        if not row.strip():
            begins = True
            continue
        mark = next((mark for mark in _MARKS if row.startswith(mark)), "")
        yield _MARKS.get(mark, "p"), tuple(_spans(row.removeprefix(mark).strip())), begins
        begins = False


def _spans(row: str) -> Iterator[Span]:
    end = 0
    for found in _LINK.finditer(row):
        if found.start() > end:
            yield Span(row[end : found.start()])
        yield Span(found[1], found[2])
        end = found.end()
    if end < len(row):
        yield Span(row[end:])
