"""Draft, save, measure anew, discard."""

from datetime import date

from sqlalchemy import func, select

from grantflow.audit import service as audit
from grantflow.kernel import clock
from grantflow.kernel.errors import IllegalStep
from grantflow.kernel.parties import Actor
from grantflow.platform.db import db

from .. import queries
from ..kinds import KINDS
from ..models import Edition
from ..rules import Content
from ..states import EditionState
from .holding import allow, alone, hold_draft


def draft(
    kind: str, key: str, content: Content | None = None, *, by: Actor, reason: str = "", valid_from: date | None = None
) -> Edition:
    """Begin a draft of what ``key`` will be, from ``content`` or from what is signed now. Raises IllegalStep
    ``draft_exists`` where somebody has begun one already: there is one draft of a thing at a time."""
    allow(kind, key, by)
    if not KINDS[kind].allows(key):
        raise IllegalStep("unknown_key")
    alone(kind, key)
    if queries.draft_of(kind, key) is not None:
        raise IllegalStep("draft_exists")
    latest = queries.latest_signed(kind, key)
    made = Edition(
        kind=kind,
        key=key,
        number=_next_number(kind, key),
        content=content if content is not None else dict(latest.content) if latest else {},
        valid_from=valid_from,
        reason=reason,
        based_on_id=latest.id if latest else None,
        author_id=by.id,
        saved_at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    audit.record("edition_drafted", on=made, by=by, reason=reason)
    return made


def save(
    edition: Edition, content: Content, *, seen: int, by: Actor, reason: str = "", valid_from: date | None = None
) -> None:
    """Write the draft anew; keys that were turned over the old one are void. ``seen``: the revision whose page was
    filled in. Raises IllegalStep ``edition_changed`` where somebody else saved since."""
    hold_draft(edition, by)
    if edition.revision != seen:
        raise IllegalStep("edition_changed", name=edition.author.name if edition.author else "")
    if (content, reason, valid_from) == (edition.content, edition.reason, edition.valid_from):
        return
    _void(edition)
    edition.content, edition.reason, edition.valid_from = content, reason, valid_from
    edition.revision += 1
    edition.author_id, edition.saved_at = by.id, clock.now()
    db.session.flush()
    db.session.expire(edition, ["author"])
    audit.record("edition_saved", on=edition, by=by, reason=reason)


def rebase(edition: Edition, *, by: Actor) -> None:
    """Measure the draft against what has been signed since it was begun; its keys are void, for they were turned over
    another difference."""
    hold_draft(edition, by)
    latest = queries.latest_signed(edition.kind, edition.key)
    latest_id = latest.id if latest else None  # what was signed before its day may have been given up
    if latest_id == edition.based_on_id:
        return
    _void(edition)
    edition.based_on_id = latest_id
    edition.revision += 1
    edition.author_id, edition.saved_at = by.id, clock.now()
    db.session.flush()
    audit.record("edition_rebased", on=edition, by=by)


def discard(edition: Edition, *, by: Actor, reason: str = "") -> None:
    """Give up a draft, or a release whose day has not come."""
    allow(edition.kind, edition.key, by)
    db.lock(edition, by=by)
    if edition.state not in (EditionState.DRAFT, EditionState.RELEASED):
        raise IllegalStep("edition_is_final")
    edition.state, edition.ended_at = EditionState.DISCARDED, clock.now()
    db.session.flush()
    audit.record("edition_discarded", on=edition, by=by, reason=reason)


def _void(edition: Edition) -> None:
    """The keys were turned over something else, and whoever was asked for theirs is not asked any more."""
    db.session.refresh(edition, ["keys"])
    edition.keys.clear()
    edition.offered_at = None
    db.session.flush()


def _next_number(kind: str, key: str) -> int:
    last = db.session.scalar(select(func.max(Edition.number)).where(Edition.kind == kind, Edition.key == key))
    return (last or 0) + 1
