"""Text at the edge: what people type has one form, what print lacks is named, and what reads alike is alike."""

import unicodedata
from functools import cache

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from grantflow.config import ROOT
from grantflow.kernel.text import canonical, fold, line, plain, search_words, unaccented, unprintable, unreadable

#: Each of them is seen by nobody: zero widths, marks of direction, fillers, selectors, tags, controls.
UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061"
    "\u2066\u2067\u2068\u2069\u206f\u3164\ufe00\ufe0f\ufeff\uffa0\ufff9\ufffb\U0001d173\U000e0001\U000e0041\x00\x08\x1b\x7f\x9b"
)
#: Each of them looks like nothing but room.
BLANK = " \t\x1c\x1f\u00a0\u1680\u2000\u2003\u2007\u2009\u200a\u202f\u205f\u2800\u3000"
LINE_ENDS = ("\n", "\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029")


class TestOneForm:
    @pytest.mark.parametrize("mark", UNSEEN, ids=lambda c: f"{ord(c):04X}")
    def test_what_nobody_sees_is_gone(self, mark: str) -> None:
        """A right-to-left override in a title would turn the amount after it around, on the page and in the letter."""
        assert line(f"{mark} Fest{mark}lich {mark}") == "Festlich"
        assert line(f"e{mark}\u0301") == "é"

    def test_nothing_but_unseen_and_blank_is_empty(self) -> None:
        """A name of U+2800 alone was a name."""
        for char in UNSEEN + BLANK + "".join(LINE_ENDS):
            assert line(char * 3) == canonical(char) == fold(char) == "", f"{ord(char):04X}"
        assert line(UNSEEN + BLANK) == ""

    @pytest.mark.parametrize("end", LINE_ENDS, ids=ascii)
    def test_every_line_end_is_one(self, end: str) -> None:
        """``Zeile1<VT>Zeile2`` became one word."""
        assert canonical(f"Zeile1{end}Zeile2") == "Zeile1\nZeile2"
        assert line(f"Zeile1{end}Zeile2") == "Zeile1 Zeile2"

    @pytest.mark.parametrize("blank", BLANK, ids=ascii)
    def test_no_blank_joins_words(self, blank: str) -> None:
        assert line(f"Zeile1{blank}Zeile2").split() == ["Zeile1", "Zeile2"]
        assert line(f"  Zeile1  {blank}\n Zeile2 ") == "Zeile1 Zeile2"

    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("Der ﬁlm", "Der film"),
            ("Aﬄuenz und ﬅ", "Affluenz und st"),
            ("𝗖𝗶𝗻𝗲-Dialog", "Cine-Dialog"),
            ("𝒜𝓂𝒾𝓉𝒾é 𝟚𝟘𝟚𝟟", "Amitié 2027"),
            ("Édition Ⅱ", "Édition II"),
            ("ⅹⅷ", "xviii"),
            ("Ｆｅｓｔ　２０２７", "Fest 2027"),
            ("﹪﹠", "%&"),
            ("Noe\u0308l", "Noël"),
            ("\u212bngström", "Ångström"),
            ("\uf0b7\tErstens\n▪ Zweitens\n  ● Drittens", "• Erstens\n• Zweitens\n• Drittens"),
        ],
    )
    def test_forms_that_mean_plain_letters_are_plain_letters(self, typed: str, meant: str) -> None:
        assert canonical(typed) == meant
        assert unprintable(meant) == ""

    @pytest.mark.parametrize(
        "prose",
        [
            "Œuvre d’été – « 5\u00a0€ », 1\u202f000 m² à ½ … ™ № 3‰",
            "„Straße“ ‹Ærø› • †",
            "a\n\nb",
            "Κύπρος, България",
            "1ᵉʳ mai, H₂O, x⁻¹",
            "\u05e9\u05dc\u05d5\u05dd",
        ],
    )
    def test_what_prose_means_stays(self, prose: str) -> None:
        assert canonical(prose) == prose

    @given(st.text())
    def test_canonical_is_canonical(self, text: str) -> None:
        for form in (canonical, line, plain, fold, unaccented):
            assert form(form(text)) == form(text)
        assert fold(canonical(text)) == fold(line(text)) == fold(text)
        assert len(canonical(text).splitlines()) <= len(text.splitlines())


