"""The window of an envelope: how many lines an address takes behind it, and in which type it still fits.

A page cannot ask the typesetter, so widths are estimated, never too small (tests/letters compares the fonts).
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

#: The narrower of both windows in points: 78 mm on French letters (85 mm by DIN 5008).
WIDTH = 78 / 25.4 * 72
#: Of these eight lines the country takes one; the rest is shared like this, and refused at entry beyond.
ORGANISATION_LINES, PERSON_LINES = 5, 2


@dataclass(frozen=True, slots=True)
class Type:
    """How large an address of at most ``lines`` is set. All fit 27.3 mm, the address zone of DIN 5008 form B."""

    lines: int
    #: Points: size, and from line to line.
    size: float
    leading: float


#: Smaller type first, then lines closer together.
TYPES = (Type(5, 10.5, 14), Type(6, 10, 12.8), Type(7, 9, 11), Type(8, 8, 9.6))

#: Widths in em of our fonts, rounded up, of letters as they are without accents; anything else is wide. What only the
#: second font has, is a little wider.
_EMS = (
    (0.31, " \u00a0!',.:;Iijl¡·‘’‚ı"),
    (0.42, '"()J[]`frt{}|´-‐“”„‹›ł'),
    (0.5, "*+1237?FLcsvxyz~²³¹¿–"),
    (0.6, "#$/045689<=>ACEKPSTVXYZ\\^_abdeghknopqu°£¤¥§«»ßþÞøħðŁ×÷±€"),
    (0.7, "BDGHNOQRUÐØđĐĦ®…"),
    (0.93, "%&MWmw©ÆæŒœ—"),
    (2.9, "\u2031\u2e3a\u2e3b"),
)
_WIDTHS = {char: width for width, characters in _EMS for char in characters}
_WIDE = 1.45
_SECOND_FONT, _MORE = "\u0180", 1.15


def ems(text: str) -> float:
    """The width of ``text`` in em, at most."""
    return sum(map(_em, unicodedata.normalize("NFC", text)))


def _em(char: str) -> float:
    width = _WIDTHS.get(unicodedata.normalize("NFD", char)[0], _WIDE)
    return width * _MORE if char >= _SECOND_FONT else width


def lines(text: str, size: float = TYPES[-1].size) -> int:
    """How many lines ``text`` takes in type of ``size`` points, at most: words go whole to the next line, and a word
    longer than a line is broken."""
    room = WIDTH / size
    count, used = 1, 0.0
    for word in text.split():
        width = ems(word)
        if used and used + _WIDTHS[" "] + width > room:
            count, used = count + 1, 0.0
        used += (_WIDTHS[" "] if used else 0.0) + width
        # A broken line ends up to one letter short.
        while used > room:
            count, used = count + 1, used - (room - _WIDE)
    return count


def fitting(address: Sequence[str]) -> Type | None:
    """The largest type in which these lines, some of them long, fit the window; None if they never do."""
    return next((its for its in TYPES if sum(lines(line, its.size) for line in address) <= its.lines), None)


def organisation_fits(name: str, street: str, city: str) -> bool:
    """Whether an organisation leaves room for the person and the country; ``city`` with its postal code."""
    return sum(lines(line) for line in (name, street, city.upper())) <= ORGANISATION_LINES


def person_fits(name: str) -> bool:
    """Whether a person's whole name leaves room for the organisation, whatever the form of address."""
    return lines(f"Monsieur {name}") <= PERSON_LINES
