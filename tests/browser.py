"""A real browser, and the eye that looks at every page it opens."""

import os
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from grantflow.config import ROOT

AXE = ROOT / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: What a colour scheme can change; everything else is the same document.
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
#: No page is wider than the narrowest phone.
NARROWEST = 320


def launched() -> Iterator[Browser]:
    """Debian's Chromium where there is one, without its window where that is installed, else Playwright's own."""
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium-headless-shell") or shutil.which("chromium"),
            args=[*quiet, *(["--no-sandbox"] if os.geteuid() == 0 else [])],
        )
        yield browser
        browser.close()


def violations(page: Page, rules: Any = RULES) -> list[str]:
    """What axe finds on the page as it stands. Evaluated: an added script tag would be refused (D37)."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", rules)
    return [
        f"{v['id']}: {node['target']} {node['failureSummary'].splitlines()[-1].strip()}"
        for v in found["violations"]
        for node in v["nodes"]
    ]


#: What leaves the window at its sides, and what hides or scrolls sideways inside: fields scroll what is typed, and what
#: only a screen reader hears has no size.
_CUT_OFF = """() => {
    const width = document.documentElement.clientWidth, whole = document.documentElement.scrollWidth;
    const found = whole > width ? [`the page: ${whole} px`] : [];
    const hides = s => s.clipPath === 'inset(50%)' || s.clip === 'rect(0px, 0px, 0px, 0px)';
    const unseen = e => e !== null && e !== document.body && (hides(getComputedStyle(e)) || unseen(e.parentElement));
    const name = e => `${e.tagName} ${e.getAttribute('class') ?? ''}: ${(e.textContent ?? '').trim().slice(0, 40)}`;
    for (const e of document.querySelectorAll('body *:not(option, defs *, symbol *, .skip)')) {
        const box = e.getBoundingClientRect();
        if (!box.width || !box.height) continue;
        const out = box.right > width + 0.5 || box.left < -0.5;
        const inside = e.scrollWidth > e.clientWidth + 1 && !e.matches('input, select, textarea')
            && getComputedStyle(e).overflowX !== 'visible';
        if ((out || inside) && !unseen(e)) found.push(`${out ? 'outside' : 'cut off'}: ${name(e)}`);
    }
    return found;
}"""


def cut_off(page: Page) -> list[str]:
    """What of the page cannot be seen at the window's width without scrolling sideways, menus and parts opened."""
    page.evaluate("document.querySelectorAll('details').forEach(e => (e.open = true))")
    return list(page.evaluate(_CUT_OFF))


@cache
def english(language: str) -> frozenset[str]:
    """Source strings of some length whose translation reads differently: none may reach a page in ``language``."""
    with (ROOT / f"grantflow/translations/{language}/LC_MESSAGES/messages.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    found = set()
    for message in catalogue:
        sources = message.id if isinstance(message.id, tuple) else (message.id,)
        targets = message.string if isinstance(message.string, tuple) else (message.string,)
        for source in sources:
            plain = re.split(r"%\(\w+\)s", source)
            longest = max(plain, key=len).strip(" .,:;“”()")
            if " " in longest and len(longest) > 8 and not any(longest in target for target in targets):
                found.add(longest)
    return frozenset(found)


class Eye:
    """Looks at pages: axe in both colour schemes, nothing English, nothing wider than a phone, a clean log."""

    def __init__(
        self, page: Page, language: str, pictures: Path | None = None, *, seen: set[tuple[str, str]] | None = None
    ) -> None:
        self.page, self.language, self.pictures = page, language, pictures
        self.complaints: list[str] = []
        #: What was looked at in which language; several eyes may share it.
        self.seen = set() if seen is None else seen
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"script error: {error} on {page.url}"))
        page.on("requestfailed", lambda request: self._failed(request.url, request.failure))
        page.on("request", lambda request: self._asked(request.url))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            self.complaints.append(f"console: {message.text}")

    def _failed(self, url: str, why: Any) -> None:
        if "ERR_ABORTED" not in str(why):  # a download, or a page left early
            self.complaints.append(f"request failed: {url} {why}")

    def _asked(self, url: str) -> None:
        """T50: zero requests to third parties."""
        if not url.startswith(("http://127.0.0.1", "data:", "blob:")):
            self.complaints.append(f"third party: {url}")

    def look(self, name: str, *, whole: bool = True) -> None:
        """Look at the page once per ``name``; ``whole=False`` only reads the words."""
        if (name, self.language) in self.seen:
            return
        self.seen.add((name, self.language))
        words = self.page.locator("body").inner_text()
        # What a program said, for whoever mends it, is marked as the English that it is.
        for said in self.page.locator('code[lang="en"]').all_inner_texts():
            words = words.replace(said, "")
        self.complaints += [f"{name}: English: {text!r}" for text in english(self.language) if text in words]
        declared = self.page.locator("html").get_attribute("lang")
        if declared != self.language:
            self.complaints.append(f"{name}: declared as {declared}")
        if whole:
            self._whole(name)

    def _whole(self, name: str) -> None:
        for scheme, rules in (("dark", COLOURS), ("light", RULES)):
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            self.complaints += [f"{name} ({scheme}): {line}" for line in violations(self.page, rules)]
            if self.pictures:
                self.page.screenshot(path=self.pictures / f"{name}-{self.language}-{scheme}.png", full_page=True)
        size = self.page.viewport_size or {"width": 1280, "height": 900}
        self.page.set_viewport_size({"width": NARROWEST, "height": 700})
        width = self.page.evaluate("document.documentElement.scrollWidth")
        if width > NARROWEST:
            self.complaints.append(f"{name}: {width} px wide on a phone of {NARROWEST}")
        if self.pictures:
            self.page.screenshot(path=self.pictures / f"{name}-{self.language}-phone.png", full_page=True)
        self.page.set_viewport_size(size)

    def verdict(self) -> None:
        """Everything that was wrong, at once."""
        assert not self.complaints, "\n".join(dict.fromkeys(self.complaints))
