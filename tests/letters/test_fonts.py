"""What is printed is what was written: every letter of every language a recipient's name may come from."""

import io
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import pikepdf
import pytest
from fontTools.ttLib import TTFont

from grantflow.kernel import text, window
from grantflow.letters.service.layout import stylesheet
from grantflow.platform import pdf

#: What each language adds to a to z. The official languages of the Union in Latin script, Turkish, and the languages of
#: minorities and neighbours that live in both cities.
ALPHABETS = {
    "croatian": "čćđšž",
    "czech": "áčďéěíňóřšťúůýž",
    "danish": "æøå",
    "dutch": "ëïéèĳ",
    "estonian": "õäöüšž",
    "finnish": "åäöšž",
    "french": "àâæçéèêëîïôœùûüÿ",
    "german": "äöüßẞ",
    "hungarian": "áéíóöőúüű",
    "irish": "áéíóúḃċḋḟġṁṗṡṫ",
    "italian": "àèéìîòù",
    "latvian": "āčēģīķļņšūž",
    "lithuanian": "ąčęėįšųūž",
    "maltese": "ċġħż",
    "polish": "ąćęłńóśźż",
    "portuguese": "áâãàçéêíóôõú",
    "romanian": "ăâîșțşţ",
    "slovak": "áäčďéíĺľňóôŕšťúýž",
    "slovene": "čšž",
    "spanish": "áéíñóúü¿¡",
    "swedish": "åäö",
    "turkish": "çğıİöşüâîû",
    "icelandic": "áðéíóúýþæö",
    "norwegian": "æøåéòô",
    "catalan": "àçèéíïòóúü·",
    "sorbian": "čćěłńóŕřšśžź",
    "occitan": "áàçéèíïóòúü",
}
NAMES = "Türk-Alman Dostluğu Derneği, Łukasz Świątek, Małgorzata Şahin, Jiří Šťastný, Ştefan Țepeș, Nguyễn, Žižek"
OTHER_SCRIPTS = "Ελληνική Κοινότητα, Българско училище, Українська громада"
SIGNS = "„“‚‘»«›‹’–—…•·§¶†‡%‰€£$¥°©®™№½¼¾²³¹×÷±−"

PAGE = '<html lang="de"><head><title>T</title></head><body><p>{}</p></body></html>'


def sheet(weight: int = 400) -> str:
    return f"body {{ font-family: {pdf.FONT_FAMILY}; font-weight: {weight} }}"


def outlines(font: TTFont) -> Any:
    """What each glyph of ``font`` draws, by its number."""
    table = font["glyf"]

    def drawn(number: int) -> Any:
        coordinates, ends, flags = table[font.getGlyphName(number)].getCoordinates(table)
        return list(coordinates), list(ends), list(flags)

    return drawn


def printed(content: bytes) -> Iterator[tuple[str, Any]]:
    """Each character that a file says it prints, with the picture it prints for it."""
    with pikepdf.open(io.BytesIO(content)) as file:
        fonts = {font.objgen: font for page in file.pages for font in page.Resources.Font.values()}
        for font in fonts.values():
            embedded = outlines(TTFont(io.BytesIO(font.DescendantFonts[0].FontDescriptor.FontFile2.read_bytes())))
            for number, text in re.findall(rb"<([0-9a-f]{4})> <([0-9a-f]+)>", font.ToUnicode.read_bytes()):
                said = bytes.fromhex(text.decode()).decode("utf-16-be")
                if len(said) == 1:
                    yield said, embedded(int(number, 16))


def drawn_by_its_own_font(char: str, weight: int) -> Any:
    """The picture of ``char`` in the first of our fonts that has it."""
    for family in pdf.FAMILIES:
        font = TTFont(pdf.FONTS / pdf.FACES[family, weight])
        if name := font.getBestCmap().get(ord(char)):
            return outlines(font)(font.getGlyphID(name))
    raise AssertionError(f"no font has {char}")


def test_every_face_is_another_name_and_the_letters_ask_for_all_of_them() -> None:
    assert len(set(pdf.FACES.values())) == len(pdf.FACES) == 2 * len(pdf.FAMILIES)
    assert f"{pdf.FONT_FAMILY};" in stylesheet()


