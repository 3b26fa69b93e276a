"""The markup of every page, without a browser: ids, labels, what Enter does, whose password it is."""

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from lxml import html

from grantflow.accounts.models import Purpose

from .crawl import Pages, cast, kind
from .world import World

Element = html.HtmlElement

#: Attributes that name other elements by id.
REFERENCES = ("for", "aria-describedby", "aria-labelledby", "aria-controls", "form", "list")
#: What Enter in a field may do where a form has more than one button.
SAFE = {("action", "save"), ("action", "fields"), ("", "")}
#: Pages that only a link in a mail opens.
MAILED = {
    Purpose.CONFIRM: "/confirm/{}",
    Purpose.RESET: "/reset/{}",
    Purpose.INVITE: "/invitation/{}",
    Purpose.ADDRESS: "/address/{}",
}
#: Fields in which Enter sends the form.
ONE_LINE = ("text", "search", "email", "tel", "url", "password", "radio", "checkbox")


def doubled_ids(page: Element) -> Iterator[str]:
    """A label, a link to an error and a screen reader would find the wrong one."""
    yield from (name for name, count in Counter(page.xpath("//@id")).items() if count > 1)


def dead_references(page: Element) -> Iterator[str]:
    ids = set(page.xpath("//@id"))
    for attribute in REFERENCES:
        for value in page.xpath(f"//@{attribute}"):
            yield from (f"{attribute}={name}" for name in value.split() if name not in ids)


def unknown_attributes(page: Element) -> Iterator[str]:
    """htmx reads ``data-hx-``, which is HTML; ``hx-`` is not."""
    yield from {name for element in page.iter(html.etree.Element) for name in element.attrib if name.startswith("hx-")}


def rash_enter(page: Element) -> Iterator[str]:
    """A browser takes the first button of a form for Enter: it must save, or do nothing; never add, send or go on."""
    for form in page.forms:
        buttons = [b for b in page.iter("button") if b.get("type") == "submit" and _form_of(page, b) is form]
        typed = [f for f in page.iter("input") if f.get("type", "text") in ONE_LINE and _form_of(page, f) is form]
        first = buttons[0] if buttons else None
        if len(buttons) < 2 or not typed or first is None or first.get("disabled") is not None:
            continue
        if (first.get("name", ""), first.get("value", "")) not in SAFE:
            yield html.tostring(first, encoding="unicode", with_tail=False)[:150]


def _form_of(page: Element, element: Element) -> Element | None:
    if name := element.get("form"):
        return page.get_element_by_id(name)
    return next(element.iterancestors("form"), None)


def ownerless_passwords(page: Element) -> Iterator[str]:
    """A password manager files a password under the name that stands in its form."""
    for form in page.forms:
        if form.xpath(".//input[@type='password']"):
            names = form.xpath(".//input[@autocomplete='username']")
            kinds = {field.get("autocomplete") for field in form.xpath(".//input[@type='password']")}
            if len(names) != 1 or not kinds <= {"current-password", "new-password"}:
                yield f"{form.get('action', '')}: {len(names)} names, {kinds}"


def multi_line_autocomplete(page: Element) -> Iterator[str]:
    """A street address has lines; a field of one line holds the first."""
    yield from page.xpath("//input[@autocomplete='street-address']/@name")


CHECKS = (doubled_ids, dead_references, unknown_attributes, rash_enter, ownerless_passwords, multi_line_autocomplete)


@pytest.fixture(scope="module")
def parsed(world: World, crawled: dict[str, Pages]) -> dict[str, Element]:
    """Every page of every reader, one of an error, and those that only a link in a mail opens."""
    found = {
        f"{who} {url}": page.body
        for who, pages in crawled.items()
        for url, page in pages.items()
        if page.headers["Content-Type"].startswith("text/html")
    }
    with world.undone(), pytest.MonkeyPatch.context() as patch:
        # As in real life: with tokens against forgery in every form, which the crawl leaves out.
        patch.setitem(world.app.config, "WTF_CSRF_ENABLED", True)
        one_of_each = {kind(where): where for where in found}
        for where in one_of_each.values():
            who, _, url = where.rpartition(" ")
            found[where] = world.client(cast(world)[who]).get(url).get_data()
        client = world.client(None)
        for purpose, token in world.links.items():
            found[f"mailed {purpose}"] = client.get(MAILED[purpose].format(token)).get_data()
        found["error"] = client.get("/nowhere").get_data()
    return {where: html.fromstring(body) for where, body in found.items()}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_no_page_has(parsed: dict[str, Element], check: Callable[[Element], Iterator[str]]) -> None:
    complaints = {f"{where}: {text}" for where, page in parsed.items() for text in check(page)}
    assert complaints == set(), "\n".join(sorted(complaints))
