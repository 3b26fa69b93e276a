"""Days as Germans and the French write them."""

import re
from datetime import date

from .text import fold, plain

#: Months by their folded names and what these are cut to.
_MONTHS = {
    "januar": 1, "janner": 1, "janvier": 1, "jan": 1, "janv": 1,
    "februar": 2, "fevrier": 2, "feb": 2, "febr": 2, "fev": 2, "fevr": 2,
    "marz": 3, "mars": 3, "mrz": 3, "mar": 3,
    "april": 4, "avril": 4, "apr": 4, "avr": 4,
    "mai": 5,
    "juni": 6, "juin": 6, "jun": 6,
    "juli": 7, "juillet": 7, "jul": 7, "juil": 7,
    "august": 8, "aout": 8, "aug": 8,
    "september": 9, "septembre": 9, "sep": 9, "sept": 9,
    "oktober": 10, "octobre": 10, "okt": 10, "oct": 10,
    "november": 11, "novembre": 11, "nov": 11,
    "dezember": 12, "decembre": 12, "dez": 12, "dec": 12,
}  # fmt: skip
#: What may stand before a day and says nothing more about it.
_BEFORE = re.compile(
    "am|den|der|dem|vom|le|du|on|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|"
    "montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|"
    "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
)
_FIRST, _LAST = 1900, 2200


def parse(text: str) -> date:
    """A civil day: ``1. Mai 2027``, ``1er mai 2027``, ``30.6.27``, ``30/06/2027``, ``2027-06-30``.

    The day comes before the month, unless the year comes first; two figures of a year are of this century.
    Raises ValueError for anything else.
    """
    typed = plain(text)
    if any(char.isnumeric() and not char.isascii() for char in typed):
        raise ValueError(text)
    words = fold(typed).split()
    while len(words) > 3 and _BEFORE.fullmatch(words[0]):
        words.pop(0)
    if len(words) != 3:
        raise ValueError(text)
    day, month, year = reversed(words) if re.fullmatch("[0-9]{4}", words[0]) else words
    number = _MONTHS.get(month) or (int(month) if re.fullmatch("[0-9]{1,2}", month) else 0)
    if not re.fullmatch("[0-9]{1,2}(?:er)?", day) or not re.fullmatch("[0-9]{4}|[0-9]{2}", year):
        raise ValueError(text)
    found = date(int(year) + (2000 if len(year) == 2 else 0), number, int(day.removesuffix("er")))
    if not _FIRST <= found.year <= _LAST:
        raise ValueError(text)
    return found
