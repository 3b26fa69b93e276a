"""Draft, save, sign, come into force: the one way in which what a fund rests on changes (foundation 9)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlalchemy import func, select

from grantflow.audit import service as audit
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, IllegalStep, Incomplete, Reason
from grantflow.kernel.parties import SYSTEM, Actor, Role
from grantflow.platform import health, jobs
from grantflow.platform.db import db
from grantflow.platform.health import Finding

from . import policy, queries, rules
from .kinds import KINDS
from .models import Edition, EditionKey
from .rules import Flaw
from .states import EditionState

Content = dict[str, Any]
#: Where flaws of what is the edition's own stand, which is no part of its document.
DAY, REASON = ("edition", "valid_from"), ("edition", "reason")


def draft(
    kind: str, key: str, content: Content | None = None, *, by: Actor, reason: str = "", valid_from: date | None = None
) -> Edition:
    """Begin a draft of what ``key`` will be, from ``content`` or from what is signed now. Raises IllegalStep
    ``draft_exists`` where somebody has begun one already: there is one draft of a thing at a time."""
    _allow(kind, key, by)
    _alone(kind, key)
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
    _hold_draft(edition, by)
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
    _hold_draft(edition, by)
    latest = queries.latest_signed(edition.kind, edition.key)
    if latest is None or latest.id == edition.based_on_id:
        return
    _void(edition)
    edition.based_on_id = latest.id
    edition.revision += 1
    edition.author_id, edition.saved_at = by.id, clock.now()
    db.session.flush()
    audit.record("edition_rebased", on=edition, by=by)


def discard(edition: Edition, *, by: Actor, reason: str = "") -> None:
    """Give up a draft, or a release whose day has not come."""
    _allow(edition.kind, edition.key, by)
    db.lock(edition, by=by)
    if edition.state not in (EditionState.DRAFT, EditionState.RELEASED):
        raise IllegalStep("edition_is_final")
    edition.state, edition.ended_at = EditionState.DISCARDED, clock.now()
    db.session.flush()
    audit.record("edition_discarded", on=edition, by=by, reason=reason)


def turn_key(edition: Edition, *, digest: str, by: Actor) -> None:
    """One person's word for what they saw, ``digest``; the last one releases it. Raises IllegalStep, or Incomplete
    with every flaw: nobody signs what cannot come into force."""
    _alone(edition.kind, edition.key)
    db.lock(edition, by=by)
    db.session.refresh(edition, ["keys"])
    if edition.state is not EditionState.DRAFT:
        raise IllegalStep("edition_is_final")
    if digest != fingerprint(edition):
        raise IllegalStep("edition_changed", name=edition.author.name if edition.author else "")
    if is_outdated(edition):
        raise IllegalStep("edition_is_outdated")
    if queries.waiting(edition.kind, edition.key):
        raise IllegalStep("edition_waits")
    if flaws := check(edition):
        raise Incomplete([Reason(flaw.key, facts=dict(flaw.facts)) for flaw in flaws])
    turned = [*turned_keys(edition)]
    if by.party is None or by.id is None:
        raise Forbidden()
    own = rules.Turned(by.id, by.party, frozenset(by.roles))
    if not rules.can_help(needs(edition), turned, own):
        raise Forbidden("key_not_needed")
    edition.keys.append(
        EditionKey(person_id=by.id, party=by.party, roles=sorted(by.roles), digest=digest, at=clock.now())
    )
    db.session.flush()
    audit.record("edition_signed", on=edition, by=by, after={"digest": digest})
    if not rules.missing(needs(edition), [*turned, own]):
        _release(edition, by)


def take_back(edition: Edition, *, by: Actor) -> None:
    """Take one's own key out again while others are missing."""
    db.lock(edition, by=by)
    db.session.refresh(edition, ["keys"])
    own = [key for key in edition.keys if key.person_id == by.id]
    if edition.state is not EditionState.DRAFT or not own:
        raise IllegalStep("edition_is_final")
    edition.keys.remove(own[0])
    db.session.flush()
    audit.record("edition_key_withdrawn", on=edition, by=by)


@jobs.periodic("releases.take_effect", every=300)
def take_effect() -> int:
    """What was released for today, or for a day on which nobody was at work, comes into force. Returns how many did."""
    editions = queries.due(clock.today())
    for edition in editions:
        _enter(edition, SYSTEM)
    db.session.commit()
    return len(editions)


def _on_time() -> Finding:
    late = [edition.label for edition in queries.overdue(clock.today())]
    return Finding(f"not in force on its day: {', '.join(late)}" if late else "")


