"""How an entry is hashed: over its values as stored, bound to the entry before.

``body`` is taken when the entry is noted; ``link`` by the database (``audit_append``, migration 0002), which alone
knows the entry before, and here when the chain is verified.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

#: What the first entry is bound to.
GENESIS = "0" * 64
FIELDS = (
    "at",
    "action",
    "actor_id",
    "actor_name",
    "actor_party",
    "actor_language",
    "subject_type",
    "subject_id",
    "subject_label",
    "subject_language",
    "before",
    "after",
    "reason",
    "request_id",
)


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """``FIELDS`` as JSON values; instants as UTC with microseconds, as PostgreSQL keeps them."""
    return {name: _plain(values[name]) for name in FIELDS}


def body(values: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON of ``FIELDS``."""
    text = json.dumps(plain(values), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def link(prev: str, seq: int, body: str) -> str:
    """An entry's hash: what it says, at its place, behind the entry before."""
    return hashlib.sha256(f"{prev}:{seq}:{body}".encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value if value is None or isinstance(value, (str, int, dict)) else str(value)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The chain's state: how many entries hold, the last sound hash, and where it breaks (None: it holds)."""

    entries: int
    head: str
    broken_at: int | None


def verify(rows: Iterable[Mapping[str, Any]], anchor: tuple[int, str] | None = None) -> Verdict:
    """Walk the chain in order. ``anchor`` is (count, head) noted earlier outside: a tail cut off since then shows."""
    prev, count = GENESIS, 0
    for row in rows:
        if row["seq"] != count + 1 or row["prev"] != prev or row["hash"] != link(prev, count + 1, body(row)):
            return Verdict(count, prev, count + 1)
        prev = row["hash"]
        count += 1
        if anchor is not None and anchor[0] == count and anchor[1] != prev:
            return Verdict(count, prev, count)
    if anchor is not None and count < anchor[0]:
        return Verdict(count, prev, count + 1)
    return Verdict(count, prev, None)
