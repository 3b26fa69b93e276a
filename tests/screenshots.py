"""``make screenshots``: the pictures of docs/images, taken of a freshly started demo."""

import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page

from grantflow.config import ROOT
from tests.browser import launched
from tests.journeys.conftest import Running, started

IMAGES = ROOT / "docs/images"
WIDTH = 1280


class Photographer:
    def __init__(self, browser: Browser, running: Running) -> None:
        self.browser, self.running = browser, running

    def shoot(
        self,
        name: str,
        language: str,
        reach: Callable[[Page], None],
        *,
        who: str = "",
        scheme: str = "light",
        width: int = WIDTH,
    ) -> None:
        """One picture: as ``who`` (an e-mail address of the demo; nobody by default), of the page ``reach`` opens."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 900}, locale=language, color_scheme=scheme, device_scale_factor=1
        )
        page = context.new_page()
        if who:
            page.goto(f"{self.running.address}/demo/roles?lang={language}")
            page.get_by_role("row").filter(has_text=who).get_by_role("button").click()
        page.goto(f"{self.running.address}/?lang={language}")
        reach(page)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=IMAGES / f"{name}.png", full_page=True)
        context.close()

    def opened(self, path: str, *links: str) -> Callable[[Page], None]:
        """Open ``path``, then follow the first link in the main part to each of ``links`` (parts of addresses)."""

        def reach(page: Page) -> None:
            page.goto(f"{self.running.address}{path}")
            for part in links:
                page.goto(page.locator(f'main a[href*="{part}"]').first.evaluate("a => a.href"))

        return reach

    def file_of(self, title: str, path: str, then: str = "") -> Callable[[Page], None]:
        """Open ``path``, then the link of ``title``, then ``then`` below its address."""

        def reach(page: Page) -> None:
            page.goto(f"{self.running.address}{path}")
            page.locator("main").get_by_role("link", name=title).first.click()
            if then:
                page.wait_for_load_state()
                page.goto(page.url.partition("?")[0] + then)

        return reach


def letter(photographer: Photographer) -> None:
    """The first page of Düsseldorf's act for the judo exchange, as finance downloads it."""
    context = photographer.browser.new_context(accept_downloads=True, locale="de")
    page = context.new_page()
    page.goto(f"{photographer.running.address}/demo/roles?lang=de")
    page.get_by_role("row").filter(has_text="finanzen@duesseldorf.example").get_by_role("button").click()
    page.goto(f"{photographer.running.address}/finance/letters?q=Tatami")
    for _ in range(60):
        if page.get_by_role("link", name="PDF").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    with page.expect_download() as download, tempfile.TemporaryDirectory() as folder:
        page.get_by_role("link", name="PDF").first.click()
        pdf = Path(folder) / "letter.pdf"
        download.value.save_as(pdf)
        target = IMAGES / "letter-duesseldorf-de"
        subprocess.run(["pdftoppm", "-png", "-r", "80", "-f", "1", "-l", "1", "-singlefile", pdf, target], check=True)
    context.close()


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for running in started(Path(folder), {}):
            for browser in launched():
                p = Photographer(browser, running)
                p.shoot("start-de", "de", p.opened("/"))
                p.shoot("start-phone-fr", "fr", p.opened("/"), width=390)
                p.shoot(
                    "budget-fr",
                    "fr",
                    p.file_of("Jardins partagés", "/applications", "/budget"),
                    who="lopez@jardins-partages.example",
                )
                p.shoot(
                    "file-de",
                    "de",
                    p.file_of("Tatami ohne Grenzen", "/applications"),
                    who="vogel@jc-duesseldorf.example",
                )
                p.shoot("assess-fr", "fr", p.file_of("Sommerjob", "/review"), who="escande@toulouse.example")
                p.shoot(
                    "ranking-de-dark",
                    "de",
                    p.opened("/decisions/ranking"),
                    who="buero@duesseldorf.example",
                    scheme="dark",
                )
                p.shoot("keys-fr", "fr", p.file_of("Azubi-Tandem", "/decisions/to-sign"), who="vidal@toulouse.example")
                p.shoot("letters-de", "de", p.opened("/finance/letters"), who="finanzen@duesseldorf.example")
                letter(p)


if __name__ == "__main__":
    main()
