"""What people wrote stands under the language they wrote it in, on every page and in every mail (WCAG 3.1.2).

The world is marked: every text ends in its language and its place. Languages are shuffled, so that nothing is right by
chance: files in the other language than their organisation's, staff in the other language than their city's.
"""

import re
from collections import defaultdict
from collections.abc import Iterator

import pytest
from lxml import html
from sqlalchemy import Connection, select, text

from grantflow.applications.states import State
from grantflow.notifications.models import Message
from grantflow.notifications.service.composing import compose
from grantflow.platform.db import Base, db

from .crawl import Page, Pages, cast, fetch, kind
from .world import World

MARK = re.compile(r"W(de|fr)x([a-z_]+?)x([a-z_]+)W")
#: What has no place for a language of its own.
LEFT_OUT = {"title", "option", "script"}

FILE, SEAT, PERSON = "a.language", "CASE o.country WHEN 'DE' THEN 'de' ELSE 'fr' END", "p.language"
VERSION = "application_version v JOIN application a ON a.id = v.application_id"
LEAD, PARTNER = (f"CASE a.lead_side WHEN '{side}' THEN 'de' ELSE 'fr' END" for side in ("german", "french"))
REVIEWER = "seat n JOIN person p ON p.id = n.reviewer_id"
DEED = "audit_entry e JOIN person p ON p.id = e.actor_id"
#: Table (t) and columns, the tables that know the language, how they meet, and the language.
#: What was frozen keeps the language of that moment: it is marked before the shuffle.
FROZEN = (
    ("letter", "project_title", "application a", "a.id = t.application_id", FILE),
    (
        "letter",
        "recipient_name",
        "application a JOIN organisation o ON o.id = a.lead_id",
        "a.id = t.application_id",
        SEAT,
    ),
    ("application_event", "note", DEED, "e.subject_id = t.application_id::text AND e.reason = t.note", PERSON),
    ("application", "return_reason", DEED, "e.subject_id = t.id::text AND e.reason = t.return_reason", PERSON),
    ("audit_entry", "reason", "person p", "p.id = t.actor_id AND t.reason LIKE '% %'", PERSON),
    ("audit_entry", "subject_label", "application a", "a.id::text = t.subject_id AND a.number IS NULL", FILE),
    ("audit_entry", "subject_label", "organisation o", "o.id::text = t.subject_id", SEAT),
)
LIVING = (
    ("application", "title", "application a", "a.id = t.id", FILE),
    ("application", "lead_name", "application a", "a.id = t.id", LEAD),
    ("application", "partner_name", "application a", "a.id = t.id", PARTNER),
    ("application_version", "title summary places", "application a", "a.id = t.application_id", FILE),
    ("version_answer", "text", VERSION, "v.id = t.version_id", FILE),
    ("version_party", "role", VERSION, "v.id = t.version_id", FILE),
    ("version_party", "name city", "version_party o", "(o.version_id, o.part) = (t.version_id, t.part)", SEAT),
    ("budget_line", "description", VERSION, "v.id = t.version_id", FILE),
    ("organisation", "name city", "organisation o", "o.id = t.id", SEAT),
    ("seat", "conflict_reason", "person p", "p.id = t.reviewer_id", PERSON),
    ("assessment", "comment", REVIEWER, "n.id = t.assignment_id", PERSON),
    ("score", "comment", f"assessment s, {REVIEWER}", "s.id = t.assessment_id AND n.id = s.assignment_id", PERSON),
    ("act", "return_reason", "person p", "p.id = t.returned_by", PERSON),
)
MARKED = (
    "UPDATE \"{table}\" t SET {column} = t.{column} || ' W' || {language} || 'x{table}x{column}W' "
    "FROM {tables} WHERE {meet} AND t.{column} <> ''"
)
#: Words inside JSON: the titles of mails, the reasons that are signed.
TITLES = (
    "UPDATE message m SET facts = jsonb_set(m.facts, '{title}', to_jsonb(m.facts->>'title' || ' W' || a.language"
    " || 'xmessagextitleW')) FROM application a WHERE a.number = m.facts->>'number' AND m.facts ? 'title'"
)
REASONS = (
    "UPDATE message m SET facts = jsonb_set(m.facts, '{reason}', to_jsonb(m.facts->>'reason' || ' W' || p.language"
    " || 'xmessagexreasonW')) FROM audit_entry e JOIN person p ON p.id = e.actor_id"
    " WHERE e.reason = m.facts->>'reason' AND e.subject_label = m.facts->>'number'"
)
SIGNED = (
    "UPDATE proposal_version v SET frozen = m.bytes, digest = encode(sha256(m.bytes), 'hex') FROM ("
    " SELECT proposal_id, number, convert_to(jsonb_set(jsonb_set(its,"
    " '{terms,reason,de}', to_jsonb(its#>>'{terms,reason,de}' || ' WdexproposalxreasonW')),"
    " '{terms,reason,fr}', to_jsonb(its#>>'{terms,reason,fr}' || ' WfrxproposalxreasonW'))::text, 'UTF8') AS bytes"
    " FROM (SELECT proposal_id, number, convert_from(frozen, 'UTF8')::jsonb AS its FROM proposal_version) AS s) AS m"
    " WHERE (v.proposal_id, v.number) = (m.proposal_id, m.number)"
)
SHUFFLED = (
    "UPDATE application SET language = CASE language WHEN 'de' THEN 'fr' ELSE 'de' END WHERE id::text < '8'",
    "UPDATE person SET language = CASE language WHEN 'de' THEN 'fr' ELSE 'de' END WHERE id::text < '8'",
)