@pytest.mark.parametrize("weight", [400, 600])
def test_names_with_the_letters_of_all_latin_alphabets_are_printed_as_they_are_written(weight: int) -> None:
    """Łukasz lost his Ł, and Jiří Šťastný became somebody else: two font files went under one name."""
    letters = "".join(sorted({c for text in ALPHABETS.values() for c in text + text.upper() if len(c.upper()) == 1}))
    wanted = "".join(sorted(set(letters + NAMES + OTHER_SCRIPTS + SIGNS) - {" "} | set(map(chr, range(0x21, 0x7F)))))
    text = f"{'. '.join(ALPHABETS.values())} {letters} {NAMES} {OTHER_SCRIPTS} {SIGNS} {wanted}"
    seen = dict(
        printed(pdf.render(PAGE.format(text.replace("<", "").replace("&", "&amp;")), css=sheet(weight)).content)
    )
    assert sorted(set(wanted) - set(seen) - set("<-‐")) == []
    wrong = [c for c in wanted if c in seen and seen[c] != drawn_by_its_own_font(c, weight)]
    assert wrong == []


REPERTOIRE = [
    chr(code)
    for span in text.PRINTABLE.split()
    for code in range(int(span[:4], 16), int(span[-4:], 16) + 1)
    if unicodedata.is_normalized("NFC", chr(code))
]


def test_what_is_let_in_is_what_the_fonts_have() -> None:
    """One table, for pages that must not open a font: no character too many, none too few."""
    fonts = {face: set(TTFont(pdf.FONTS / name, lazy=True).getBestCmap()) for face, name in pdf.FACES.items()}
    regular, bold = (set().union(*(has for (_, w), has in fonts.items() if w == weight)) for weight in (400, 600))
    has = {chr(code) for code in regular & bold}
    assert [char for char in REPERTOIRE if char not in has] == []
    unseen = {"Cc", "Cf", "Cn", "Zl", "Zp", "Zs"}
    plain = (c for c in has if unicodedata.category(c) not in unseen and unicodedata.is_normalized("NFKC", c))
    # A variation selector, which leaves no ink; an object and a character that got lost.
    assert sorted(filter(text.unprintable, plain)) == ["\ufe00", "\ufffc", "\ufffd"]


def test_every_character_that_is_let_in_is_printed() -> None:
    """Marks of accents too, on a letter that has none of its own."""
    marks = {c for c in REPERTOIRE if unicodedata.category(c).startswith("M") and c != "\u034f"}
    plain = "".join(f"{c} " for c in REPERTOIRE if c not in marks and c not in "<&\u034f")
    carried = " ".join(f"q{mark}" for mark in sorted(marks))
    assert pdf.render(PAGE.format(f"{plain} {carried}"), css=sheet()).pages == 2


def test_no_letter_is_wider_than_the_window_reckons() -> None:
    fonts = [TTFont(pdf.FONTS / pdf.FACES[family, 400]) for family in pdf.FAMILIES]
    wider = []
    for char in REPERTOIRE:
        font = next(font for font in fonts if ord(char) in font.getBestCmap())
        width = font["hmtx"][font.getBestCmap()[ord(char)]][0] / font["head"].unitsPerEm
        if width > window.ems(char) + 1e-9:
            wider.append(char)
    assert wider == []


def test_the_press_refuses_a_file_that_prints_other_letters_than_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last defence: two files under one name, as they were. No notdef, no warning, another name on the letter."""
    page = PAGE.format("Jiří Šťastný")
    assert pdf.render(page, css=sheet()).pages == 1
    faces = pdf._faces()
    monkeypatch.setattr(pdf, "_faces", lambda: faces.replace('"Fira Sans Ext"', '"Fira Sans"'))
    pdf._fonts.cache_clear()
    with pytest.raises(pdf.Unrenderable, match=r"no glyph for|not in the file"):
        pdf.render(page, css=sheet())
    pdf._fonts.cache_clear()


def test_the_press_refuses_a_file_that_leaves_a_letter_out() -> None:
    class Font:
        family, weight = "Fira Sans", 400
        to_unicode = {1: "J", 2: "i"}

    body = pdf._weasyprint().HTML(string=PAGE.format("Jiří"), url_fetcher=pdf._fetcher()).etree_element.find("body")
    with pytest.raises(pdf.Unrenderable, match=r"not in the file: í \(U\+00ED\) ř"):
        pdf._refuse_wrong_glyphs([Font()], body)
