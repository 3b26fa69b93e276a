"""Payloads in every text a person can write: in all text columns, and in the words inside JSON."""

import re
from typing import Any

from sqlalchemy import Column, Connection, Enum, String, Table, and_, select, text, update
from sqlalchemy.dialects.postgresql import JSONB

from grantflow.platform.db import Base

#: Closes tags and attributes, calls scripts, computes, turns the writing round, and is too long for any line.
PAYLOAD = (
    "</textarea></title><xss-{where}><script>alert(1)</script>\"><img src=x onerror=alert(1)>' onfocus=alert(2) x='"
    "q{{{{7*7}}}}q${{7*7}}q#{{7*7}}q{{% raw %}}%(name)s%s https://evil.example/{where} =1+1 \u202eesrever " + "W" * 80
)
#: Keys, states, hashes and numbers that the house itself writes in a fixed form.
FIXED = {
    *("person.email", "person.email_key", "person.password_hash", "application.number", "call.code", "letter.key"),
    *(
        "letter.digest",
        "letter.register_number",
        "letter.body_digest",
        "body.text",
        "question.code",
        "message.key",
        "message.kind",
    ),
    *("message.email", "budget_line.type", "proposal.digest", "proposal_version.digest", "decision_key.digest"),
    *("application_version.hash", "letter_download.digest", "agreement.number", "legal_text.kind"),
    *("attempts.key", "heartbeat.name", "version_party.email", "letter.application_number", "call.guideline_version"),
    *("edition.kind", "edition.key", "edition_key.digest"),
}
TABLES_LEFT_OUT = {"sign_in", "token"}
#: Where the words of people lie inside JSON: everything with a blank in it that is no instant.
WORDS = re.compile(r"\S \S")


def poison(connection: Connection) -> list[str]:
    """Write the payload behind what stands in each column; returns the columns. Guards of the database are lifted."""
    # A website is a link where it can be one.
    poisoned = ["organisation.website"]
    connection.execute(text("UPDATE organisation SET website = 'javascript:alert(1)//'"))
    for table in Base.metadata.sorted_tables:
        if table.name in TABLES_LEFT_OUT:
            continue
        connection.execute(text(f'ALTER TABLE "{table.name}" DISABLE TRIGGER USER'))
        for column in table.columns:
            if not _is_written_by_people(table, column):
                continue
            payload = PAYLOAD.format(where=f"{table.name}-{column.name}")
            if isinstance(column.type, JSONB):
                done = _poison_json(connection, table, column, payload)
            else:
                done = connection.execute(update(table).where(column != "").values({column: column + payload})).rowcount
            poisoned += [f"{table.name}.{column.name}"] if done else []
    return poisoned


def _is_written_by_people(table: Table, column: Column[Any]) -> bool:
    if (
        f"{table.name}.{column.name}" in FIXED
        or column.name == "language"
        or column.primary_key
        or column.computed is not None
    ):
        return False
    if table.name == "audit_entry" and column.name not in {"actor_name", "subject_label", "reason", "before", "after"}:
        return False
    return isinstance(column.type, (String, JSONB)) and not isinstance(column.type, Enum)


def _poison_json(connection: Connection, table: Table, column: Column[Any], payload: str) -> int:
    keys = list(table.primary_key.columns)
    found = connection.execute(select(*keys, column).where(column.is_not(None))).all()
    for *key, value in found:
        here = and_(*(name == wanted for name, wanted in zip(keys, key, strict=True)))
        connection.execute(update(table).where(here).values({column: _spoiled(value, payload)}))
    return len(found)


def _spoiled(value: Any, payload: str) -> Any:
    if isinstance(value, dict):
        return {name: _spoiled(inner, payload) for name, inner in value.items()}
    if isinstance(value, list):
        return [_spoiled(inner, payload) for inner in value]
    return value + payload if isinstance(value, str) and WORDS.search(value) else value


#: What would be alive in a page: the marker names the column.
ALIVE = re.compile(
    rb"<xss-[a-z_-]+>|<script>alert|<img src=x|href=\"javascript:|\"\s+onfocus=alert|'\s+onfocus=alert[^<]*>"
    rb"|q49q|q\$49q"
)
ESCAPED = re.compile(rb"&lt;xss-([a-z_]+)-([a-z_]+)&gt;")


def alive(body: bytes) -> list[bytes]:
    """Payloads that a browser would run, or a template has run."""
    return sorted(set(ALIVE.findall(body)))