@pytest.fixture
def marked(world: World) -> Iterator[set[str]]:
    """The marked world, and the places where something stands."""
    with world.undone() as connection:
        for table in Base.metadata.sorted_tables:
            connection.execute(text(f'ALTER TABLE "{table.name}" DISABLE TRIGGER USER'))
        for statement in (TITLES, REASONS, SIGNED):
            connection.execute(text(statement))
        places = _mark(connection, FROZEN)
        for statement in SHUFFLED:
            connection.execute(text(statement))
        yield places | _mark(connection, LIVING)


def _mark(connection: Connection, rows: tuple[tuple[str, str, str, str, str], ...]) -> set[str]:
    done = set()
    for table, columns, tables, meet, language in rows:
        for column in columns.split():
            statement = MARKED.format(table=table, column=column, tables=tables, meet=meet, language=language)
            done |= {f"{table}.{column}"} if connection.execute(text(statement)).rowcount else set()
    return done


def misread(body: bytes | str) -> tuple[set[str], set[str]]:
    """Marked texts that stand under another language than theirs, and the places of all marks seen."""
    wrong, seen = set(), set()
    for element in html.fromstring(body).iter(html.etree.Element):
        for words, place in ((element.text, element), (element.tail, element.getparent())):
            for language, table, column in MARK.findall(words or ""):
                if place is None or place.tag in LEFT_OUT:
                    continue
                seen.add(f"{table}.{column}")
                if place.xpath("string(ancestor-or-self::*[@lang][1]/@lang)") != language:
                    wrong.add(f"{table}.{column} ({language}) in {place.getroottree().getpath(place)}")
    return wrong, seen


#: Readers between whom every page is seen.
READERS = (
    *("applicant in review", "applicant with letters", "applicant with a draft", "reviewer D", "reviewer T"),
    *("office D", "office T", "signatory T", "finance M", "administrator D"),
)


def test_every_text_stands_under_its_own_language(world: World, crawled: dict[str, Pages], marked: set[str]) -> None:
    seen: set[str] = set()
    complaints: set[str] = set()
    for who, urls in _visits(world, crawled).items():
        for language in ("de", "fr"):
            for url, (status, body) in fetch(world, who, urls, language=language).items():
                assert status == 200, (who, url)
                wrong, places = misread(body)
                complaints |= {f"{kind(url)} in {language}: {mark}" for mark in wrong}
                seen |= places
    assert complaints == set(), "\n".join(sorted(complaints))
    assert marked - seen == set()


def _visits(world: World, crawled: dict[str, Pages]) -> dict[str, set[str]]:
    """Who opens which pages: one of each kind, and the files that an office gave a reason for."""
    people, found = cast(world), defaultdict[str, set[str]](set)
    for who in READERS:
        pages = [url for url, page in crawled[who].items() if page.status == 200 and _is_html(page)]
        found[people[who] or ""] |= {*{kind(url): url for url in pages}.values()}
    for file in world.files.values():
        if file.state in {State.RETURNED, State.INADMISSIBLE}:
            found[world.people["office D"]].add(f"/staff/applications/{file.id}")
            found[file.contact].add(f"/applications/{file.id}")
    return found


def _is_html(page: Page) -> bool:
    return page.headers["Content-Type"].startswith("text/html")


def test_a_mail_says_in_which_language_a_title_is(world: World, marked: set[str]) -> None:
    seen: set[str] = set()
    with world.app.app_context():
        for message in db.session.scalars(select(Message)):
            wrong, found = misread(compose(message).html)
            assert wrong == set(), message.kind
            seen |= found
    assert seen == {"message.title", "message.reason"}
