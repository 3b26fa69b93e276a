"""One family of errors: a key and facts, never prose. The edge translates them (platform.errors)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .merging import Conflict


class DomainError(Exception):
    """A refused action; ``status`` is the HTTP answer it deserves."""

    status = 409

    def __init__(self, key: str, **facts: object) -> None:
        super().__init__(key)
        self.key = key
        self.facts = facts


class Forbidden(DomainError):
    status = 403

    def __init__(self, key: str = "forbidden", **facts: object) -> None:
        super().__init__(key, **facts)


class IllegalStep(DomainError):
    """The workflow table has no such step from here, or its guard says why not."""


class Clash(DomainError):
    """A save met changes of the same fields: nothing is written until somebody has chosen."""

    def __init__(self, conflicts: Sequence[Conflict], changed: Mapping[str, Any], revision: int) -> None:
        super().__init__("both_changed")
        self.conflicts = tuple(conflicts)
        #: By the name of a conflict, the change that it met.
        self.changed = changed
        #: What is saved by now: a choice counts as long as this is still so.
        self.revision = revision


class Newer(DomainError):
    """What was to be sent is not what its page showed: ``changes`` were made elsewhere since."""

    def __init__(self, changes: Sequence[Any]) -> None:
        super().__init__("changed_meanwhile")
        self.changes = tuple(changes)


class Invalid(DomainError):
    """Input that no retry will make right; ``field`` names where."""

    status = 422

    def __init__(self, key: str, *, field: str | None = None, **facts: object) -> None:
        super().__init__(key, **facts)
        self.field = field


class Unavailable(DomainError):
    """What was asked for exists and cannot be handed out at the moment."""

    status = 503


class TooMany(DomainError):
    status = 429


class Transient(Exception):
    """A fault that may pass: the only kind a task tries again."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something cannot be done: a key of the message catalogue, facts, and where to mend it."""

    key: str
    step: str = ""
    facts: dict[str, object] = field(default_factory=dict)


class Incomplete(IllegalStep):
    """A step whose guard found reasons against it."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__(reasons[0].key, **reasons[0].facts)
        self.reasons = tuple(reasons)
