"""Somebody at a browser: finds things by their words, in the language they read."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from playwright.sync_api import Browser, BrowserContext, Download, Locator, Page, expect

from grantflow.config import ROOT
from tests.browser import Eye

from .conftest import Running

expect.set_options(timeout=30_000)


@cache
def catalogue(language: str) -> Catalog:
    with (ROOT / f"grantflow/translations/{language}/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale=language)


class Visitor:
    """One person with one browser window."""

    def __init__(
        self,
        context: BrowserContext,
        running: Running,
        language: str,
        *,
        script: bool,
        whole: bool,
        pointer: bool,
        seen: set[tuple[str, str]],
    ) -> None:
        self.context, self.running, self.language = context, running, language
        self.script, self.whole, self.pointer = script, whole, pointer
        #: Between asking for a file and having it: the page stays.
        self.downloading = False
        #: What it took: pages opened, clicks, fields filled, keys pressed.
        self.effort: Counter[str] = Counter()
        self.page: Page = context.new_page()
        self.page.set_default_timeout(30_000)
        self.eye = Eye(self.page, language, seen=seen)

    def t(self, text: str, context: str | None = None) -> str:
        """``text`` as this person reads it."""
        message = catalogue(self.language).get(text, context=context)
        assert message is not None, f"not in the catalogue: {text!r}"
        return str(message.string)

    # --- moving ------------------------------------------------------------------------------------

    def go(self, path: str) -> None:
        self.effort["pages"] += 1
        joint = "&" if "?" in path else "?"
        self.page.goto(f"{self.running.address}{path}{joint}lang={self.language}")

    def link(self, text: str, context: str | None = None, *, nth: int = 0) -> None:
        self.click(self.page.get_by_role("link", name=self.t(text, context)).nth(nth))

    def press(self, text: str, context: str | None = None, *, exact: bool = False) -> None:
        """Press a button; the page that answers is no error page."""
        self.click(self.page.get_by_role("button", name=self.t(text, context), exact=exact).first)
        self.page.wait_for_load_state()

    def click(self, found: Locator) -> None:
        """Follow a link or press a button, with the pointer or, where there is none, with Tab and Enter."""
        self.effort["clicks"] += 1
        if self.pointer:
            found.click()
            return
        self.reach(found)
        if self.downloading:
            self.page.keyboard.press("Enter")
        else:
            with self.page.expect_navigation():
                self.page.keyboard.press("Enter")

    def reach(self, found: Locator) -> None:
        """Tab until it has the focus; of radio buttons any of their group will do, arrows lead on from there."""
        element = found.element_handle()
        for _ in range(400):
            if element.evaluate(
                """e => { const a = document.activeElement;
                          return a === e || e.type === "radio" && a.name === e.name && a.form === e.form }"""
            ):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {found}")

    # --- filling -----------------------------------------------------------------------------------

    def field(self, name: str) -> Locator:
        return self.page.locator(f'main [name="{name}"]')

    def fill(self, **values: str) -> None:
        """Type into fields, choose from lists, tick boxes and radios, by the name they are sent under."""
        for name, value in values.items():
            found = self.field(name)
            kind = found.first.evaluate("e => e.tagName + ' ' + (e.type || '')").lower()
            if "select" in kind:
                self.choose(found, value)
            elif "radio" in kind or "checkbox" in kind:
                self.tick(self.page.locator(f'main [name="{name}"][value="{value}"]') if value != "on" else found.first)
            else:
                self.type(found.first, value)

    def type(self, found: Locator, text: str) -> None:
        """Replace what stands in a field."""
        self.effort.update(fields=1, keys=len(text))
        if self.pointer:
            found.fill(text)
            return
        self.reach(found)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)
        expect(found).to_have_value(text)

    def choose(self, found: Locator, value: str) -> None:
        """Choose from a list by the value that is sent."""
        self.effort.update(fields=1, clicks=1)
        if self.pointer:
            found.select_option(value)
            return
        self.reach(found)
        self.page.keyboard.press("Home")
        for _ in range(found.locator("option").count()):
            if found.input_value() == value:
                return
            self.page.keyboard.press("ArrowDown")
        expect(found).to_have_value(value)

    def tick(self, box: Locator) -> None:
        """As a hand does: on the words beside the box; or with the space bar and arrows."""
        if box.is_checked():
            return
        self.effort.update(fields=1, clicks=1)
        if self.pointer:
            words = box.evaluate_handle("box => box.labels[0] || box").as_element()
            assert words is not None
            words.click()
        else:
            self.reach(box)
            for _ in range(20):
                here = box.evaluate("e => document.activeElement === e")
                self.page.keyboard.press("Space" if here else "ArrowDown")
                if box.is_checked():
                    break
        expect(box).to_be_checked()

    # --- looking -----------------------------------------------------------------------------------

    def look(self, name: str) -> None:
        self.eye.look(name, whole=self.whole)

    def sees(self, text: str, context: str | None = None) -> None:
        expect(self.page.locator("main")).to_contain_text(self.t(text, context))

    def sees_words(self, words: str) -> None:
        expect(self.page.locator("main")).to_contain_text(words)

    def reload_until(self, words: str, tries: int = 60) -> None:
        """Workers take a moment: ask the page again until it says so."""
        for _ in range(tries):
            if words in self.page.locator("main").inner_text():
                return
            self.page.wait_for_timeout(1000)
            self.page.reload()
        self.sees_words(words)

    @contextmanager
    def download(self) -> Iterator[list[Download]]:
        caught: list[Download] = []
        self.downloading = True
        with self.page.expect_download() as info:
            yield caught
        self.downloading = False
        caught.append(info.value)

    # --- signing in --------------------------------------------------------------------------------

    def sign_in(self, email: str, password: str) -> None:
        self.go("/sign-in")
        self.look("sign-in")
        self.fill(email=email, password=password)
        self.press("Sign in", exact=True)
        self.page.wait_for_url(re.compile(r"/(home|applications|$)"))

    def id_in_address(self) -> str:
        found = re.search(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", self.page.url)
        assert found, self.page.url
        return found.group()


class Company:
    """Everyone who takes part in one journey; their complaints are heard together."""

    def __init__(
        self,
        browser: Browser,
        running: Running,
        *,
        script: bool = True,
        whole: bool = False,
        pointer: bool = True,
        seen: set[tuple[str, str]] | None = None,
    ) -> None:
        self.browser, self.running = browser, running
        self.script, self.whole, self.pointer = script, whole, pointer
        self.roles: list[tuple[str, Visitor]] = []
        #: One page is looked at once in each language, whoever opens it first.
        self.seen: set[tuple[str, str]] = set() if seen is None else seen

    def visitor(self, language: str, role: str = "applicant") -> Visitor:
        context = self.browser.new_context(
            viewport={"width": 1280, "height": 900},
            locale=language,
            java_script_enabled=self.script,
            accept_downloads=True,
        )
        visitor = Visitor(
            context,
            self.running,
            language,
            script=self.script,
            whole=self.whole,
            pointer=self.pointer,
            seen=self.seen,
        )
        self.roles.append((role, visitor))
        return visitor

    def staff(self, role: str, party: str, nth: int = 0) -> Visitor:
        """A member of staff of the demo, signed in with their password, reading their own language."""
        accounts = [a for a in self.running.accounts if a["role"] == role and a["party"] == party]
        visitor = self.visitor(accounts[nth]["language"], role)
        visitor.sign_in(accounts[nth]["email"], self.running.password)
        return visitor

    def effort(self) -> dict[str, Counter[str]]:
        """What one file took, by role: people of one role are added up."""
        total: dict[str, Counter[str]] = {}
        for role, visitor in self.roles:
            total.setdefault(role, Counter()).update(visitor.effort)
        return total

    def verdict(self) -> None:
        complaints = [line for _, visitor in self.roles for line in visitor.eye.complaints]
        assert not complaints, "\n".join(dict.fromkeys(complaints))

    def part(self) -> None:
        for _, visitor in self.roles:
            visitor.context.close()


def saved(download: Download, folder: Path) -> bytes:
    path = folder / download.suggested_filename
    download.save_as(path)
    return path.read_bytes()