#: What the state of the house asks of releases.
CHECKS: Mapping[str, health.Check] = {"releases": _on_time}


# --- what pages and commands ask ------------------------------------------------------------------


def check(edition: Edition) -> list[Flaw]:
    """What keeps the edition from being released, in the order of its document. The first of its key may say since when
    it has held; after it, nothing changes the past."""
    before = queries.base(edition)
    found = flaws(edition.kind, edition.key, before.content if before else None, edition.content)
    if edition.valid_from and not KINDS[edition.kind].is_dated:
        found.append(Flaw(DAY, "flaw.valid_at_once"))
    elif before and edition.valid_from and edition.valid_from < max(clock.today(), before.valid_from or clock.today()):
        found.append(Flaw(DAY, "flaw.valid_from_is_past"))
    if not edition.reason and KINDS[edition.kind].wants_reason(
        _document(edition.kind, before.content if before else None)
    ):
        found.append(Flaw(REASON, "flaw.reason_missing"))
    return found


def flaws(kind: str, key: str, before: Content | None, content: Content) -> list[Flaw]:
    """What is wrong with a document: what its types say, and, where they are content, what its kind says."""
    its = KINDS[kind]
    try:
        document = its.document.model_validate(content)
    except ValidationError as error:
        return rules.refused(error)
    return list(its.flaws(key, _document(kind, before), document))


def needs(edition: Edition) -> Sequence[rules.Need]:
    """The keys it takes. Only for a document without flaws of type."""
    its, before = KINDS[edition.kind], queries.base(edition)
    after = its.document.model_validate(edition.content)
    return its.needs(edition.key, _document(edition.kind, before.content if before else None), after)


def turned_keys(edition: Edition) -> list[rules.Turned]:
    return [rules.Turned(key.person_id, key.party, frozenset(Role(name) for name in key.roles)) for key in edition.keys]


def fingerprint(edition: Edition) -> str:
    return rules.fingerprint(edition.kind, edition.key, edition.content, edition.valid_from)


def is_outdated(edition: Edition) -> bool:
    """Whether another edition was signed since this one was drafted."""
    latest = queries.latest_signed(edition.kind, edition.key)
    return (latest.id if latest else None) != edition.based_on_id


def canonical_content(kind: str, content: Mapping[str, Any]) -> Content:
    """The document as it is stored: every field, plain JSON. Raises pydantic.ValidationError."""
    document: BaseModel = KINDS[kind].document.model_validate(content)
    return document.model_dump(mode="json")


# --- within ---------------------------------------------------------------------------------------


def _release(edition: Edition, by: Actor) -> None:
    edition.state, edition.released_at = EditionState.RELEASED, clock.now()
    edition.valid_from = edition.valid_from or clock.today()
    db.session.flush()
    audit.record("edition_released", on=edition, by=by)
    if edition.valid_from <= clock.today():
        _enter(edition, by)


def _enter(edition: Edition, by: Actor) -> None:
    """The edition comes into force, the one before is superseded, and the rows follow."""
    its, before = KINDS[edition.kind], queries.in_force(edition.kind, edition.key)
    if before is not None:
        before.state, before.ended_at = EditionState.SUPERSEDED, clock.now()
        db.session.flush()
    edition.state, edition.in_force_at = EditionState.IN_FORCE, clock.now()
    its.apply(
        edition.key,
        _document(edition.kind, before.content if before else None),
        its.document.model_validate(edition.content),
        edition.valid_from or clock.today(),
    )
    db.session.flush()
    audit.record("edition_in_force", on=edition, by=by)


def _document(kind: str, content: Content | None) -> BaseModel | None:
    return None if content is None else KINDS[kind].document.model_validate(content)


def _allow(kind: str, key: str, by: Actor) -> None:
    if by is not SYSTEM and not policy.may_edit(by, kind, key):
        raise Forbidden()


def _hold_draft(edition: Edition, by: Actor) -> None:
    _allow(edition.kind, edition.key, by)
    db.lock(edition, by=by)
    if edition.state is not EditionState.DRAFT:
        raise IllegalStep("edition_is_final")


def _void(edition: Edition) -> None:
    db.session.refresh(edition, ["keys"])
    edition.keys.clear()
    db.session.flush()


def _alone(kind: str, key: str) -> None:
    """Whoever drafts or signs editions of one thing waits for each other: there may be no row yet to hold."""
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{kind}/{key}", 0))))


def _next_number(kind: str, key: str) -> int:
    last = db.session.scalar(select(func.max(Edition.number)).where(Edition.kind == kind, Edition.key == key))
    return (last or 0) + 1
