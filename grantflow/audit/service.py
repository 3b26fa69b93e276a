"""Write the trail and verify it.

``record`` only collects; the entries are chained and written in ``before_commit``, last in the transaction, under an
advisory lock that serialises all writers. A savepoint that rolls back takes its entries along.
"""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from flask import g, has_request_context
from sqlalchemy import event, func, insert, select
from sqlalchemy.orm import Session

from grantflow.kernel import clock
from grantflow.kernel.parties import Actor
from grantflow.platform import settings
from grantflow.platform.db import db

from . import rules
from .models import Entry

#: Any constant will do; all writers of the chain queue behind it.
CHAIN_LOCK = 0x6772616E74

Subject = Any  # a row with an id, or (kind, id)


def record(
    action: str,
    *,
    on: Subject,
    by: Actor,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
    label: str = "",
) -> None:
    """Note a deed for the end of this transaction.

    Never pass scores, comments or bank data: administrators read this (D12).
    """
    kind, key = on if isinstance(on, tuple) else (type(on).__name__.lower(), on.id)
    buffer(db.session()).append(
        {
            "at": clock.now(),
            "action": action,
            "actor_id": by.id,
            "actor_name": by.name,
            "actor_party": by.party.value if by.party else None,
            "subject_type": kind,
            "subject_id": str(key),
            "subject_label": label or _label(on),
            "before": _storable(before),
            "after": _storable(after),
            "reason": reason,
            "request_id": g.get("request_id", "") if has_request_context() else "",
        }
    )


def record_apart(action: str, *, on: tuple[str, Any], by: Actor, reason: str = "") -> None:
    """Note a refusal in a transaction of its own: the request's will roll back (D23)."""
    with Session(db.engine) as session:
        kind, key = on
        values = {
            "at": clock.now(),
            "action": action,
            "actor_id": by.id,
            "actor_name": by.name,
            "actor_party": by.party.value if by.party else None,
            "subject_type": kind,
            "subject_id": str(key),
            "subject_label": "",
            "before": None,
            "after": None,
            "reason": reason,
            "request_id": g.get("request_id", "") if has_request_context() else "",
        }
        buffer(session).append(values)
        session.commit()


def buffer(session: Session) -> list[dict[str, Any]]:
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
    connection = session.connection()
    connection.execute(select(func.pg_advisory_xact_lock(CHAIN_LOCK)))
    prev = connection.scalar(select(Entry.hash).order_by(Entry.seq.desc()).limit(1)) or rules.GENESIS
    for values in entries:
        values["prev"] = prev
        values["hash"] = prev = rules.digest(values)
    connection.execute(insert(Entry), entries)


@event.listens_for(Session, "after_transaction_create")
def _mark(session: Session, transaction: Any) -> None:
    if transaction.nested:
        session.info.setdefault("audit_marks", {})[transaction] = len(session.info.get("audit", ()))


@event.listens_for(Session, "after_transaction_end")
def _unmark(session: Session, transaction: Any) -> None:
    if transaction.nested:
        session.info.get("audit_marks", {}).pop(transaction, None)


@event.listens_for(Session, "after_soft_rollback")
def _drop(session: Session, transaction: Any) -> None:
    """A rolled-back savepoint drops what was noted inside it; a rolled-back transaction drops all."""
    if "audit" in session.info:
        del session.info["audit"][session.info.get("audit_marks", {}).get(transaction, 0) :]


def verify() -> rules.Verdict:
    """Walk the whole chain against the anchor file that ``anchor`` keeps outside the database."""
    return rules.verify(_rows(), _anchor())


def _rows() -> Iterator[dict[str, Any]]:
    columns = list(Entry.__table__.columns)
    for row in db.session.execute(select(*columns).order_by(Entry.seq).execution_options(yield_per=1000)).mappings():
        yield dict(row)


def anchor() -> rules.Verdict:
    """Note count and head of a sound chain in the data folder, so that a cut-off tail shows later."""
    verdict = verify()
    if verdict.broken_at is None:
        path = settings().data_dir / "audit-anchor.json"
        draft = path.with_suffix(".tmp")
        draft.write_text(json.dumps({"count": verdict.entries, "head": verdict.head}))
        draft.replace(path)
    return verdict


def _anchor() -> tuple[int, str] | None:
    path = settings().data_dir / "audit-anchor.json"
    if not path.exists():
        return None
    noted = json.loads(path.read_text())
    return noted["count"], noted["head"]


def trail_of(kind: str, key: UUID) -> list[Entry]:
    """Everything that was done to one thing, oldest first."""
    query = select(Entry).where(Entry.subject_type == kind, Entry.subject_id == str(key)).order_by(Entry.seq)
    return list(db.session.scalars(query))
