"""HTML to a tagged, archivable PDF: from bundled files only, within limits, the same bytes every time.

WeasyPrint logs what goes wrong and prints a blank in its place. A letter must not have blanks, so here
every warning is an error. Web processes never import this module: WeasyPrint alone costs 0.9 s and 60 MB.
"""

import hashlib
import logging
import os
import resource
import signal
import sys
import threading
import time
import unicodedata
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from types import FrameType
from typing import Any

from fontTools.ttLib import TTFont

from grantflow.config import LANGUAGES, ROOT

#: The time, the memory on top of what the process holds, and the length one document may take (T31).
SECONDS = 30.0
MEMORY = 512 * 2**20
PAGES = 20

FONTS = ROOT / "grantflow" / "static" / "vendor" / "fonts"
#: An empty fontconfig file: what happens to be installed on a machine must never reach a letter.
_NO_SYSTEM_FONTS = Path(__file__).with_name("no-system-fonts.conf")
#: WeasyPrint writes one standard's mark into a file; the letters keep two.
_PDF_UA = Path(__file__).with_name("pdfua.xmp")

#: (family, weight): file. Fira Sans is cut into subsets and has no U+202F, the French thousands space, nor U+2010, nor
#: Greek or Cyrillic; the whole Noto Sans behind it has. Of two files under one family and weight WeasyPrint embeds only
#: one and prints the glyphs of the other from it: each has a name of its own (a key of this table cannot come twice).
#: WOFF unpacks in no time, WOFF2 in a second.
FACES = {
    ("Fira Sans", 400): "fira-sans-latin-400-normal.woff",
    ("Fira Sans", 600): "fira-sans-latin-600-normal.woff",
    ("Fira Sans Ext", 400): "fira-sans-latin-ext-400-normal.woff",
    ("Fira Sans Ext", 600): "fira-sans-latin-ext-600-normal.woff",
    ("Noto Sans", 400): "NotoSans-Regular.woff",
    ("Noto Sans", 600): "NotoSans-Bold.woff",
}
#: In the order in which a character is looked for; what every sheet says as its ``font-family``.
FAMILIES = tuple(dict.fromkeys(family for family, _ in FACES))
#: The entries of a font's name table that hold its family (OpenType, name ids 1 and 16).
_FAMILY_NAMES = frozenset({1, 16})
FONT_FAMILY = ", ".join(f'"{family}"' for family in FAMILIES)


class Unrenderable(Exception):
    """This document cannot become a faithful PDF, however often one tries."""


class OverLimit(Exception):
    """Time or memory ran out; on a quieter machine it may pass."""


@dataclass(frozen=True, slots=True)
class Rendered:
    content: bytes
    pages: int


def render(html: str, *, css: str) -> Rendered:
    """Typeset ``html`` under ``css`` as PDF/A-3a and PDF/UA-1, in the one language its root element names.

    The bytes are a function of the arguments and of this installation. Raises Unrenderable for anything
    missing, fetched, unprintable or longer than PAGES, OverLimit when SECONDS or MEMORY run out.
    Main thread only: that is where signals arrive.
    """
    weasyprint = _weasyprint()
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("letters are rendered on the main thread, where the time limit works")
    complaints: list[str] = []
    identifier = hashlib.sha256(f"{html}\0{css}".encode()).digest()[:16]
    try:
        with _bounded(SECONDS, MEMORY), _listening(complaints):
            fonts, fetcher = _fonts(os.getpid()), _fetcher()
            sheet = weasyprint.CSS(string=css, url_fetcher=fetcher, font_config=fonts)
            source = weasyprint.HTML(string=html, url_fetcher=fetcher)
            _refuse_silent_blanks(source.etree_element)
            document = source.render(font_config=fonts, stylesheets=[sheet])
            if len(document.pages) > PAGES:
                raise Unrenderable(f"{len(document.pages)} pages, at most {PAGES}")
            _declare_accessible(document.metadata)
            content = document.write_pdf(pdf_variant="pdf/a-3a", pdf_tags=True, pdf_identifier=identifier)
            _refuse_wrong_glyphs(document.fonts.values(), source.etree_element.find("body"))
    except weasyprint.urls.FatalURLFetchingError as error:
        raise Unrenderable(str(error.__cause__)) from error
    except MemoryError as error:  # caught out here, where there is room again to say so
        raise OverLimit(f"more than {MEMORY >> 20} MiB") from error
    if complaints:
        raise Unrenderable("; ".join(dict.fromkeys(complaints)))
    if not document.metadata.lang or not document.metadata.title:
        raise Unrenderable("a document needs a language and a title")
    return Rendered(content, len(document.pages))


