"""Keys, and what comes into force once the last one is turned and its day has come."""

from collections.abc import Mapping

from grantflow.audit import service as audit
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, IllegalStep, Incomplete, Reason
from grantflow.kernel.parties import SYSTEM, Actor
from grantflow.platform import health, jobs, proof
from grantflow.platform.db import db
from grantflow.platform.health import Finding

from .. import queries, rules
from ..kinds import KINDS
from ..models import Edition, EditionKey
from ..states import EditionState
from . import telling
from .checking import as_document, check, fingerprint, is_outdated, needs, turned_keys
from .holding import alone, hold_draft


def offer(edition: Edition, *, by: Actor) -> None:
    """Ask those whose keys it takes for them, by mail and among their tasks. Raises Incomplete with every flaw."""
    hold_draft(edition, by)
    _sound(edition)
    if edition.offered_at is None:
        edition.offered_at = clock.now()
        db.session.flush()
        audit.record("edition_offered", on=edition, by=by)
        telling.ask_for_keys(edition)


def turn_key(edition: Edition, *, digest: str, by: Actor) -> None:
    """One person's word for what they saw, ``digest``; the last one releases it. Raises IllegalStep, or Incomplete
    with every flaw: nobody signs what cannot come into force."""
    proof.demand()
    alone(edition.kind, edition.key)
    db.lock(edition, by=by)
    db.session.refresh(edition, ["keys"])
    if edition.state is not EditionState.DRAFT:
        raise IllegalStep("edition_is_final")
    if digest != fingerprint(edition):
        raise IllegalStep("edition_changed", name=edition.author.name if edition.author else "")
    _sound(edition)
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
    elif edition.offered_at is None:
        edition.offered_at = clock.now()
        telling.ask_for_keys(edition)


def _sound(edition: Edition) -> None:
    """Nobody signs, or is asked to, what cannot come into force as it is."""
    if is_outdated(edition):
        raise IllegalStep("edition_is_outdated")
    if queries.waiting(edition.kind, edition.key):
        raise IllegalStep("edition_waits")
    if flaws := check(edition):
        raise Incomplete([Reason(flaw.key, facts=dict(flaw.facts)) for flaw in flaws])


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
        as_document(edition.kind, before.content if before else None),
        its.document.model_validate(edition.content),
        edition.valid_from or clock.today(),
    )
    db.session.flush()
    audit.record("edition_in_force", on=edition, by=by)
    telling.tell_it_holds(edition)
