"""What is wrong with a fund file, each flaw at its line and column."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from grantflow.calls.documents import FundDocument
from grantflow.releases import rules as releases
from grantflow.releases.rules import Flaw

from .reading import Place, Source, read


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A flaw of the file. ``flaw.path`` leads from the top of the file."""

    place: Place
    flaw: Flaw


def check(data: bytes) -> tuple[FundDocument | None, Source, list[Finding]]:
    """The fund that the file describes, where it can be read and its types are right; what was read; and everything
    that is wrong, in the order of the file."""
    source = read(data)
    found = [Finding(place, flaw) for place, flaw in source.flaws]
    document = None
    if source.values is not None:
        try:
            document = FundDocument.model_validate(source.values)
        except ValidationError as error:
            found += placed(source, releases.refused(error))
    return document if not found else None, source, ordered(found)


def placed(source: Source, flaws: Sequence[Flaw]) -> list[Finding]:
    return [Finding(_place(source, flaw), flaw) for flaw in flaws]


def ordered(found: Sequence[Finding]) -> list[Finding]:
    """Of several with one place, the one that was found first comes first."""
    return sorted(found, key=lambda its: its.place)


def _place(source: Source, flaw: Flaw) -> Place:
    """A name that does not belong is shown where it stands, not what it leads to."""
    if flaw.path[-1:] == ("[key]",):
        return source.place(flaw.path[:-1], of_name=True)
    return source.place(flaw.path, of_name=flaw.key == "flaw.extra_forbidden")