def warm() -> None:
    """Print a line in each language: engine, fonts and hyphenation are loaded, and forked children inherit them."""
    for language in LANGUAGES:
        head = f'<html lang="{language}"><head><title>GrantFlow</title></head>'
        render(
            f"{head}<body><p>Zuwendungsbescheid</p></body></html>",
            css=f"body {{ font-family: {FONT_FAMILY}; hyphens: auto; width: 20mm }}",
        )


# --- the bundle ----------------------------------------------------------------------------------


@cache
def _weasyprint() -> Any:
    with _without_system_fonts(), warnings.catch_warnings():
        # "No fonts configured": exactly what we want.
        warnings.simplefilter("ignore")
        import weasyprint
        import weasyprint.pdf.tags
        import weasyprint.urls
    _tag_languages(weasyprint.pdf.tags)
    logging.getLogger("weasyprint").setLevel(logging.WARNING)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    return weasyprint


def _tag_languages(tags: Any) -> None:
    """Write the ``lang`` of an element into the file's structure, so that it is read out in its language.

    WeasyPrint 70 keeps the language of the whole document only. This wraps the function that builds the structure,
    which is private: tests/letters/test_pdf.py notices when a new version builds it in another way.
    """
    build = tags._build_box_tree

    def with_languages(box: Any, *more: Any) -> Iterator[Any]:
        for element in build(box, *more):
            html = getattr(box, "element", None)
            if html is not None and html.tag not in {"html", "body"} and (language := html.get("lang")):
                element["Lang"] = tags.pydyf.String(language)
            yield element

    tags._build_box_tree = with_languages


@contextmanager
def _without_system_fonts() -> Iterator[None]:
    """Only while a font configuration is read: children such as browsers must not inherit this."""
    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(_NO_SYSTEM_FONTS)
    try:
        yield
    finally:
        if before is None:
            del os.environ["FONTCONFIG_FILE"]
        else:
            os.environ["FONTCONFIG_FILE"] = before


@cache
def _font(face: tuple[str, int]) -> bytes:
    """The bundled file of ``face``, unpacked to TrueType once per process, under the family's name and no other.

    A file keeps the name it was born with beside the one a style sheet gives it, and is found by both: the regular
    cut of the extension, born as "Fira Sans", would come before its own bold one.
    """
    (family, _), name = face, FACES[face]
    try:
        font = TTFont(FONTS / name, recalcTimestamp=False)
    except OSError as error:
        raise Unrenderable(f"font {name} is not installed") from error
    font.flavor = None
    for entry in font["name"].names:
        if entry.nameID in _FAMILY_NAMES:
            entry.string = family
    unpacked = BytesIO()
    font.save(unpacked, reorderTables=None)
    return unpacked.getvalue()


@cache
def _fonts(_process: int) -> Any:
    """One font configuration per process: sharing it halves the time of a letter; forking must not share it."""
    weasyprint = _weasyprint()
    from weasyprint.text.fonts import FontConfiguration

    with _without_system_fonts():
        configuration = FontConfiguration()
    weasyprint.CSS(string=_faces(), url_fetcher=_fetcher(), font_config=configuration)
    return configuration


def _faces() -> str:
    return "".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; src: url("bundle:{name}") }}\n'
        for (family, weight), name in FACES.items()
    )


