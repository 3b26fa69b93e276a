"""The budget by keyboard alone, in a real browser, with script and without: place and focus are kept."""

from time import monotonic

import pytest
from playwright.sync_api import Browser, Page

from .test_canaries_in_a_browser import serving
from .world import World

FOCUSED = "document.activeElement.name + '=' + (document.activeElement.value ?? '')"
IN_SIGHT = """(() => { const r = document.activeElement.getBoundingClientRect();
    return r.top >= 0 && r.bottom <= innerHeight })()"""


def press(page: Page, key: str) -> str:
    """Press ``key`` where the focus is, wait for the page that answers; what has the focus then."""
    with page.expect_navigation():
        page.keyboard.press(key)
    page.locator("[autofocus]:focus").wait_for()
    # The browser scrolls there once the page has its measures; without script it cannot be asked to tell when.
    late = monotonic() + 10
    while not page.evaluate(IN_SIGHT):
        assert monotonic() < late, f"out of sight after {key}"
    return str(page.evaluate(FOCUSED)).partition("=")[0]


@pytest.mark.browser
@pytest.mark.parametrize("script", [True, False])
def test_lines_are_added_and_removed_by_keyboard(world: World, chromium: Browser, script: bool) -> None:
    file = world.files["draft D"]
    with world.undone(), serving(world.app) as address:
        context = chromium.new_context(java_script_enabled=script, viewport={"width": 390, "height": 700})
        context.add_cookies([{"name": "grantflow", "value": world.cookie(file.contact), "url": address}])
        page = context.new_page()
        page.goto(f"{address}/applications/{file.id}/budget")
        lines = page.locator("[name^=costs-][name$=-cents]").count()
        page.locator("button[value=add-costs]").focus()
        assert press(page, "Enter") == f"costs-{lines}-type"
        page.keyboard.press("Tab")
        page.keyboard.type("Saalmiete")
        page.locator("button[value=add-incomes]").focus()
        assert press(page, "Enter").startswith("incomes-")
        assert page.locator(f"[name=costs-{lines}-description]").input_value() == "Saalmiete"
        page.locator(f"button[value=costs-{lines}]").focus()
        assert press(page, "Enter") == f"costs-{lines - 1}-type"
        page.locator("[name=costs-0-cents]").focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.url.endswith("/budget")
        context.close()
