"""Numbers that others gave out: registers, post, banks, telephones. ASCII digits and letters, nothing around them.

Full-width figures are the same figures; those of other scripts, raised ones and fractions are none, and stay to be
refused: no number is ever taken for another one. Each function gives its own answers back unchanged.
"""

import re

from .text import plain

#: What stands between a label and its number, and between the groups of a number.
_SEPARATOR = r"[\s:.,;#=_*/\\\-()\[\]]"
#: "No." in both languages, with its sign or written out.
_SIGN, _NUMBER = r"(?:n\s?[°º]|№)", r"(?:nr|num[ée]ro|nummer)"


def unlabelled(text: str, label: str) -> str:
    """``plain`` text without ``label`` (a pattern) and the words for "number" in front: ``N° SIRET : 732…``.

    A label ends where its word ends; what only begins like one is none.
    """
    typed = plain(text)
    word = rf"(?:{_SIGN}|(?:{label}|{_NUMBER})(?![^\W_])){_SEPARATOR}*"
    found = re.match(rf"{_SEPARATOR}*(?:{word})*(?:(?<!^)no(?![^\W_]){_SEPARATOR}*)?", typed, re.IGNORECASE)
    return typed[found.end() :] if found else typed


def _compact(text: str, label: str) -> str:
    """The number alone, in capitals: no label, no separators. Anything strange inside stays, to be refused."""
    found, before = text, None
    while found != before:
        found, before = re.sub(_SEPARATOR, "", unlabelled(found, label)).upper(), found
    return found


def siret(text: str) -> str:
    return _compact(text, "siret")


def rna(text: str) -> str:
    return _compact(text, "rna|waldec")


_FOLIO = re.compile(r"[\s,;/-]*(?<![^\W_])(?:folio|fol|feuillet|blatt)\b", re.IGNORECASE)


def local_entry(volume: str, folio: str) -> tuple[str, str]:
    """Volume and folio of the registers of Alsace-Moselle: ``vol. 92`` and ``folio n° 123``, or both in the first."""
    if not plain(folio):
        volume, folio = (*re.split(_FOLIO, volume, maxsplit=1), "")[:2]
    return _compact(volume, "volume|vol|band|tome"), _compact(folio, "folio|fol|feuillet|blatt")


def iban(text: str) -> str:
    return _compact(text, "iban")


def bic(text: str) -> str:
    return _compact(text, "bic|swift|code")


#: What stands before a postal code in an address, by country.
_POSTAL = {"DE": "d|de", "FR": "f|fr"}


def postal_code(text: str, country: str) -> str:
    """Five digits, it is hoped: ``D-40002``, ``31 000``. Letters of another country stay, to be refused."""
    letters = _POSTAL[country]
    found = _compact(text, rf"plz|postleitzahl|cp|code postal|{letters}")
    return re.sub(rf"^(?:{letters})+(?=[0-9])", "", found, flags=re.IGNORECASE)


#: ``VR 4711``, ``HRB 90210 B``: the register's letters, the number, and what some courts add.
_REGISTER = re.compile(
    rf"(?P<register>[a-z]{{1,3}})?{_SEPARATOR}*(?:{_SIGN}|(?:{_NUMBER}|no)(?![^\W_]))?{_SEPARATOR}*"
    r"0*(?P<number>[1-9][0-9]{0,5})[\s-]*(?P<suffix>[a-zö]{1,3})?",
    re.IGNORECASE,
)


def register_number(text: str, register: str) -> str:
    """``VR 4711`` from ``4711``, ``VR-Nr. 4.711``, ``Amtsgericht Düsseldorf, VR 4711``; else the text as it came.

    ``register`` is the one such an organisation stands in; a number of another one keeps its letters.
    """
    typed = unlabelled(text, r"(?:vereins|handels)?register(?:nummer|nr)?")
    typed = re.sub(r"^(?:amtsgericht|ag)\b[^0-9]*?(?=\b(?:vr|hrb)(?![^\W\d_]))", "", typed, flags=re.IGNORECASE)
    typed = re.sub(r"[\s,(]*\b(?:beim )?amtsgericht\b[^0-9]*$", "", typed, flags=re.IGNORECASE)
    typed = re.sub(r"(?<=[0-9])[. ](?=[0-9]{3}(?![0-9]))", "", typed)
    found = _REGISTER.fullmatch(typed)
    if not found:
        return plain(text)
    letters = (found["register"] or register, found["number"], found["suffix"] or "")
    return " ".join(part.upper() for part in letters if part)


#: Digits a telephone number has at least.
PHONE_DIGITS = 6
_PHONE_LABEL = re.compile(
    r"^(?:(?:tel|tél|telefon|téléphone|telephone|fon|mobile?|handy|portable|fixe|festnetz)(?![^\W_])[\s.:]*"
    r"|[\u2121\u260e\u2706\u2709\U0001f4de\U0001f4f1]\s*)+",
    re.IGNORECASE,
)
#: What stands between a number and its extension, or between two numbers.
_PHONE_JOINT = re.compile(
    r"(?<![^\W\d_])(?:ext|x|poste|p|durchwahl|dw|apparat|app|nebenstelle|oder|od|or|ou|und|et|bzw)(?![^\W\d_])",
    re.IGNORECASE,
)


def phone(text: str) -> str:
    """A telephone number as it was typed, in one spelling of dashes and blanks; ValueError where it is none.

    Of six digits or more, perhaps with an extension (``-0``, ``poste 12``, ``Durchwahl 34``), or two of them
    (``… / …``, ``… oder …``, ``… ou …``).
    """
    typed = _PHONE_LABEL.sub("", plain(text))
    figures = _PHONE_JOINT.sub("", typed)
    if not re.fullmatch(r"[0-9 +()/.,;:\-]+", figures) or len(re.findall("[0-9]", figures)) < PHONE_DIGITS:
        raise ValueError(text)
    return typed
