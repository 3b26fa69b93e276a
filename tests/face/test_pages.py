"""Every page of the face in both languages and both schemes: nothing for axe, nothing cut off, nothing refused."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import violations
from tests.face.world import create

pytestmark = pytest.mark.browser

PAGES = (
    "/start?demo=1", "/start/empty", "/calls", "/call", "/contact", "/privacy", "/imprint", "/accessibility",
    "/errors/404", "/bare/500",
    "/guide/file", "/guide/budget", "/guide/fields", "/guide/fields?wrong=1", "/guide/review", "/guide/compare",
    "/guide/board", "/guide/keys", "/guide/list",
)  # fmt: skip
#: Chromium's own advice about password managers is not a refusal.
ADVICE = ("[DOM]",)

Visit = Callable[..., Page]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("language", "scheme", "width"),
    [("de", "light", 1280), ("fr", "dark", 320)],
)
def test_axe_finds_nothing_and_nothing_is_cut_off(
    visit: Visit, path: str, language: str, scheme: str, width: int
) -> None:
    page = visit(path, language, width=width, scheme=scheme)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.lang") == language


@pytest.mark.parametrize("path", ["/start", "/guide/review", "/guide/list", "/guide/budget"])
def test_the_policy_has_nothing_to_refuse(base: str, chromium: Browser, path: str) -> None:
    page = chromium.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(base + path)
    page.wait_for_load_state("networkidle")
    page.close()
    assert [text for text in said if not text.startswith(ADVICE)] == []


def test_targets_are_large_enough(visit: Visit) -> None:
    """24 px for everyone, whatever the page (WCAG 2.5.8); links inside a sentence are exempt."""
    small = """[...document.querySelectorAll("button, summary, input, select, .kern-btn, .nav__link, .lang__item")]
        .map(e => [e.className, e.getBoundingClientRect()])
        .filter(([c, r]) => r.width && (r.width < 24 || r.height < 24) && !c.includes("sr-only"))
        .map(([c, r]) => `${c} ${r.width} x ${r.height}`)"""
    for path in ("/guide/fields", "/guide/list"):
        for width in (320, 1280):
            assert visit(path, width=width).evaluate(small) == []


def test_error_pages_speak_and_offer_a_way_out() -> None:
    client = create().test_client()
    for status in (400, 403, 404, 405, 409, 413, 422, 429, 500, 503):
        said = set()
        for language in ("de", "fr"):
            text = client.get(f"/bare/{status}?lang={language}").text
            assert '<html lang="' + language in text
            assert 'href="/"' in text.partition("<main")[2]
            said.add(text.partition("<h1")[2].partition("</h1>")[0])
        assert len(said) == 2, status


def test_the_menu_opens_without_script_on_a_phone(visit: Visit) -> None:
    page = visit("/guide/file", width=390, script=False)
    entry = page.get_by_role("link", name="Meine Organisation")
    assert not entry.is_visible()
    page.get_by_text("Menü", exact=True).click()
    assert entry.is_visible()
    assert page.get_by_role("button", name="Abmelden").is_visible()


def test_escape_closes_the_menu_and_gives_the_focus_back(visit: Visit) -> None:
    page = visit("/guide/file")
    page.wait_for_load_state("networkidle")
    page.locator(".account__name").click()
    page.keyboard.press("Escape")
    assert not page.locator(".account__list").is_visible()
    assert page.evaluate("document.activeElement.className") == "account__name"


def test_enter_means_save_and_not_the_other_language(visit: Visit) -> None:
    """The language buttons stand before the form in the document; the browser would take the first one for Enter."""
    page = visit("/guide/budget")
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.locator("input[name=c-1-text]").press("Enter")
    assert "_language" not in (sent.value.post_data or "")
    page = visit("/guide/budget")
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.get_by_role("button", name="Français").click()
    assert "_language=fr" in (sent.value.post_data or "")


def test_a_mistake_is_said_on_top_and_at_its_field(visit: Visit) -> None:
    page = visit("/guide/fields?wrong=1")
    assert page.title().startswith("Fehler: ")
    assert page.evaluate("document.activeElement.id") == "error-summary"
    page.locator("#error-summary a", has_text="Titel").click()
    assert page.evaluate("document.activeElement.id") == "title" or page.url.endswith("#title")
    field = page.locator("#title")
    assert field.get_attribute("aria-invalid") == "true"
    assert field.get_attribute("aria-describedby") == "title-hint title-error"
    assert page.locator("#title-error").inner_text().strip()


def test_the_selection_counts_and_sums(visit: Visit) -> None:
    page = visit("/guide/list")
    page.wait_for_load_state("networkidle")
    assert page.locator("[data-selection-count]").inner_text() == "3 von 9 Bescheiden ausgewählt"
    assert "14.112,27" in page.locator("[data-selection-sum]").inner_text()
    page.get_by_role("checkbox", name="Alle auswählen").check()
    assert page.locator("[data-selection-count]").inner_text() == "9 von 9 Bescheiden ausgewählt"
