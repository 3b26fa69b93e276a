"""The demo: a fund with a past, accounts for everybody, and the words of its mailbox."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import select

from grantflow.accounts import service as accounts
from grantflow.accounts import texts as account_texts
from grantflow.accounts.models import Person, RoleGrant
from grantflow.accounts.states import Means
from grantflow.calls import queries as calls
from grantflow.calls.rules import first_instant
from grantflow.config import local_secret
from grantflow.kernel import clock, emails
from grantflow.kernel.parties import SYSTEM, Actor, Party
from grantflow.organisations.models import Membership, Organisation
from grantflow.platform import mailsink, passwords, settings
from grantflow.platform.db import db

from . import opening, sittings
from .people import STAFF, Somebody
from .play import Cast, play
from .projects import PROJECTS

ACCOUNTS = "demo-accounts.json"
PASSWORD = "demo-password"


def load() -> bool:
    """Write the fund, its people and its past, all or nothing; False where it is there already.

    The caller commits. The accounts' table and their password go into the data folder.
    """
    if calls.funders():
        return False
    now = clock.now()
    hashed = passwords.hash_of(local_secret(settings().data_dir / PASSWORD))
    fund = opening.moved(opening.starting_fund(), clock.today())
    [(code, its)] = fund.calls.items()
    opens_at = first_instant(its.opens_at)
    with clock.frozen(opens_at - clock.DAY):
        staff = [_person(somebody, hashed) for somebody in STAFF]
        db.session.flush()
        opening.release(fund, staff)
    with clock.frozen(opens_at):
        applicants = {project.contact.email: _person(project.contact, hashed) for project in PROJECTS}
        db.session.flush()
        sittings.schedule(staff)
        call = calls.by_code(SYSTEM, code)
    if call is None:
        raise LookupError("the demo's call was not released")
    play(call, Cast(staff, applicants), until=now)
    _write_table()
    return True


def _person(somebody: Somebody, password_hash: str) -> Person:
    now = clock.now()
    person = Person(
        email=somebody.email,
        email_key=emails.key(somebody.email),
        **asdict(somebody.name),
        address=somebody.address,
        phone=somebody.phone,
        language=somebody.language,
        party=somebody.party,
        password_hash=password_hash,
        created_at=now,
        confirmed_at=now,
        role_grants=[RoleGrant(role=role, granted_at=now) for role in somebody.roles],
    )
    db.session.add(person)
    return person


def _write_table() -> None:
    table = [
        {
            "role": ", ".join(somebody.roles),
            "party": somebody.party or "",
            "name": somebody.name.full,
            "email": somebody.email,
            "language": somebody.language,
        }
        for somebody in (*STAFF, *(project.contact for project in PROJECTS))
    ]
    (settings().data_dir / ACCOUNTS).write_text(json.dumps(table, ensure_ascii=False, indent=1))


# --- being somebody ------------------------------------------------------------------------------


def cast() -> list[tuple[Party | None, list[dict[str, Any]]]]:
    """Everyone who can be played: staff by party with their roles, then applicants with their organisation."""
    people = db.session.scalars(
        select(Person).where(Person.confirmed_at.is_not(None), Person.disabled_at.is_(None)).order_by(Person.created_at)
    ).all()
    members = select(Membership.person_id, Organisation.name).join(Organisation, Membership.organisation)
    homes = {person_id: name for person_id, name in db.session.execute(members)}  # noqa: C416 - rows are no pairs to mypy
    groups: dict[Party | None, list[dict[str, Any]]] = {party: [] for party in (*Party, None)}
    for person in people:
        roles = ", ".join(str(account_texts.ROLES[role]) for role in sorted(person.roles))
        what = roles if person.party else homes.get(person.id, "–")
        groups[person.party].append({"id": person.id, "name": person.name, "email": person.email, "what": what})
    return list(groups.items())


def somebody(actor: Actor, id: UUID) -> Person | None:  # noqa: A002 - the address says id
    """Anyone may be anyone here: the guard of the role switch."""
    person = db.session.get(Person, id)
    return person if person and person.is_active else None


def become(person: Person) -> str:
    """A session of ``person``: the key for the cookie."""
    return accounts.begin(person, Means.SWITCH)


# --- the mailbox ---------------------------------------------------------------------------------


def lines_of(message: mailsink.Received) -> Iterator[list[dict[str, str]]]:
    """The message's lines in pieces; addresses of this application are links, everything else is text."""
    here = _origin(settings().origin)
    for line in message.text.splitlines():
        pieces = re.split(r"(https?://\S+)", line)
        yield [{"text": text, "url": text if _origin(text) == here else ""} for text in pieces]


def _origin(url: str) -> tuple[str, str] | None:
    """Scheme and host; None for what is no address at all, such as ``http://[``: messages carry strangers' words."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts.scheme, parts.netloc
