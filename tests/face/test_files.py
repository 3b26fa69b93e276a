"""What can be said of the face without a browser: no inline code, assets that exist, statements that are not stale."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from grantflow.config import ROOT
from grantflow.kernel import clock

TEMPLATES = ROOT / "templates"
#: Pages for browsers; letters and mails live under other rules.
PAGES = sorted(
    path for room in ("layouts", "components", "pages", "errors") for path in (TEMPLATES / room).rglob("*.html")
)
FORBIDDEN = re.compile(
    r"""\sstyle=|\son[a-z]+=["']|javascript:|hx-on|["']js:|<script(?![^>]*\ssrc=)|https?://[^"']+\.(?:js|css)"""
)


def words(text: str) -> set[str]:
    return set(re.findall(r"[a-z][\w-]*", text))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_inline_code(path: Path) -> None:
    assert FORBIDDEN.findall(path.read_text()) == []


def test_every_macro_is_documented() -> None:
    readme = (TEMPLATES / "components/README.md").read_text()
    macros = {
        (path.name, name)
        for path in (TEMPLATES / "components").glob("*.html")
        for name in re.findall(r"macro ([a-z]\w*)\(", path.read_text())
    }
    assert ("forms.html", "button") in macros
    assert {(file, name) for file, name in macros if f"{name}(" not in readme and f"`{name}`" not in readme} == set()


def test_assets_come_from_npm_by_name_and_hash_only() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert all("resolved" not in package for package in lock["packages"].values())
    assert all("integrity" in package for name, package in lock["packages"].items() if name)
    package = json.loads((ROOT / "package.json").read_text())
    for source in package["grantflow"]["assets"]:
        assert (ROOT / source).is_file(), source


def test_style_sheets_reach_for_nothing_outside() -> None:
    addresses = [
        (path, address.strip("\"'"))
        for path in (ROOT / "grantflow/static/css").glob("*.css")
        for address in re.findall(r"url\(([^)]*)\)", path.read_text())
    ]
    assert "../vendor/fonts/NotoSans-Regular.woff2" in {target for _, target in addresses}
    for path, target in addresses:
        assert target.startswith("#") or (path.parent / target).resolve().is_file(), f"{path.name}: {target}"


def test_every_style_has_its_element() -> None:
    """A class stands in an attribute, a page's room or a script, or is put together: ``icon--{{ tone }}``."""
    pages = "\n".join(path.read_text() for path in PAGES)
    scripts = "\n".join(path.read_text() for path in (ROOT / "grantflow/static/js").glob("*.js"))
    code = "\n".join(path.read_text() for path in (ROOT / "grantflow").rglob("*.py"))
    attributes = re.findall(r'class="(?:{{.*?}}|{%.*?%}|[^"])*"', pages + code)
    given = re.findall(r"class_=.*", pages)
    rooms = re.findall(r"block room %}[^{]*", pages)
    strings = re.findall(r"""["'`][^"'`\n]*["'`]""", scripts)
    written = words(" ".join((*attributes, *given, *rooms, *strings)))
    begun = set(re.findall(r"""([\w-]+(?:--|__))(?:{{|' ~)""", pages))
    ends = words(pages) | words(code)

    def is_used(name: str) -> bool:
        return name in written or any(name.startswith(start) and name.removeprefix(start) in ends for start in begun)

    sheets = "\n".join(path.read_text() for path in (ROOT / "grantflow/static/css").glob("*.css"))
    selectors = re.findall(r"[^{}]*(?={)", re.sub(r"/\*.*?\*/", "", sheets, flags=re.DOTALL))
    styled = set(re.findall(r"\.([a-z][\w-]*)", " ".join(selectors)))
    assert "panel" in styled
    assert sorted(name for name in styled if not is_used(name)) == []


def test_thin_spaces_have_a_glyph() -> None:
    """Fira Sans has none for U+202F: without the mapping French figures glue together."""
    sheet = (ROOT / "grantflow/static/css/tokens.css").read_text()
    for weight in ("Regular", "Bold"):
        font = TTFont(ROOT / f"grantflow/static/vendor/fonts/NotoSans-{weight}.woff2")
        assert {0x2009, 0x202F} <= set(font.getBestCmap())
        assert f"NotoSans-{weight}.woff2" in sheet


def test_the_accessibility_statement_is_not_stale() -> None:
    """T64: the state word may only be what an audit allows, and the statement has a date of review."""
    german = (TEMPLATES / "pages/public/accessibility/de.html").read_text()
    french = (TEMPLATES / "pages/public/accessibility/fr.html").read_text()
    assert "nicht konform" in german
    assert "non conforme" in french
    year = int(re.findall(r"spätestens am 1\.\u00a0November (\d{4})", german)[0])
    assert f"novembre {year}" in french
    assert clock.today() <= date(year, 11, 1)
