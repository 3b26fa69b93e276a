"""Who changed what in an open version."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from grantflow.kernel import merging
from grantflow.platform.db import db
from grantflow.platform.saving import Met, Seen, as_json

from ..models import Version, VersionChange
from ..states import StepName


@dataclass(frozen=True, slots=True)
class Changed:
    """A name of a step's record that is not what it was; ``before`` may be a ``Print``, all that is left of it."""

    step: StepName
    name: str
    before: Any
    after: Any
    by_id: UUID
    at: datetime


def changed_since(version: Version, seen: Seen) -> list[Changed]:
    """What is not as a page of that revision showed it, step by step; everything where nobody knows what it showed."""
    revision = seen.revision or 0
    rows = as_json(VersionChange, VersionChange.version_id == version.id, VersionChange.revision > revision)
    met = [Met.of(row) for row in db.session.scalar(select(rows)) or ()]
    found = []
    for step in StepName:
        changes = [change for change in met if change.part == step]
        for name, (before, after) in merging.changed_since(revision, changes).items():
            last = next(change for change in reversed(changes) if name in change.entries)
            found.append(Changed(step, name, before, after, last.by_id, last.at))
    return found
