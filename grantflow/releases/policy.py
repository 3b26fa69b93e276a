"""Who sees and drafts editions. Whose key counts is a rule of each kind (``kinds``), asked again under the lock."""

from grantflow.kernel.parties import Actor, Role

from .kinds import KINDS
from .models import Edition

#: Administrators, offices and those who sign read every draft: what will be in force concerns all of them.
READERS = frozenset({Role.ADMINISTRATOR, Role.OFFICE, Role.SIGNATORY})


def can_read(actor: Actor, edition: Edition | None = None) -> bool:
    return bool(READERS & actor.roles)


def can_edit(actor: Actor, edition: Edition) -> bool:
    return may_edit(actor, edition.kind, edition.key)


def may_begin(actor: Actor, thing: tuple[str, str]) -> bool:
    return may_edit(actor, *thing)


def may_edit(actor: Actor, kind: str, key: str) -> bool:
    return KINDS[kind].can_edit(actor, key)
