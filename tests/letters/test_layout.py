"""Nothing leaves the sheet, every address lies behind the window, every phrase is in its language."""

import io
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pikepdf
import pytest

from grantflow.kernel import window
from grantflow.kernel.parties import Party
from grantflow.letters import rules
from grantflow.letters.rules import Facts, Form, Words
from grantflow.letters.service.layout import stylesheet
from grantflow.letters.states import Channel, Kind
from grantflow.platform import pdf

from .samples import CINEMA, JUDO_CLUB, award, facts, sheet

D, T, M = Party.DUESSELDORF, Party.TOULOUSE, Party.METROPOLE
#: Métropole prints with Toulouse's templates.
EVERY = [(kind, party, language) for kind in Kind for party in (D, T) for language in ("de", "fr")]
MM = 96 / 25.4


def pages(html: str) -> list[Any]:
    """The sheets as WeasyPrint lays them out: boxes, with lengths in CSS pixels from the upper left corner."""
    weasyprint, fonts, fetcher = pdf._weasyprint(), pdf._fonts(os.getpid()), pdf._fetcher()
    css = weasyprint.CSS(string=stylesheet(), url_fetcher=fetcher, font_config=fonts)
    document = weasyprint.HTML(string=html, url_fetcher=fetcher).render(font_config=fonts, stylesheets=[css])
    return [page._page_box for page in document.pages]


def texts(box: Any) -> list[Any]:
    return [part for part in box.descendants(placeholders=True) if getattr(part, "text", "")]


#: Of the widest letter, in which no dictionary finds a place for a hyphen.
WORD = "W" * 200


@pytest.mark.parametrize(("kind", "party", "language"), EVERY)
def test_a_word_of_200_letters_stays_on_the_sheet_wherever_it_stands(kind: Kind, party: Party, language: str) -> None:
    """A phrase of the other language too, which stands in an element of its own."""
    words = Words(de=WORD, fr=WORD)
    made = facts(
        kind,
        party,
        project_title=WORD,
        title_language="fr" if language == "de" else "de",
        purpose=words,
        reason=words,
        legal_basis=words,
        recipient=replace(CINEMA, organisation=WORD, given_name=WORD[:60], family_name=WORD[:60]),
    )
    if made.award:
        made = replace(made, award=award(party, {party: 100}, eligible=1000, requested=200, conditions=(words,)))
        made = replace(made, funder=replace(made.funder, contact=WORD))
    for box in (
        box
        for page in pages(sheet(kind, made, language, signatory=WORD, signatory_function=WORD))
        for box in texts(page)
    ):
        assert box.position_x > 24 * MM
        assert box.position_x + box.width < 190.5 * MM, box.text


@pytest.mark.parametrize("language", ["de", "fr"])
def test_the_address_of_the_court_is_not_hyphenated(language: str) -> None:
    """The dictionaries would print "Bastions-traße"."""
    html = sheet(Kind.REJECTION, facts(Kind.REJECTION), language)
    address = re.search('<span class="whole">.*?39, ', html)
    assert address
    narrow = f'<main><div style="width: 25mm">{address[0]}</div></main>'
    [page] = pages(re.sub("<main>.*</main>", lambda _: narrow, html, flags=re.DOTALL))
    assert "Bastionstraße" in " ".join(box.text for box in texts(page))


#: Of the text before the remedy, in mm; the first sheet has 162 mm for all of it.
HEIGHTS = (40, 100, 130)


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("party", [D, T])
def test_an_act_closes_in_one_piece_below_its_remedy_and_on_paper_has_room_to_sign(
    party: Party, channel: Channel
) -> None:
    html = sheet(Kind.REJECTION, facts(Kind.REJECTION, party, channel=channel))
    sheets = set()
    for height in HEIGHTS:
        before = f'<main><div style="height: {height}mm"></div><section class="remedy">'
        laid = pages(re.sub('<main>.*<section class="remedy">', before, html, flags=re.DOTALL))
        found = [
            (number, box.element.get("class"), box)
            for number, page in enumerate(laid)
            for box in page.descendants(placeholders=True)
            if box.element_tag in ("section", "div") and box.element.get("class") in ("remedy", "closing")
        ]
        [(first, _, _), (last, _, closing)] = found
        assert [name for _, name, _ in found] == ["remedy", "closing"]
        assert first == last == len(laid) - 1
        lines = texts(closing)
        gaps = [below.position_y - line.position_y - line.height for line, below in pairwise(lines)]
        assert (max(gaps) > 17 * MM) is (channel is Channel.POST)
        sheets.add(first)
    assert sheets == {0, 1}


# --- the window ----------------------------------------------------------------------------------


ORGANISATIONS = [
    ("W" * 200, "Straße 1", "40213 Düsseldorf"),
    ("WWWWWWWWWW " * 30, "Straße 1", "40213 Düsseldorf"),
    ("Städtepartnerschaftsjubiläumskuratorium " * 9, "Straße 1", "40213 Düsseldorf"),
    ("Verein", "W" * 200, "40213 Düsseldorf"),
    ("Verein", "Straße 1", "40213 " + "W" * 100),
    ("Verein " * 60, "Straße " * 9, "40213 " + "Château-Renard " * 3),
]


def accepted(parts: tuple[str, str, str]) -> tuple[str, str, str]:
    """The same, cut at the end of the longest part until the form takes it."""
    name, street, city = parts
    while not window.organisation_fits(name, street, city):
        longest = max((name, street, city), key=len)
        name, street, city = (part[:-1].rstrip() if part is longest else part for part in (name, street, city))
    return name, street, city


