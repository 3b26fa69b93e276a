"""Write the trail and verify it.

``record`` only collects; the entries are chained and written in ``before_commit``, last in the transaction, by one
statement (``audit_append`` of the database) under an advisory lock that serialises all writers. A savepoint that rolls
back takes its entries along.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import structlog
from flask import g, has_request_context
from sqlalchemy import cast, event, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session, SessionTransaction

from grantflow.kernel import clock
from grantflow.kernel.parties import Actor
from grantflow.platform import health, jobs, settings
from grantflow.platform.db import db, own_transaction
from grantflow.platform.health import Finding

from . import rules
from .models import Entry

#: The chain is walked every night, so that a walk older than this was missed.
LATEST_CHECK = timedelta(days=2)

log = structlog.get_logger()

Subject = Any  # a row with an id, or (kind, id)

#: Under the data folder, out of the database's reach: the last head that held, and what the last check found.
ANCHOR_FILE = "audit-anchor.json"
CHECK_FILE = "audit-check.json"
FILES = (ANCHOR_FILE, CHECK_FILE)


def record(
    action: str,
    *,
    on: Subject,
    by: Actor,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
    label: str = "",
    within: Session | None = None,
) -> None:
    """Note a deed for the end of this transaction, or of the one of another session.

    Never pass scores, comments or bank data: administrators read this (D12).
    """
    buffer(within or db.session()).append(
        _entry(action, on=on, by=by, before=before, after=after, reason=reason, label=label)
    )


def record_apart(action: str, *, on: Subject, by: Actor, reason: str = "", label: str = "") -> None:
    """Note a refusal in a transaction of its own: the request's will roll back (D23)."""
    with own_transaction() as session:
        record(action, on=on, by=by, reason=reason, label=label, within=session)
        session.commit()


def _entry(
    action: str,
    *,
    on: Subject,
    by: Actor,
    reason: str,
    label: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> dict[str, Any]:
    kind, key = on if isinstance(on, tuple) else (type(on).__name__.lower(), on.id)
    return {
        "at": clock.now(),
        "action": str(action),
        "actor_id": by.id,
        "actor_name": by.name,
        "actor_party": by.party.value if by.party else None,
        "actor_language": by.language,
        "subject_type": str(kind),
        "subject_id": str(key),
        "subject_label": label or _label(on),
        "subject_language": "" if isinstance(on, tuple) else str(getattr(on, "language", "")),
        "before": _storable(before),
        "after": _storable(after),
        "reason": reason,
        "request_id": g.get("request_id", "") if has_request_context() else "",
    }


def buffer(session: Session) -> list[dict[str, Any]]:
    """What this transaction has noted so far. Begins one: a session without a transaction has none to roll back."""
    if not session.in_transaction():
        session.begin()
    entries: list[dict[str, Any]] = session.info.setdefault("audit", [])
    return entries


def _label(on: Subject) -> str:
    return "" if isinstance(on, tuple) else str(getattr(on, "label", ""))


def _storable(values: dict[str, Any] | None) -> dict[str, Any] | None:
    """As JSONB will give it back: hashing anything else would never verify."""
    return None if values is None else json.loads(json.dumps(values, default=str))


@event.listens_for(Session, "before_commit")
def _append(session: Session) -> None:
    if session.in_nested_transaction() or not session.info.get("audit"):
        return
    entries = session.info.pop("audit")
    session.flush()
    noted = [rules.plain(values) | {"body": rules.body(values)} for values in entries]
    session.connection().execute(select(func.audit_append(cast(noted, JSONB))))


@event.listens_for(Session, "after_transaction_create")
def _mark(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        marks = session.info.setdefault("audit_marks", WeakKeyDictionary())
        marks[transaction] = len(session.info.get("audit", ()))


@event.listens_for(Session, "after_soft_rollback")
def _drop(session: Session, transaction: SessionTransaction) -> None:
    """A rolled-back savepoint drops what was noted since it began; a rolled-back transaction drops all.

    The savepoint has ended already when this is called: its mark lives as long as the object does.
    """
    if "audit" in session.info:
        del session.info["audit"][session.info.get("audit_marks", {}).get(transaction, 0) :]


# --- verification --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Check:
    """The last walk over the whole chain, as it is kept beside the database."""

    at: datetime
    entries: int
    broken_at: int | None


def verify() -> rules.Verdict:
    """Walk the whole chain against the anchor file that ``anchor`` keeps outside the database."""
    return rules.verify(_rows(), _anchor())


def anchor() -> rules.Verdict:
    """Verify, keep the verdict, and note count and head of a sound chain in the data folder.

    A broken chain never moves the anchor: what was sound stays provable.
    """
    verdict = verify()
    now = clock.now().isoformat()
    _write(CHECK_FILE, {"at": now, "entries": verdict.entries, "broken_at": verdict.broken_at})
    if verdict.broken_at is None:
        _write(ANCHOR_FILE, {"at": now, "count": verdict.entries, "head": verdict.head})
    return verdict


@jobs.periodic("audit.watch", at="03:30")
def watch() -> None:
    """The daily walk along the chain (T47)."""
    verdict = anchor()
    if verdict.broken_at is not None:
        log.critical("audit_chain_broken", entry=verdict.broken_at)


def last_check() -> Check | None:
    """When the chain was last walked, and what came of it."""
    noted = _read(CHECK_FILE)
    if noted is None:
        return None
    return Check(datetime.fromisoformat(noted["at"]), noted["entries"], noted["broken_at"])


def _chain() -> Finding:
    last = last_check()
    if last is None:
        return Finding()
    facts = {"entries": last.entries, "checked_at": last.at.isoformat()}
    if last.broken_at is not None:
        return Finding(f"broken at entry {last.broken_at}", facts)
    return Finding("not checked for two days" if clock.now() - last.at > LATEST_CHECK else "", facts)


#: What the state of the house asks of the trail.
CHECKS: Mapping[str, health.Check] = {"audit_chain": _chain}


def _rows() -> Iterator[dict[str, Any]]:
    columns = list(Entry.__table__.columns)
    query = select(*columns).order_by(Entry.seq).execution_options(yield_per=1000)
    for row in db.session.execute(query).mappings():
        yield dict(row)


def _anchor() -> tuple[int, str] | None:
    noted = _read(ANCHOR_FILE)
    return (noted["count"], noted["head"]) if noted else None


def _path(name: str) -> Path:
    return settings().data_dir / name


def _read(name: str) -> dict[str, Any] | None:
    path = _path(name)
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def _write(name: str, content: dict[str, Any]) -> None:
    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{name}.{os.getpid()}")
    draft.write_text(json.dumps(content), encoding="utf-8")
    draft.replace(path)