class TestPrint:
    @pytest.mark.parametrize(
        ("text", "signs"),
        [
            ("Zeit → Raum ≠ Zeit →", "→≠"),
            ("👩\u200d👩\u200d👧 Fête ❤\ufe0f", "👩👧❤"),
            ("🇫🇷🇩🇪", "🇫🇷🇩🇪"),
            ("①②", "①②"),
            ("✓ ☐ ★ ⚠", "✓☐★⚠"),
            ("שלום", "שלום"),
            ("東京", "東京"),
            ("\ue000\ufffd\uffff", "\ue000\ufffd\uffff"),
            ("⠃", "⠃"),
            ("Łukasz Świątek, Ştefan, Dvořák, Đorđe, Ő, ț, ‘’‚“”„–—…•€™½²", ""),
            ("Κύπρος България", ""),
        ],
    )
    def test_what_letters_cannot_print_is_named_in_order_once(self, text: str, signs: str) -> None:
        assert unprintable(canonical(text)) == signs

    def test_what_is_called_printable_is_what_both_weights_have(self) -> None:
        fonts = _cmaps()
        for code in (*range(0x20, 0x10000), *range(0x1D400, 0x1FB00)):
            char = chr(code)
            if canonical(char) == char and char not in "\ufffc\ufffd":
                assert (unprintable(char) == "") == (code in fonts), f"{code:04X}"
        assert unprintable(" \u00a0\u202f\n") == ""

    def test_a_screen_shows_more_than_paper(self) -> None:
        assert unreadable("→ 👩 שלום 東京") == ""
        assert unreadable("a\ufffdb\ue000\U0010fffe") == "\ufffd\ue000\U0010fffe"


@cache
def _cmaps() -> frozenset[int]:
    """Code points that both weights of the letters' fonts have."""
    folder = ROOT / "grantflow" / "static" / "vendor" / "fonts"
    found: dict[str, set[int]] = {"regular": set(), "bold": set()}
    for path in folder.glob("*.woff"):
        weight = "bold" if "600" in path.name or "Bold" in path.name else "regular"
        found[weight] |= TTFont(path).getBestCmap().keys()
    assert all(found.values())
    return frozenset(found["regular"] & found["bold"])


#: Each line reads alike to a person who searches.
ALIKE = [
    ["l'été", "l’été", "L´ÉTÉ", "lʼe\u0301te\u0301", "l′été", "l`été", "l ete", "l-été", "l\u2011été", "« L’été ! »"],
    ["Düsseldorf", "duesseldorf", "DUSSELDORF", "Du\u0308sseldorf", "Düssel\u00addorf", "Ｄüsseldorf"],
    ["cœur", "coeur", "CŒUR", "C\u0152UR"],
    ["Straße", "STRASSE", "strasse", "STRAẞE"],
    ["Ærø", "aeroe", "Aero", "ÆRØ"],
    ["Łódź", "lodz"],
    ["İstanbul", "ISTANBUL", "istanbul", "ıstanbul"],
    ["Noël", "NOEL", "noël"],
    ["Édition Ⅱ", "edition II", "édition ⅱ"],
    ["Kunst & Kultur", "Kunst  Kultur", "„Kunst – Kultur“"],
    ["ﬁlm", "film", "𝗳𝗶𝗹𝗺"],
    ["Göttingen", "Goettingen", "Gottingen"],
    ["Ça ira", "ca ira", "ÇA\u00a0IRA"],
]


@pytest.mark.parametrize("words", ALIKE, ids=lambda words: words[0])
def test_what_reads_alike_is_alike(words: list[str]) -> None:
    """The same title was filed four times with other apostrophes and unseen characters."""
    assert {fold(word) for word in words} == {fold(words[0])}
    assert len({fold(row[0]) for row in ALIKE}) == len(ALIKE)


def test_a_query_is_found_by_its_words_and_what_a_hyphen_joins_stays_one() -> None:
    assert search_words(" DT-27-1-001  l’été — m.kessler@example.org ") == [
        "dt 27 1 001",
        "l ete",
        "m kessler example org",
    ]
    assert search_words("Kunst & Kultur") == ["kunst", "kultur"]
    assert search_words("% _") == ["%", "_"]
    assert search_words("\u200b \u2800") == []


def test_every_letter_there_is_folds_once_and_for_all() -> None:
    """All but the ideographs, in one text, since one by one they take too long."""
    codes = (*range(0x3400), *range(0xA4D0, 0xAC00), *range(0xF900, 0x17000), *range(0x1B000, 0x20000))
    letters = (chr(code) for code in codes if unicodedata.category(chr(code))[0] in "LNMPSZ")
    everything = " ".join(letters)
    assert fold(fold(everything)) == fold(everything)
    assert canonical(canonical(everything)) == canonical(everything)
    assert fold(canonical(everything)) == fold(everything)
