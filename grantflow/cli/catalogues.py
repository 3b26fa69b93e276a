"""What the program says, and what the catalogues make of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from grantflow.config import LANGUAGES, ROOT

TRANSLATIONS: Final = ROOT / "grantflow" / "translations"
KEYWORDS: Final = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLACEHOLDER: Final = re.compile(r"%\(\w+\)[sdif]|%[sdif]|\{\w+\}")
SOURCES: Final = ("grantflow", "templates")


def extracted() -> Catalog:
    """Every text marked for translation in code and templates."""
    with (TRANSLATIONS / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found = Catalog(project="GrantFlow", charset="utf-8")
    for folder in SOURCES:
        # The mapping names paths from the root; the walk is kept to the folders that hold our texts.
        mapping = [
            (pattern.removeprefix(f"{folder}/"), method)
            for pattern, method in methods
            if pattern.startswith(f"{folder}/")
        ]
        chosen = {pattern.removeprefix(f"{folder}/"): values for pattern, values in options.items()}
        rows = extract_from_dir(ROOT / folder, mapping, chosen, keywords=KEYWORDS, strip_comment_tags=True)
        for name, line, text, comments, context in rows:
            found.add(text, None, [(f"{folder}/{name}", line)], auto_comments=comments, context=context)
    return found


def mistakes() -> Iterator[str]:
    """One line for each text that a catalogue lacks, leaves open, gives other placeholders, or keeps though unused."""
    texts = [message for message in extracted() if message.id]
    for language in LANGUAGES:
        path = TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"
        if not path.exists():
            yield f"{language}: {path.relative_to(ROOT)} is missing"
            continue
        catalogue = _read(path, language)
        for text in texts:
            wrong = _wrong(text, catalogue)
            if wrong:
                place = f"{text.locations[0][0]}:{text.locations[0][1]}" if text.locations else ""
                yield f"{language}: {_key(text)!r} {wrong} ({place})"
        for orphan in _orphans(catalogue, texts):
            yield f"{language}: {_key(orphan)!r} ({orphan.context or 'no context'}) is used nowhere"


def _read(path: Path, language: str) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language)


def _key(text: Message) -> str:
    return text.id[0] if isinstance(text.id, tuple) else str(text.id)


def _orphans(catalogue: Catalog, texts: Iterable[Message]) -> list[Message]:
    """What the catalogue translates and the program does not say."""
    said = {(_key(text), text.context) for text in texts}
    return [kept for kept in catalogue if kept.id and (_key(kept), kept.context) not in said]


def _wrong(text: Message, catalogue: Catalog) -> str:
    """Why the translation cannot be used, empty if it can."""
    translation = catalogue.get(_key(text), text.context)
    if translation is None:
        return "is missing"
    if translation.fuzzy:
        return "is fuzzy"
    told = translation.string
    forms = [form or "" for form in told] if isinstance(told, tuple | list) else [told or ""]
    wanted_forms = catalogue.num_plurals if isinstance(text.id, tuple) else 1
    if len(forms) != wanted_forms or not all(form.strip() for form in forms):
        return "is not translated"
    return _misread(text.id[-1] if isinstance(text.id, tuple) else str(text.id), forms)


def _misread(source: str, forms: list[str]) -> str:
    """Why complete ``forms`` cannot be translations of ``source``."""
    # "one file" may leave its number out, the plural may not.
    if _placeholders(forms[-1]) != _placeholders(source):
        return f"has other placeholders: {sorted(_placeholders(forms[-1]) ^ _placeholders(source))}"
    if any(_placeholders(form) - _placeholders(source) for form in forms):
        return "has placeholders that the source lacks"
    # Pasted under the wrong source: the box to tick before signing read "Lead time". Names stand behind a colon.
    if source.endswith(".") and " " in source and not forms[-1].rstrip().endswith(".") and ":" not in forms[-1]:
        return "is no sentence, as the source is"
    return ""


def _placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text.replace("%%", "")))
