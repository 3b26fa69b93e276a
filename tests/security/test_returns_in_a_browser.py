"""The returned file that is never sent again, in a real browser: from the office to the applicant and back."""

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import text

from grantflow.applications import service as applications
from grantflow.platform.db import db

from .test_canaries_in_a_browser import serving
from .world import World


@pytest.mark.browser
def test_the_returned_file_that_is_never_sent_again(world: World, chromium: Browser) -> None:
    file = world.files["submitted D"]
    with world.undone() as connection, serving(world.app) as address:

        def page_of(email: str) -> Page:
            context = chromium.new_context(locale="de-DE")
            context.add_cookies([{"name": "grantflow", "value": world.cookie(email), "url": address}])
            return context.new_page()

        office, applicant = page_of(world.people["office D"]), page_of(file.contact)
        staff = f"{address}/staff/applications/{file.id}"
        office.goto(staff)
        sent = office.get_by_role("heading", level=1).inner_text()
        check(office, "return", "Bitte nennen Sie den Ort.")

        applicant.goto(f"{address}/applications/{file.id}/project")
        applicant.locator("[name=title]").fill("Nie eingereicht")
        with applicant.expect_navigation():
            applicant.locator("#page-form button[value=later]").click()
        office.goto(staff)
        assert "Nie eingereicht" not in office.content()

        past = text("UPDATE application SET return_until = now() - interval '1 year' WHERE id = :id")
        connection.execute(past, {"id": file.id})
        with world.app.app_context():
            assert applications.lapse_returns() >= 1
            db.session.commit()

        # The applicant reads what counts, and what they had typed; the office what was sent, and goes on.
        applicant.goto(f"{address}/applications/{file.id}")
        assert applicant.locator("[name=title]").count() == 0
        read = applicant.locator("main").text_content() or ""
        assert sent.split(" DT-")[0] in read
        assert "Nie eingereicht" in read
        office.goto(staff)
        assert office.get_by_role("heading", level=1).inner_text() == sent
        assert "Nie eingereicht" not in office.content()
        check(office, "admit")
        assert connection.scalar(text("SELECT state FROM application WHERE id = :id"), {"id": file.id}) == "admitted"


def check(office: Page, verdict: str, reason: str = "") -> None:
    """The formal check, as the office does it."""
    office.locator(f"[name=verdict][value={verdict}]").check()
    if reason:
        office.locator("[name=reason]").fill(reason)
    form = office.locator("form", has=office.locator("[name=verdict]"))
    with office.expect_navigation():
        form.locator("button[type=submit]").last.click()
