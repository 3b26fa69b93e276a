"""Open every page a person can reach, as that person, by following links from the pages that need no argument."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from werkzeug.datastructures import Headers

from .reading import links, masked
from .world import (
    ASSIGNED_FRENCH,
    ASSIGNED_GERMAN,
    CONFLICTED,
    OTHER,
    RECUSED_OFFICE,
    TWO_ROLES,
    VISITOR,
    World,
)

#: Pages of one kind that one person opens, beside those of the files that something happens to.
ENOUGH = 2
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


def kind(url: str) -> str:
    """An address without its ids and its query: pages of one kind are drawn by one view."""
    return ID.sub("ID", url).split("?")[0]


@dataclass(frozen=True)
class Page:
    status: int
    headers: Headers
    body: bytes


Pages = dict[str, Page]


def cast(world: World) -> dict[str, str | None]:
    """Who looks around: a name for each kind of reader, and the address they sign in with."""
    in_review = world.files["in_review D"]
    return {
        VISITOR: None,
        "applicant in review": in_review.contact,
        "applicant before the cities": world.files["proposed D"].contact,
        "applicant with letters": world.files["awarded T"].contact,
        "applicant with a draft": world.files["draft D"].contact,
        OTHER: world.people[OTHER],
        "reviewer D": in_review.reviewers[ASSIGNED_GERMAN],
        "reviewer T": in_review.reviewers[ASSIGNED_FRENCH],
        "reviewer M": "marty@metropole.example",
        **{
            name: world.people[name]
            for name in (
                *("office D", "office T", "signatory D", "signatory T", "signatory M", "finance D", "finance M"),
                *("administrator D", CONFLICTED, RECUSED_OFFICE, TWO_ROLES),
            )
        },
    }


def seeds(world: World) -> list[str]:
    """Pages that need no argument."""
    adapter = world.app.url_map.bind("localhost")
    return [
        str(adapter.build(rule.endpoint))
        for rule in world.app.url_map.iter_rules()
        if "GET" in (rule.methods or set()) and not rule.arguments and not rule.endpoint.startswith(("demo", "health"))
    ]


def crawl(world: World, email: str | None) -> Pages:
    """The pages within reach of ``email``, a few of each kind; only for use inside ``World.undone``."""
    client = world.client(email)
    found: Pages = {}
    kinds: Counter[str] = Counter()
    waiting = seeds(world)
    while waiting:
        url = waiting.pop(0)
        if url in found or "lang=" in url:
            continue
        here = ID.search(url)
        kinds[kind(url)] += 1
        if kinds[kind(url)] > ENOUGH and not (here and here.group() in world.watched):
            continue
        reply = client.get(url)
        found[url] = Page(reply.status_code, reply.headers, masked(reply))
        waiting += links(reply.get_data()) if reply.mimetype == "text/html" else []
        if reply.status_code in {302, 303}:
            waiting.append(reply.headers["Location"])
    return found


def fetch(world: World, email: str | None, urls: Iterable[str], *, language: str = "") -> dict[str, tuple[int, bytes]]:
    """The same pages again, or in another language."""
    client = world.client(email)
    if language:
        client.set_cookie("lang", language)
    found = {}
    for url in urls:
        reply = client.get(url)
        found[url] = (reply.status_code, masked(reply))
    return found
