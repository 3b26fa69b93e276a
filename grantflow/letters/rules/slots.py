"""What an act leaves open until the second key, and how it is filled in. Pure: no words but those it is given."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from markupsafe import Markup

from .facts import Facts


class Slot(StrEnum):
    """The only places of a body whose words are not signed: they come with the second key."""

    DAY = "day"
    REGISTER_NUMBER = "register_number"
    SIGNATORY = "signatory"
    #: In the form that fits the person.
    SIGNATORY_FUNCTION = "signatory_function"
    #: From when on money may be spent: the day of the decision, or the project's start if that came first (R20).
    FUNDING_START = "funding_start"
    #: Number and date of a vote that is not entered yet. No key fills it: no key turns before it is written out.
    DELIBERATION = "deliberation"

    @property
    def mark(self) -> Markup:
        """As it stands in a body. Nobody's own text can hold it: there a "<" is escaped."""
        return Markup(f'<slot name="{self.value}"></slot>')  # noqa: S704 - one of six fixed names


_MARK = re.compile(r'<slot name="(\w+)"></slot>')


class Unfilled(Exception):
    """A body has a slot for which there is nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """What the second key brings to one act."""

    day: date
    register_number: str
    signatory: str
    signatory_function: str
    #: Of an award only.
    funding_start: date | None = None


def funding_start(facts: Facts, day: date) -> date | None:
    """From when on money may be spent where the cities decide on ``day``; None on a rejection."""
    return min(day, facts.award.project_start) if facts.award else None


def filled(body: str, words: Mapping[Slot, Markup]) -> str:
    """``body`` with ``words`` in its slots, in one pass: what is filled in is never looked through again.

    Raises Unfilled for a slot without words.
    """

    def word(found: re.Match[str]) -> str:
        try:
            return words[Slot(found[1])]
        except (KeyError, ValueError):
            raise Unfilled(found[1]) from None

    return _MARK.sub(word, body)
