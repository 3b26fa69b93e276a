"""What pages and commands ask about an edition: its flaws, its keys, whether another one overtook it."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from grantflow.kernel import clock
from grantflow.kernel.parties import Role

from .. import queries, rules
from ..kinds import KINDS
from ..models import Edition
from ..rules import DAY, REASON, Content, Flaw


def check(edition: Edition) -> list[Flaw]:
    """What keeps the edition from being released, in the order of its document. The first of its key may say since when
    it has held; after it, nothing changes the past."""
    before = queries.base(edition)
    found = flaws(edition.kind, edition.key, before.content if before else None, edition.content)
    if edition.valid_from and not KINDS[edition.kind].is_dated:
        found.append(Flaw(DAY, "flaw.valid_at_once"))
    elif before and edition.valid_from and edition.valid_from < max(clock.today(), before.valid_from or clock.today()):
        found.append(Flaw(DAY, "flaw.valid_from_is_past"))
    signed = as_document(edition.kind, before.content if before else None)
    if not edition.reason and KINDS[edition.kind].wants_reason(signed):
        found.append(Flaw(REASON, "flaw.reason_missing"))
    return found


def flaws(kind: str, key: str, before: Content | None, content: Content) -> list[Flaw]:
    """What is wrong with a document: what its types say, and, where they are content, what its kind says."""
    its = KINDS[kind]
    try:
        document = its.document.model_validate(content)
    except ValidationError as error:
        return rules.refused(error)
    return list(its.flaws(key, as_document(kind, before), document))


def needs(edition: Edition) -> Sequence[rules.Need]:
    """The keys it takes. Only for a document without flaws of type."""
    its, before = KINDS[edition.kind], queries.base(edition)
    after = its.document.model_validate(edition.content)
    return its.needs(edition.key, as_document(edition.kind, before.content if before else None), after)


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


def as_stored(kind: str, content: Content) -> Content:
    """``canonical_content``, or what was typed where something of it is still open."""
    try:
        return canonical_content(kind, content)
    except ValidationError:
        return content


def as_document(kind: str, content: Content | None) -> BaseModel | None:
    return None if content is None else KINDS[kind].document.model_validate(content)
