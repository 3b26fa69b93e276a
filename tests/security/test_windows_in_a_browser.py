"""Two tabs of one file in a real browser, with script and without, by keyboard where something is to be chosen."""

import pytest
from playwright.sync_api import Browser, Page

from .test_canaries_in_a_browser import serving
from .world import ASSIGNED_FRENCH, World


def save(page: Page, action: str = "later") -> None:
    with page.expect_navigation():
        page.locator(f"#page-form button[value={action}]").click()


@pytest.mark.browser
@pytest.mark.parametrize("script", [True, False])
def test_two_tabs_see_each_other(world: World, chromium: Browser, script: bool) -> None:
    file = world.files["draft D"]
    with world.undone(), serving(world.app) as address:
        context = chromium.new_context(java_script_enabled=script)
        context.add_cookies([{"name": "grantflow", "value": world.cookie(file.contact), "url": address}])
        here, there, check = context.new_page(), context.new_page(), context.new_page()
        steps = f"{address}/applications/{file.id}"
        for page, step in ((here, "project"), (there, "project"), (check, "check")):
            page.goto(f"{steps}/{step}")

        # A fills six fields, B one field of an older page: both survive.
        for name in ("title", "places", "summary", "why_two_cities", "encounter"):
            here.locator(f"[name={name}]").fill(f"Hier: {name}")
        here.locator("[name=theme]").select_option(index=2)
        save(here)
        there.locator("[name=success]").fill("Dort: success")
        save(there)
        there.goto(f"{steps}/project")
        shown = {name: there.locator(f"[name={name}]").input_value() for name in ("title", "encounter", "success")}
        assert shown == {"title": "Hier: title", "encounter": "Hier: encounter", "success": "Dort: success"}

        # The same field in both: both texts come back, and one is chosen by keyboard.
        here.goto(f"{steps}/project")
        here.locator("[name=summary]").fill("Von hier.")
        save(here)
        there.locator("[name=summary]").fill("Von dort.")
        save(there)
        both = there.locator(".dispute__text").all_inner_texts()
        assert both == ["Von hier.", "Von dort."]
        there.locator("[name='choice.summary'][value=mine]").focus()
        there.keyboard.press("ArrowDown")
        there.keyboard.press("ArrowDown")
        assert there.locator("[name='choice.summary'][value=both]").is_checked()
        save(there)
        there.goto(f"{steps}/project")
        assert there.locator("[name=summary]").input_value() == "Von hier.\n\nVon dort."

        # Who sends what somebody has changed since is led back to the check, with the difference.
        save(check, "send")
        assert check.url.endswith("/check")
        assert any("Von dort." in text for text in check.locator("ins").all_inner_texts())
        context.close()


@pytest.mark.browser
def test_a_draft_that_keeps_itself_shows_both_texts_at_once(world: World, chromium: Browser) -> None:
    file = world.files["in_review D"]
    with world.undone(), serving(world.app) as address:
        context = chromium.new_context()
        cookie = world.cookie(file.reviewers[ASSIGNED_FRENCH])
        context.add_cookies([{"name": "grantflow", "value": cookie, "url": address}])
        here, there = context.new_page(), context.new_page()
        for page in (here, there):
            page.goto(f"{address}/review/{file.id}")
        here.locator("[name=comment]").fill("Von hier.")
        save(here, "save")
        there.locator("[name=comment]").fill("Von dort.")
        there.locator("[data-disputed]").wait_for()  # nobody has pressed a button
        assert there.locator(".dispute__text").all_inner_texts() == ["Von hier.", "Von dort."]
        assert there.locator("[data-unsaved]").is_hidden()
        there.locator("[name=comment]").fill("Von dort, weiter.")  # goes on, and is kept
        there.locator("[name='choice.comment'][value=mine]").check()
        save(there, "save")
        assert there.locator("[name=comment]").input_value() == "Von dort, weiter."
        assert not there.locator(".dispute__text").count()
        context.close()
