import ast

import pytest
from babel.messages.catalog import Catalog

from grantflow.cli import catalogues
from grantflow.config import ROOT


@pytest.mark.parametrize(
    ("source", "translation", "verdict"),
    [
        ("Sign in", "Anmelden", ""),
        ("Sign in", "", "is not translated"),
        ("Sign in", "  ", "is not translated"),
        ("%(n)s of %(all)s", "%(n)s von %(all)s", ""),
        ("%(n)s of %(all)s", "%(n)s von allen", "has other placeholders: ['%(all)s']"),
        ("100 %% sure", "zu 100 %% sicher", ""),
        (("%(num)s file", "%(num)s files"), ("eine Datei", "%(num)s Dateien"), ""),
        (("%(num)s file", "%(num)s files"), ("%(num)s Datei", "Dateien"), "has other placeholders: ['%(num)s']"),
        (
            ("%(num)s file", "%(num)s files"),
            ("%(n)s Datei", "%(num)s Dateien"),
            "has placeholders that the source lacks",
        ),
        (("%(num)s file", "%(num)s files"), ("", "%(num)s Dateien"), "is not translated"),
        ("I have taken note and sign it.", "Vorlaufzeit", "is no sentence, as the source is"),
        ("The account of %(name)s is open again.", "Konto wieder geöffnet: %(name)s", ""),
    ],
)
def test_what_is_wrong_with_a_translation(source: object, translation: object, verdict: str) -> None:
    catalogue = Catalog(locale="de")
    catalogue.add(source, translation)
    text = Catalog().add(source)
    assert catalogues._wrong(text, catalogue) == verdict


def test_a_missing_and_a_fuzzy_translation_are_wrong() -> None:
    catalogue = Catalog(locale="de")
    assert catalogues._wrong(Catalog().add("Open"), catalogue) == "is missing"
    catalogue.add("Open", "Offen", flags=["fuzzy"])
    assert catalogues._wrong(Catalog().add("Open"), catalogue) == "is fuzzy"


def test_contexts_keep_words_apart() -> None:
    catalogue = Catalog(locale="de")
    catalogue.add("Open", "Offen", context="state")
    assert catalogues._wrong(Catalog().add("Open", context="state"), catalogue) == ""
    assert catalogues._wrong(Catalog().add("Open", context="verb"), catalogue) == "is missing"


def test_texts_of_code_and_of_templates_are_found() -> None:
    places = {place.split("/")[0] for text in catalogues.extracted() for place, _ in text.locations}
    assert places == {"grantflow", "templates"}


def test_what_the_program_no_longer_says_is_an_orphan() -> None:
    texts, catalogue = Catalog(), Catalog(locale="de")
    texts.add("Open", context="state")
    texts.add(("%(num)s file", "%(num)s files"))
    catalogue.add("Open", "Offen", context="state")
    catalogue.add(("%(num)s file", "%(num)s files"), ("eine Datei", "%(num)s Dateien"))
    assert catalogues._orphans(catalogue, [text for text in texts if text.id]) == []
    catalogue.add("Open", "Öffnen", context="verb")
    catalogue.add("Shut", "Geschlossen")
    orphans = catalogues._orphans(catalogue, [text for text in texts if text.id])
    assert [(orphan.id, orphan.context) for orphan in orphans] == [("Open", "verb"), ("Shut", None)]


def test_no_text_hides_from_the_extractor() -> None:
    """It knows the markers by name, and looks into no f-string on Python 3.11."""
    hidden = []
    for path in sorted((ROOT / "grantflow").rglob("*.py")):
        place = path.relative_to(ROOT)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == "flask_babel":
                names = {name.asname or name.name for name in node.names if name.name.endswith("gettext")}
                hidden += [f"{place}:{node.lineno} {name}" for name in names - catalogues.KEYWORDS.keys()]
            if isinstance(node, ast.JoinedStr):
                called = [part.func for part in ast.walk(node) if isinstance(part, ast.Call)]
                hidden += [
                    f"{place}:{func.lineno} {func.id} in an f-string"
                    for func in called
                    if isinstance(func, ast.Name) and func.id in catalogues.KEYWORDS
                ]
    assert hidden == []