@cache
def _fetcher() -> Any:
    """Knows the fonts by name. Any other address, also ``data:`` and ``file:``, stops the rendering."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    known = {f"bundle:{name}": face for face, name in FACES.items()}

    class Bundle(URLFetcher):
        def fetch(self, url: str, headers: object = None) -> Any:
            if url not in known:
                raise Unrenderable(f"not in the bundle: {url[:200]}")
            return URLFetcherResponse(url, _font(known[url]), {"Content-Type": "font/ttf"})

    return Bundle(fail_on_errors=True, allowed_protocols=("bundle",))


@cache
def _glyphs(face: tuple[str, int]) -> dict[int, str]:
    """The glyph that ``face`` has for each character."""
    glyphs: dict[int, str] = TTFont(BytesIO(_font(face)), lazy=True).getBestCmap()
    return glyphs


def _refuse_wrong_glyphs(fonts: Iterable[Any], body: Any) -> None:
    """Whatever the text layer of the file says must be what one sees (2 ms a letter).

    Each character a font is said to print must be one that the face of that name has, and each character of the text
    must be printed by some font: a glyph taken from another file under the same number fails one or the other.
    """
    printed = set[str]()
    for font in fonts:
        if (face := (font.family, font.weight)) not in FACES:
            raise Unrenderable(f"a font that is not ours: {font.family} {font.weight}")
        glyphs = _glyphs(face)
        said = {char for text in font.to_unicode.values() for char in _visible(text)}
        if wrong := {char for char in said if ord(char) not in glyphs}:
            raise Unrenderable(f"{font.family} has no glyph for {_listed(wrong)}")
        printed |= said
        # The file names one character for each glyph; some share theirs with another.
        named = {glyphs[ord(char)] for char in said}
        printed |= {chr(code) for code, glyph in glyphs.items() if glyph in named}
    if lost := set(_visible("".join(body.itertext()) if body is not None else "")) - printed:
        raise Unrenderable(f"not in the file: {_listed(lost)}")


def _visible(text: str) -> Iterator[str]:
    """The characters of ``text`` that leave ink, composed as the typesetter composes them."""
    return (c for c in unicodedata.normalize("NFC", text) if not c.isspace() and unicodedata.category(c) != "Cf")


def _listed(characters: Iterable[str]) -> str:
    return " ".join(f"{char} (U+{ord(char):04X})" for char in sorted(characters))


#: Elements WeasyPrint passes over without a word.
_IGNORED = frozenset({"audio", "canvas", "iframe", "script", "video"})


def _refuse_silent_blanks(root: Any) -> None:
    """What would print as nothing, and not even be logged: ignored elements, images without a source."""
    for element in root.iter():
        tag = str(element.tag).rpartition("}")[2]
        target = element.get("href") or element.get("{http://www.w3.org/1999/xlink}href") or ""
        if tag in _IGNORED or (tag == "img" and not element.get("src")):
            raise Unrenderable(f"<{tag}> would print as nothing")
        if tag == "use" and not target.startswith("#"):
            raise Unrenderable(f"not in the bundle: {target[:200]}")


# --- limits --------------------------------------------------------------------------------------


class _TimeUp(BaseException):
    """Not an Exception: WeasyPrint swallows those."""


def _declare_accessible(metadata: Any) -> None:
    """PDF/UA beside the mark of PDF/A; XMP has room for one RDF only, so it goes into WeasyPrint's."""
    standard, end = metadata.generate_rdf_metadata, b"</rdf:RDF>"
    metadata.generate_rdf_metadata = lambda *how: standard(*how).replace(end, _PDF_UA.read_bytes() + end)


@contextmanager
def _bounded(seconds: float, memory: int) -> Iterator[None]:
    """Hold time and memory inside; whatever timer and limit were in force before are back afterwards."""

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise _TimeUp

    limits = resource.getrlimit(resource.RLIMIT_AS)
    started = time.monotonic()
    handler = signal.signal(signal.SIGALRM, ring)
    # Again and again: raised in a finaliser or in a callback from C, it is only printed, and the work goes on.
    earlier, interval = signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        _allow(memory, limits)
        yield
    except _TimeUp as error:
        signal.setitimer(signal.ITIMER_REAL, 0)
        raise OverLimit(f"more than {seconds:g} s") from error
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if earlier:
            signal.setitimer(signal.ITIMER_REAL, max(0.001, earlier - time.monotonic() + started), interval)
        resource.setrlimit(resource.RLIMIT_AS, limits)


def _allow(memory: int, limits: tuple[int, int]) -> None:
    if not sys.platform.startswith("linux"):
        return  # elsewhere the address space cannot be limited; the time limit still holds
    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    ceilings = [limit for limit in limits if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min([held + memory, *ceilings]), limits[1]))


@contextmanager
def _listening(complaints: list[str]) -> Iterator[None]:
    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            text = record.getMessage()
            # Without libharfbuzz-subset fontTools cuts the fonts down: slower, not worse.
            if not text.startswith("Using fontTools instead of HarfBuzz-Subset"):
                complaints.append(text[:300])

    logger, listener = logging.getLogger("weasyprint"), Listener(logging.WARNING)
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(listener)
    try:
        yield
    finally:
        logger.removeHandler(listener)
        logger.propagate = propagate
