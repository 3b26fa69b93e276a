"""Every kind of page there is, in a real browser: for axe, finger and keyboard, with script and without."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.exceptions import default_exceptions

from tests.browser import violations

from .crawl import Pages, cast, kind
from .test_canaries_in_a_browser import serving
from .world import World

Visit = Callable[..., Page]

#: 24 px for everyone, whatever the page (WCAG 2.5.8); links inside a sentence are exempt.
SMALL = """[...document.querySelectorAll("button, summary, input, select, .kern-btn, .nav__link, .lang__item")]
    .map(e => [e.tagName + ' ' + e.className, e.getBoundingClientRect()])
    .filter(([c, r]) => r.width && (r.width < 24 || r.height < 24) && !c.includes("sr-only"))
    .map(([c, r]) => `${c} ${r.width} x ${r.height}`)"""


@pytest.fixture
def visit(world: World, chromium: Browser) -> Iterator[Visit]:
    """Open a path as somebody: ``visit("/home", email, "fr", width=320, scheme="dark", script=False)``."""
    contexts = []
    with world.undone(), serving(world.app) as address:

        def open_(
            path: str, email: str | None, language: str = "de", *, width: int = 1280, script: bool = True, **more: Any
        ) -> Page:
            context = chromium.new_context(
                viewport={"width": width, "height": 900}, locale=language, java_script_enabled=script, **more
            )
            contexts.append(context)
            if email:
                context.add_cookies([{"name": "grantflow", "value": world.cookie(email), "url": address}])
            page = context.new_page()
            page.goto(f"{address}{path}{'&' if '?' in path else '?'}lang={language}")
            return page

        yield open_
        for context in contexts:
            context.close()


@pytest.mark.drill
@pytest.mark.browser
@pytest.mark.timeout(1200)
def test_axe_finds_nothing_on_any_kind_of_page(world: World, crawled: dict[str, Pages], visit: Visit) -> None:
    """German by day on a screen, French by night on a phone."""
    kinds: dict[str, tuple[str, str]] = {}
    for who, pages in crawled.items():
        for url, page in pages.items():
            if page.status == 200 and page.headers["Content-Type"].startswith("text/html"):
                kinds.setdefault(kind(url), (who, url))
    complaints = []
    for who, url in kinds.values():
        for language, scheme, width in (("de", "light", 1280), ("fr", "dark", 320)):
            page = visit(url, cast(world)[who], language, width=width, color_scheme=scheme)
            found = [*violations(page), *page.evaluate(SMALL)]
            complaints += [f"{kind(url)} in {language}, {width} px: {line}" for line in found]
            page.close()
    print(f"{len(kinds)} kinds of pages")
    assert complaints == []


@pytest.mark.browser
def test_the_menu_opens_without_script_on_a_phone(world: World, visit: Visit) -> None:
    page = visit("/home", world.files["draft D"].contact, width=390, script=False)
    entry = page.get_by_role("navigation").get_by_role("link", name="Meine Anträge")
    assert not entry.is_visible()
    page.get_by_text("Menü", exact=True).click()
    assert entry.is_visible()
    assert page.get_by_role("button", name="Abmelden").is_visible()


@pytest.mark.browser
def test_escape_closes_the_menu_and_gives_the_focus_back(world: World, visit: Visit) -> None:
    page = visit("/home", world.files["draft D"].contact)
    page.wait_for_load_state("networkidle")
    page.locator(".account__name").click()
    page.keyboard.press("Escape")
    assert not page.locator(".account__list").is_visible()
    assert page.evaluate("document.activeElement.className") == "account__name"


@pytest.mark.browser
def test_a_mistake_is_said_on_top_and_at_its_field(world: World, visit: Visit) -> None:
    file = world.files["draft D"]
    page = visit(f"/organisations/{file.organisation}", file.contact)
    page.locator("[name=name]").fill("")
    page.locator("[name=postal_code]").fill("4711")
    page.get_by_role("button", name="Speichern", exact=True).click()
    assert page.title().startswith("Fehler: ")
    assert page.evaluate("document.activeElement.id") == "error-summary"
    page.locator("#error-summary a[href='#name']").click()
    assert page.evaluate("document.activeElement.id") == "name"
    field = page.locator("#name")
    assert field.get_attribute("aria-invalid") == "true"
    assert "name-error" in (field.get_attribute("aria-describedby") or "")
    assert page.locator("#name-error").inner_text().strip()
    assert page.locator("[name=postal_code]").input_value() == "4711"


@pytest.mark.browser
def test_the_selection_counts_and_sums(world: World, visit: Visit) -> None:
    page = visit("/finance/letters", world.people["finance D"])
    page.wait_for_load_state("networkidle")
    rows = page.locator("main input[name=letter]:not([disabled])")
    rows.first.check()
    assert page.locator("[data-selection-count]").inner_text() == "1 Bescheid ausgewählt"
    page.get_by_role("checkbox", name="Alle auswählen").check()
    chosen = page.locator("main input[name=letter]:checked").count()
    assert page.locator("[data-selection-count]").inner_text() == f"{chosen} von {rows.count()} Bescheiden ausgewählt"
    assert "€" in page.locator("[data-selection-sum]").inner_text()


def test_error_pages_speak_and_offer_a_way_out(shared_app: Flask) -> None:
    for status in (400, 403, 404, 405, 409, 413, 422, 429, 500, 503):
        error = default_exceptions.get(status, default_exceptions[503])()
        error.code = status
        said = set()
        for language in ("de", "fr"):
            with shared_app.test_request_context(f"/?lang={language}"):
                text = shared_app.make_response(shared_app.handle_http_exception(error)).get_data(as_text=True)
            assert f'<html lang="{language}' in text
            assert 'href="/"' in text.partition("<main")[2]
            said.add(text.partition("<h1")[2].partition("</h1>")[0])
        assert len(said) == 2, status
