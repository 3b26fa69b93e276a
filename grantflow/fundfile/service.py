"""The fund leaves as a file and comes back as drafts: nothing in force changes without those whose keys it takes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path as File
from typing import Any

from grantflow.calls.documents import PARTS, FundDocument
from grantflow.kernel import clock
from grantflow.kernel.errors import IllegalStep
from grantflow.kernel.parties import SYSTEM
from grantflow.platform.db import db
from grantflow.releases import queries
from grantflow.releases import service as releases
from grantflow.releases.kinds import KINDS
from grantflow.releases.models import Edition
from grantflow.releases.rules import Difference, Flaw, differences

from . import rules
from .rules import Finding

#: The joint fund as a file to begin with; what is doubtful says so.
STARTING_FILE = File(__file__).with_name("joint_fund.yaml")

Content = dict[str, Any]

#: Flaws that say no more than that something else of the file, which has flaws itself, is not there.
_FOLLOWING = {
    "flaw.law_without_funder": "funders",
    "flaw.funder_unknown": "funders",
    "flaw.agreement_unknown": "agreements",
}


@dataclass(frozen=True, slots=True)
class Step:
    """What an import does about one thing of the file."""

    kind: str
    key: str
    content: Content
    #: What it would follow, and the draft there is.
    signed: Edition | None
    draft: Edition | None

    @property
    def before(self) -> Content:
        """The draft, else what is signed."""
        edition = self.draft or self.signed
        return edition.content if edition else {}

    @property
    def is_idle(self) -> bool:
        return self.content == self.before

    @property
    def is_in_hand(self) -> bool:
        """Whether the draft that it would write over is somebody's work."""
        return not self.is_idle and self.draft is not None and self.draft.author_id is not None

    @property
    def differences(self) -> list[Difference]:
        return list(differences(self.before, self.content))

    @property
    def seen(self) -> tuple[object, ...]:
        """What it was worked out from."""
        return (
            self.kind,
            self.key,
            self.signed and self.signed.id,
            self.draft and (self.draft.id, self.draft.revision),
        )


def export() -> FundDocument:
    """What is in force."""
    parts: dict[str, Content] = {part: {} for part in PARTS}
    names = {kind: part for part, kind in PARTS.items()}
    for edition in queries.all_in_force():
        if edition.kind in names:
            parts[names[edition.kind]][edition.key] = edition.content
    document = FundDocument.model_validate({"schema_version": 1, **parts})
    ordered = {part: dict(sorted(getattr(document, part).items(), key=_rank)) for part in PARTS}
    return document.model_copy(update=ordered)


def check(data: bytes) -> tuple[FundDocument | None, list[Finding]]:
    """The fund of a file that has no flaw, and every flaw there is: those of its types, and those of what has the right
    types. Writes nothing."""
    document, source, found = rules.check(data)
    broken = {finding.flaw.path[:2] for finding in found}
    right = {path: content for path, content in _contents(source.values) if path not in broken}
    found += rules.placed(source, _together(right))
    touched = {its.flaw.path[0] for its in found if its.flaw.path and its.flaw.key not in _FOLLOWING}
    found = rules.ordered([its for its in found if _FOLLOWING.get(its.flaw.key) not in touched])
    return document if not found else None, found


def plan(document: FundDocument) -> list[Step]:
    """What an import of the file would do, in its order."""
    steps = []
    for part, kind in PARTS.items():
        for key, its in getattr(document, part).items():
            content = its.model_dump(mode="json")
            steps.append(Step(kind, key, content, queries.latest_signed(kind, key), queries.draft_of(kind, key)))
    return steps


def take_in(
    document: FundDocument, shown: Sequence[Step], *, reason: str = "", may_overwrite: bool = False
) -> list[Edition]:
    """Make drafts of whatever differs; returns them. ``shown``: the plan that somebody agreed to.

    Raises IllegalStep ``edition_changed`` where it is another one by now, and ``draft_in_hand`` where it would write
    over what a person drafted, unless ``may_overwrite``."""
    steps = plan(document)
    if [step.seen for step in steps] != [step.seen for step in shown]:
        raise IllegalStep("edition_changed")
    if not may_overwrite and any(step.is_in_hand for step in steps):
        raise IllegalStep("draft_in_hand")
    return [_drafted(step, reason) for step in steps if not step.is_idle]


def _drafted(step: Step, reason: str) -> Edition:
    if step.draft is None:
        return releases.draft(step.kind, step.key, step.content, by=SYSTEM, reason=reason)
    releases.save(
        step.draft,
        step.content,
        seen=step.draft.revision,
        by=SYSTEM,
        reason=reason or step.draft.reason,
        valid_from=step.draft.valid_from,
    )
    return step.draft


def _rank(entry: tuple[str, Any]) -> Any:
    """Members of an enumeration in its order, other keys by themselves."""
    key = entry[0]
    return [*type(key)].index(key) if isinstance(key, StrEnum) else key


# --- all of a file at once -------------------------------------------------------------------------


def _contents(values: Any) -> Iterator[tuple[tuple[str, str], Any]]:
    for part in PARTS:
        held = values.get(part) if isinstance(values, dict) else None
        for key, content in (held or {}).items() if isinstance(held, dict) else ():
            yield (part, key), content


def _together(contents: dict[tuple[str, str], Any]) -> list[Flaw]:
    """What the kinds say of everything in the file, each looked at as if what stands before it were in force."""
    found: list[Flaw] = []
    with _undone():
        for (part, key), content in contents.items():
            kind = KINDS[PARTS[part]]
            signed = queries.latest_signed(kind.name, key)
            before = kind.document.model_validate(signed.content) if signed else None
            after = kind.document.model_validate(content)
            flaws = list(kind.flaws(key, before, after))
            found += [Flaw((part, key, *flaw.path), flaw.key, flaw.facts) for flaw in flaws]
            if not flaws:
                kind.apply(key, before, after, clock.today())
                db.session.flush()
    return found


@contextmanager
def _undone() -> Iterator[None]:
    with db.session.begin_nested() as inside:
        yield
        inside.rollback()
