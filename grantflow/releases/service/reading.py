"""An edition as its page shows it, and all of them as the list does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grantflow.accounts import queries as accounts
from grantflow.kernel.errors import Reason
from grantflow.kernel.parties import Actor, Party, Role
from grantflow.platform.errors import describe

from .. import policy, queries, rules
from ..kinds import KINDS, Kind
from ..models import Edition
from ..rules import DAY, Content, Path, Turned
from ..states import EditionState
from .checking import check, fingerprint, is_outdated, needs, turned_keys


@dataclass(frozen=True, slots=True)
class Change:
    """One value that differs, in words; "" for nothing. ``language``: of both, where they are texts in one."""

    label: str
    before: str
    after: str
    language: str | None


@dataclass(frozen=True, slots=True)
class Missing:
    """A key nobody has turned: whose it could be, and who that is today."""

    parties: Sequence[Party]
    roles: Sequence[Role]
    names: Sequence[str]


@dataclass(frozen=True, slots=True)
class Sight:
    edition: Edition
    title: str
    base: Edition | None
    changes: Sequence[Change]
    #: Label and sentence of each.
    flaws: Sequence[tuple[str, str]]
    #: None: not known before its flaws are mended.
    missing: Sequence[Missing] | None
    digest: str
    is_outdated: bool
    #: Another release of the same thing still waits for its day.
    is_held_up: bool
    may_edit: bool
    #: The reader's key is among those that are missing, and nothing is in its way.
    can_sign: bool
    #: The reader's key would be the last.
    would_release: bool
    has_signed: bool

    @property
    def is_draft(self) -> bool:
        return self.edition.state is EditionState.DRAFT

    @property
    def may_discard(self) -> bool:
        return self.may_edit and self.edition.state in (EditionState.DRAFT, EditionState.RELEASED)


def sight(actor: Actor, edition: Edition) -> Sight:
    kind, base = KINDS[edition.kind], queries.base(edition)
    is_draft = edition.state is EditionState.DRAFT
    flaws = check(edition) if is_draft else []
    overtaken = is_draft and is_outdated(edition)
    held_up = is_draft and queries.waiting(edition.kind, edition.key) is not None
    open_needs: Sequence[rules.Need] | None = None if flaws else ()
    own = _own_key(actor)
    could = leaves_none = False
    if is_draft and not flaws:
        turned, wanted = turned_keys(edition), needs(edition)
        open_needs = rules.missing(wanted, turned)
        could = own is not None and rules.can_help(wanted, turned, own)
        leaves_none = could and len(open_needs) == 1
    return Sight(
        edition=edition,
        title=kind.title(edition.key),
        base=base,
        changes=worded(kind, base.content if base else {}, edition.content),
        flaws=[
            (
                "" if flaw.path[:1] == DAY[:1] else kind.label(rules.named(flaw.path, edition.content)),
                describe(Reason(flaw.key, facts=dict(flaw.facts))),
            )
            for flaw in flaws
        ],
        missing=None if open_needs is None else [_missing(wanted) for wanted in open_needs],
        digest=fingerprint(edition),
        is_outdated=overtaken,
        is_held_up=held_up,
        may_edit=policy.can_edit(actor, edition),
        can_sign=could and not overtaken and not held_up,
        would_release=leaves_none,
        has_signed=any(key.person_id == actor.id for key in edition.keys),
    )


def worded(kind: Kind[Any], before: Content, after: Content) -> list[Change]:
    """Every difference as people read it."""
    return [
        Change(
            kind.label(found.path),
            kind.spoken(found.path, found.before),
            kind.spoken(found.path, found.after),
            _tongue(found.path),
        )
        for found in rules.differences(before, after)
    ]


def _own_key(actor: Actor) -> Turned | None:
    if actor.id is None or actor.party is None:
        return None
    return Turned(actor.id, actor.party, frozenset(actor.roles))


def _missing(wanted: rules.Need) -> Missing:
    return Missing(
        parties=[party for party in Party if party in wanted.parties],
        roles=[role for role in Role if role in wanted.roles],
        names=[person.name for person in accounts.in_office(wanted.parties, wanted.roles)],
    )


def _tongue(path: Path) -> str | None:
    """Texts in one language stand under ``de`` or ``fr``."""
    return next((str(step) for step in reversed(path) if step in ("de", "fr")), None)


@dataclass(frozen=True, slots=True)
class Thing:
    """What is known of one key: the edition in force, the one that waits for its day, the draft."""

    key: str
    title: str
    in_force: Edition | None
    released: Edition | None
    draft: Edition | None
    may_begin: bool


def overview(actor: Actor) -> list[tuple[Kind[Any], list[Thing]]]:
    """Every kind with all its keys, whether or not anything is there yet."""
    found: dict[tuple[str, str], dict[EditionState, Edition]] = {}
    for edition in queries.alive(actor):
        found.setdefault((edition.kind, edition.key), {})[edition.state] = edition
    return [
        (
            kind,
            [
                Thing(
                    key=key,
                    title=kind.title(key),
                    in_force=found.get((name, key), {}).get(EditionState.IN_FORCE),
                    released=found.get((name, key), {}).get(EditionState.RELEASED),
                    draft=found.get((name, key), {}).get(EditionState.DRAFT),
                    may_begin=policy.may_edit(actor, name, key),
                )
                for key in (*kind.keys, *(key for its, key in found if its == name and key not in kind.keys))
            ],
        )
        for name, kind in KINDS.items()
    ]


def due_keys(actor: Actor) -> list[Edition]:
    """Drafts put before those who sign, that wait for this reader's key."""
    own = _own_key(actor)
    if own is None:
        return []
    offered = [its for its in queries.alive(actor) if its.state is EditionState.DRAFT and its.offered_at]
    return [
        its
        for its in offered
        if not check(its) and not is_outdated(its) and rules.can_help(needs(its), turned_keys(its), own)
    ]
