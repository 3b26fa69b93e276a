"""Every form of every page, found by looking: who can send it, where it goes, and what a browser would send."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lxml import html
from sqlalchemy import Connection, text

from grantflow.organisations.rules import PROFILE_FIELDS
from grantflow.platform.db import Base

from .crawl import ID, Pages, cast
from .world import World

#: What a page leaves blank and its verb wants; by the form's action without ids.
TYPED: dict[str, dict[str, Any]] = {
    "/sign-in": {"email": "nobody@example.org", "password": "not the right one"},
    "/register": {
        "given_name": "Nora",
        "family_name": "Neu",
        "email": "nora@security.example",
        "password": "sieben stille Linden am Weg",
        "address": "ms",
        "language": "fr",
    },
    "/reset": {"email": "other@security.example"},
    "/profile/password": {"old": "Rheinbrücke und Pont-Neuf", "new": "sieben stille Linden am Weg"},
    "/people/invite": {"given_name": "Ina", "family_name": "Neu", "email": "ina@security.example", "roles": "office"},
    "/people/ID/disable": {"reason": "left"},
    "/people/ID/factor-loss": {"reason": "called back"},
    "/profile/email": {"email": "another@security.example"},
    "/people/roles/ID/refuse": {"reason": "settled otherwise"},
    "/applications/new": {},
    "/applications/ID/withdraw": {"sure": "y"},
    "/staff/applications/ID": {"verdict": "return", "reason": "Please complete."},
    "/review/ID/declaration": {"conflict": "no", "confidential": "y"},
    "/decisions/ID/return": {"reason": "Once more, please."},
    "/decisions/ID/key": {"noted": "y", "password": "Rheinbrücke und Pont-Neuf"},
    "/decisions/ID/consent": {"noted": "y", "password": "Rheinbrücke und Pont-Neuf"},
    "/decisions/envelopes/ID/release": {"reason": "The council has voted."},
    "/staff/applications/ID/deadline": {"until": "05.01.2099", "reason": "The tax office is slow."},
    "/finance/letters/archive": {"all": "1"},
}
#: Fields that a form declares and a page shows only to those whom they concern.
UNSHOWN = {action: frozenset(PROFILE_FIELDS) for action in ("/organisations/ID", "/organisations/new")}


@dataclass(frozen=True)
class Sendable:
    """A form as it stands on a page."""

    who: str
    email: str | None
    action: str
    names: frozenset[str]
    values: tuple[tuple[str, str], ...]
    #: Fields that offer a choice: menus, radio buttons, groups of boxes.
    choices: frozenset[str] = frozenset()

    @property
    def declared(self) -> frozenset[str]:
        """Every name that this form may be sent with."""
        return self.names | {name for name, _ in self.values} | UNSHOWN.get(self.kind, frozenset())

    @property
    def kind(self) -> str:
        """The action without ids: forms of one kind are the same form."""
        return ID.sub("ID", self.action)


def forms(world: World, crawled: dict[str, Pages]) -> list[Sendable]:
    """One form of each kind; two where it has other fields for others."""
    found: dict[tuple[str, frozenset[str]], Sendable] = {}
    for who, email in cast(world).items():
        for url, page in crawled[who].items():
            if page.status != 200 or not page.headers["Content-Type"].startswith("text/html"):
                continue
            for form in html.fromstring(page.body).forms:
                if form.method != "POST":
                    continue
                action = (form.action or url).split("?")[0]
                names = frozenset(field.name for field in form.inputs if field.name)
                pairs = [(name, value) for name, value in form.form_values() if value is not None]
                typed = TYPED.get(ID.sub("ID", action), {})
                pairs = [(name, value) for name, value in pairs if name not in typed] + list(typed.items())
                chosen = form.xpath(".//select/@name | .//fieldset//input[@type='radio']/@name")
                chosen += form.xpath(".//fieldset//input[@type='checkbox' and not(@value='y')]/@name")
                sendable = Sendable(who, email, action, names, tuple(pairs), frozenset(map(str, chosen)))
                found.setdefault((sendable.kind, names), sendable)
    return list(found.values())


def columns() -> dict[str, str]:
    """Every column of every model with a value that somebody would like it to have."""
    found: dict[str, str] = {}
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            kind = column.type.python_type if not hasattr(column.type, "enums") else str
            enums = getattr(column.type, "enums", None)
            found[column.name] = (
                enums[-1]
                if enums
                else "2026-01-01"
                if "date" in kind.__name__
                else "777"
                if kind in {int, bool} or kind.__name__ == "Decimal"
                else "00000000-0000-4000-8000-000000000000"
                if kind.__name__ == "UUID"
                else "Smuggled"
            )
    return found | {"roles": "administrator", "password_hash": "Smuggled", "is_active": "1"}


#: What differs from one run to the next: new keys and codes, hashes, instants of the database's own clock.
RANDOM = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|\$argon2id\$[^\"]*|[0-9a-f]{64}|[0-9a-f]{16}\b|\b[0-9a-f]{8}\b|\"seq\":\d+|\"selector\":\"[^\"]*\"|\d{4}-\d\d-\d\dT[\d:.+]*"
)


def rows(connection: Connection) -> set[tuple[str, str]]:
    """Every row of the database as text."""
    found = set()
    for table in Base.metadata.sorted_tables:
        for row in connection.execute(text(f'SELECT row_to_json(t)::text FROM "{table.name}" t')).scalars():  # noqa: S608 - our own tables
            found.add((table.name, row))
    return found


def change(before: set[tuple[str, str]], after: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Rows that came, without what is random in them."""
    return sorted(
        (table, RANDOM.sub("?", row)) for table, row in after - before if table not in {"sign_in", "attempts"}
    )


def pairs(values: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """As the test client wants it."""
    found: dict[str, list[str]] = {}
    for name, value in values:
        found.setdefault(name, []).append(value)
    return found
