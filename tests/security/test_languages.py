"""Switching the language stays on the page: the same address, the same filter, nothing lost."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from lxml import html

from .crawl import Pages, cast
from .world import World


def offered(url: str, body: bytes) -> dict[str, str]:
    """Language -> where its link leads; of a form page, whose switch is a button of the form, the page itself."""
    page = html.fromstring(body)
    links = {str(a.get("hreflang")): str(a.get("href")) for a in page.iter("a") if a.get("hreflang")}
    buttons = {str(b.get("value")) for b in page.iter("button") if b.get("name") == "_language"}
    return links or dict.fromkeys(buttons, url)


def place(url: str) -> tuple[str, list[tuple[str, str]]]:
    """Path and query without the language; a query in which nothing stands is none."""
    parts = urlsplit(url)
    return parts.path, [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != "lang"]


def test_every_page_offers_itself_in_both_languages(crawled: dict[str, Pages]) -> None:
    seen = 0
    for who, pages in crawled.items():
        for url, page in pages.items():
            if page.status == 200 and page.headers["Content-Type"].startswith("text/html"):
                found = offered(url, page.body)
                assert set(found) == {"de", "fr"}, f"{who} {url}"
                assert {str(place(address)) for address in found.values()} == {str(place(url))}, f"{who} {url}"
                seen += 1
    assert seen > 200


@pytest.mark.parametrize(
    ("who", "url"),
    [
        ("visitor", "/"),
        ("visitor", "/calls/27-1"),
        ("visitor", "/sign-in?next=/profile"),
        ("office D", "/staff/applications?state=submitted&q=a%26b"),
        ("finance M", "/finance/letters?kind=award&q=%C3%A9"),
        ("administrator D", "/people?group=all&q=x"),
    ],
)
def test_following_the_link_shows_the_same_page_in_that_language(world: World, who: str, url: str) -> None:
    with world.undone():
        client = world.client(cast(world)[who])
        for language in ("fr", "de", "fr"):
            address = offered(url, client.get(url).get_data())[language]
            if address == url:  # a form's button
                address = f"{url}{'&' if '?' in url else '?'}lang={language}"
            reply = client.get(address)
            assert reply.status_code == 200
            assert html.fromstring(reply.get_data()).get("lang") == language
            assert place(address) == place(url)
            # And it stays so on the next page, without being asked again.
            assert html.fromstring(client.get("/privacy").get_data()).get("lang") == language
