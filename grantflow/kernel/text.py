"""Text at the edge: one canonical form of what people type, what print can show of it, and one folding to compare it.

Everything that comes in passes ``canonical`` or ``line`` before anything judges it; two texts are the same, to a
search as to a rule, when they ``fold`` alike.
"""

import re
import unicodedata
from functools import lru_cache

# --- tables --------------------------------------------------------------------------------------

#: Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties 16.0): zero widths, marks of direction, soft hyphen,
#: word joiner, fillers, variation selectors, tags. Then annotation marks, and halves of surrogates no database stores.
_IGNORABLE = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    r"\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    r"\ufff9-\ufffb\ud800-\udfff"
)
_GONE = re.compile(rf"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f{_IGNORABLE}]+")
_LINE_ENDS = re.compile("\r\n|[\v\f\r\x85\u2028\u2029]")
#: Blanks of other shapes, the separators of old files, and braille without a dot, which looks like a blank.
_BLANKS = str.maketrans(
    dict.fromkeys(
        "\t\x1c\x1d\x1e\x1f\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u205f\u2800\u3000", " "
    )
    | {"\u2007": "\u00a0"}
)

#: What both weights of the bundled fonts have a glyph for, of what ``canonical`` leaves (a test compares the files).
PRINTABLE = (
    "0020-007E 00A0-0377 037A-037F 0384-038A 038C 038E-03A1 03A3-03E1 03F0-052F 1AB0-1AC0 1C80-1C88 1D00-1DF9 "
    "1DFB-1F15 1F18-1F1D 1F20-1F45 1F48-1F4D 1F50-1F57 1F59 1F5B 1F5D 1F5F-1F7D 1F80-1FB4 1FB6-1FC4 1FC6-1FD3 "
    "1FD6-1FDB 1FDD-1FEF 1FF2-1FF4 1FF6-1FFE 2010-2027 202F-205E 2070-2071 2074-208E 2090-209C 20A0-20BF 20F0 "
    "2100-215F 2184 2189 2191 2193 2212 2215 25CC 2C60-2C7F 2DE0-2E52 A640-A69F A700-A7BF A7C2-A7CA A7F5-A7FF A92E "
    "AB30-AB6B FE20-FE2F"
)


def _class_of(ranges: str) -> str:
    """The inside of a regular expression's brackets."""
    return "".join("-".join(f"\\u{end}" for end in span.split("-")) for span in ranges.split())


_FOREIGN = re.compile(rf"[^\n{_class_of(PRINTABLE)}]")
#: Compatibility forms that mean their plain letters: ligatures, mathematical and full-width letters, Roman numerals,
#: Arabic forms. Not among them: raised and lowered figures, fractions, circled and squared ones. ``12²`` is not 122.
_PLAIN_FORMS = frozenset(
    {
        "<compat>",
        "<font>",
        "<wide>",
        "<narrow>",
        "<small>",
        "<vertical>",
        "<initial>",
        "<medial>",
        "<final>",
        "<isolated>",
    }
)
#: Bullets of word processors at the beginning of a line, those of the Symbol and Wingdings fonts among them.
_BULLETS = re.compile(
    "^ *[\u2219\u2023\u25a0\u25aa\u25b6\u25b8\u25ba\u25c6\u25cb\u25cf\u25e6\u27a2\u27a4\uf020-\uf0ff](?=[ \u00a0])",
    re.MULTILINE,
)


# --- one form ------------------------------------------------------------------------------------


def canonical(text: str) -> str:
    """``text`` without what nobody sees or meant: composed, visible, its line ends as newlines, its ends trimmed.

    What prose means stays: no-break spaces, ², ½, …, ™. Letters in compatibility forms become plain ones.
    """
    text = _LINE_ENDS.sub("\n", text).translate(_BLANKS)
    text = unicodedata.normalize("NFC", _GONE.sub("", text))
    text = unicodedata.normalize("NFC", _FOREIGN.sub(_plain_form, text))
    text = _BULLETS.sub("\u2022", text)
    return "\n".join(row.rstrip() for row in text.split("\n")).strip()


def _plain_form(found: re.Match[str]) -> str:
    return _plain_letter(found[0])


@lru_cache(maxsize=4096)
def _plain_letter(char: str) -> str:
    form = unicodedata.decomposition(char).partition(" ")[0]
    return unicodedata.normalize("NFKC", char) if form in _PLAIN_FORMS else char


def line(text: str) -> str:
    """``canonical`` for a field of one line: line ends are blanks, and blanks stand alone."""
    return re.sub(r"\s*[ \n]\s*|\s{2,}", " ", canonical(text))


_DASHES = re.compile("[\u00ad\u058a\u05be\u2010-\u2015\u2043\u2053\u207b\u208b\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d]")
_APOSTROPHES = re.compile("[`´\u02b9\u02bb\u02bc\u02c8\u2018\u2019\u201b\u2032\u2035]")


def plain(text: str) -> str:
    """``line`` for numbers and codes: every blank a blank, every dash a hyphen, every apostrophe the typewriter's."""
    return _APOSTROPHES.sub("'", _DASHES.sub("-", re.sub(r"\s+", " ", line(text))))


def unprintable(text: str) -> str:
    """The characters of a canonical ``text`` that no letter can print, in order, once each."""
    return "".join(dict.fromkeys(_FOREIGN.findall(text)))


def unreadable(text: str) -> str:
    """The characters no screen can be trusted to show either: private, unassigned, or left by a broken decoding."""
    return "".join(c for c in unprintable(text) if c in "\ufffc\ufffd" or unicodedata.category(c) in {"Co", "Cn"})


# --- one folding ---------------------------------------------------------------------------------

#: Letters with a stroke, a dot less or a joint, which decompose into nothing.
_STROKES = str.maketrans(
    {
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "ħ": "h",
        "ŧ": "t",
        "ı": "i",
        "ŋ": "n",
        "ĸ": "k",
        "þ": "th",
    }
)


def unaccented(text: str) -> str:
    """Lower case, compatible, without accents and ligatures; blanks and punctuation stay: for sorting."""
    # Twice: letters such as 𝕊 get a lower case only once they are decomposed, and some of those decompose again.
    bare = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(c for c in bare if not unicodedata.combining(c)).translate(_STROKES)


def fold(text: str) -> str:
    """What two texts are compared by: ``unaccented`` words with one blank between them.

    Punctuation, apostrophes and dashes count as blanks: ``l’été`` is ``l ete``. *ä* and *ae* both become *a*, likewise
    o and u, so that ``duesseldorf`` finds Düsseldorf; so ``cœur`` and ``coeur`` are both ``cour``.
    """
    words = re.findall(r"[^\W_]+", _APOSTROPHES.sub(" ", unaccented(line(text))))
    return re.sub("([aou])e+", r"\1", " ".join(words))


def search_words(query: str) -> list[str]:
    """The words of a query, each folded; what was joined by a hyphen or dot stays one piece: ``dt 27 1 001``.

    A query of signs alone keeps them, and so finds nothing: no folded text has any.
    """
    words = line(query).split()
    return [folded for word in words if (folded := fold(word))] or words