@pytest.mark.parametrize("parts", ORGANISATIONS, ids=range(len(ORGANISATIONS)))
@pytest.mark.parametrize("person", ["W" * 200, "Karl-Theodor von und zu Hohenlohe-Schillingsfürst " * 4])
@pytest.mark.parametrize("party", [D, T])
def test_the_longest_address_that_is_let_in_lies_behind_the_window(
    party: Party, person: str, parts: tuple[str, str, str]
) -> None:
    """DIN 5008 form B: 62.7 to 90 mm from the edge; the French window takes 50.5 to 80 mm. Never more than 8 lines."""
    while not window.person_fits(person):
        person = person[:-1].rstrip()
    name, street, city = accepted(parts)
    home = JUDO_CLUB if party is T else CINEMA  # abroad: one line more
    postal_code, _, town = city.partition(" ")
    place = replace(home.address, street=street, postal_code=postal_code, city=town)
    to = replace(home, organisation=name, given_name="", family_name=person, form=Form.MR, address=place)
    made = facts(party=party, recipient=to)
    assert "letter_address_too_long" not in [reason.key for reason in rules.why_not_write(Kind.AWARD, made)]
    top, bottom = (62.5 * MM, 90 * MM) if party is D else (50.3 * MM, 80.2 * MM)
    left, right = (25 * MM, 110 * MM) if party is D else (112 * MM, 190 * MM)
    html = sheet(Kind.AWARD, made)
    [first] = pages(re.sub("<main>.*</main>", "", html, flags=re.DOTALL))
    [address] = [box for box in first.descendants(placeholders=True) if box.element_tag == "address"][:1]
    lines = texts(address)
    assert "".join(box.text for box in lines[:2]).startswith(name[:20])
    for box in lines:
        assert top <= box.position_y
        assert box.position_y + box.height <= bottom
        assert left - 0.1 <= box.position_x
        assert box.position_x + box.width <= right + 0.1
    assert len({round(box.position_y) for box in lines}) <= 8


def test_a_longer_address_is_refused_before_it_is_an_act() -> None:
    to = replace(CINEMA, organisation="Städtepartnerschaftsjubiläumskuratorium " * 8)
    assert "letter_address_too_long" in [reason.key for reason in rules.why_not_write(Kind.AWARD, facts(recipient=to))]


# --- the structure -------------------------------------------------------------------------------


def printed(made: Facts, kind: Kind, language: str) -> pikepdf.Pdf:
    content = pdf.render(sheet(kind, made, language), css=stylesheet()).content
    return pikepdf.open(io.BytesIO(content))


def tongues(element: Any) -> Iterator[str]:
    """The languages the structure names below ``element``."""
    if isinstance(element, pikepdf.Array):
        for kid in element:
            yield from tongues(kid)
    elif isinstance(element, pikepdf.Dictionary):
        if "/Lang" in element:
            yield str(element.Lang)
        yield from tongues(element.get("/K"))


@pytest.mark.parametrize(("kind", "party", "language"), EVERY)
def test_each_phrase_of_the_other_language_says_so_in_the_structure(kind: Kind, party: Party, language: str) -> None:
    """WeasyPrint knows the language of the document only; we write that of an element through its private function."""
    other = "fr" if language == "de" else "de"
    html = sheet(kind, facts(kind, party, title_language=other, recipient=CINEMA), language)
    assert f'<span lang="{other}">{"„" if language == "de" else "« "}Tatami' in html.replace("\u00a0", " ")
    assert f'lang="{language}"' not in html.partition("<body")[2]
    with printed(facts(kind, party, title_language=other), kind, language) as file:
        assert str(file.Root.Lang) == language
        assert set(found := list(tongues(file.Root.StructTreeRoot))) == {other}
        # Each piece of a line is an element; running heads and feet are none.
        assert len(found) >= html.partition("<main>")[2].count(f'<span lang="{other}">')


def test_names_of_laws_and_bodies_are_in_their_own_language() -> None:
    large = award(T, {T: 3_000_000}, eligible=5_000_000)
    german = sheet(Kind.AWARD, facts(party=T, recipient=CINEMA, award=large), "de")
    for words in (
        "contrat d’engagement républicain",
        "code général des collectivités territoriales",
        "recours gracieux",
        "Ville de Toulouse",
        "Direction des relations internationales",
        "Les Amis du cinéma rhénan",
        "Tribunal administratif de Toulouse, 68 rue Raymond-IV, 31000 Toulouse",
    ):
        assert f'<span lang="fr">{words}</span>' in german
    french = sheet(Kind.AWARD, facts(), "fr")
    for words in (
        "Landeshauptstadt Düsseldorf",
        "Anteilfinanzierung",
        "Zuwendungsbescheid",
        "JC Düsseldorf e. V.",
        "Verwaltungsgericht Düsseldorf, Bastionstraße\u00a039, 40213 Düsseldorf",
    ):
        assert f'<span lang="de">{words}</span>' in french


def test_bookmarks_keep_the_blank_between_number_and_words() -> None:
    with printed(facts(), Kind.AWARD, "de") as file, file.open_outline() as outline:
        [letter_itself] = outline.root
        assert letter_itself.title == "Zuwendungsbescheid (Projektförderung)"
        assert [item.title for item in letter_itself.children][:2] == [
            "I.1 Bewilligung",
            "I.2 Finanzierungsart und Höhe",
        ]
