"""What has to be there before a call can open. Plain values only."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from grantflow.kernel.parties import OFFICES, STAFF_ROLES, Party, Role

#: Whom each funder needs. Toulouse Métropole consents and pays; it neither runs an office nor has to assess.
NEEDED: Mapping[Party, AbstractSet[Role]] = {
    party: STAFF_ROLES if party in OFFICES.values() else STAFF_ROLES - {Role.OFFICE, Role.REVIEWER} for party in Party
}


class Part(StrEnum):
    """A line of the list, in the order in which it is done."""

    CLOCK = "clock"
    STORAGE = "storage"
    WORKERS = "workers"
    MAIL = "mail"
    STAFF = "staff"
    FACTORS = "factors"
    FUNDERS = "funders"
    LAW = "law"
    AGREEMENT = "agreement"
    CALL = "call"


#: What ``/status`` asks, by the line it belongs to.
CHECKS: Mapping[Part, Sequence[str]] = {
    Part.CLOCK: ("clock",),
    Part.STORAGE: ("store", "disk"),
    Part.WORKERS: ("broker", "worker", "beat", "sweep"),
    Part.MAIL: ("mail",),
}
#: What two people release, one for each funder or one for all.
EACH = {Part.FUNDERS: "funder", Part.LAW: "law"}
ONCE = {Part.AGREEMENT: "agreement", Part.CALL: "call"}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is there: kind and key of each edition in force, roles that somebody holds at each funder, what ``/status``
    says is not well, whether anybody has ever said that a test message arrived, and how many people in office have no
    second factor yet (0 where none is asked for)."""

    in_force: AbstractSet[tuple[str, str]]
    staff: Mapping[Party, AbstractSet[Role]]
    faults: AbstractSet[str]
    mail_arrived: bool
    without_factor: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A part, and what it lacks: funders, roles of a funder, checks that are not well, people, or that nobody tried."""

    part: Part
    parties: tuple[Party, ...] = ()
    roles: tuple[tuple[Party, Role], ...] = ()
    faults: tuple[str, ...] = ()
    people: int = 0
    is_absent: bool = False

    @property
    def is_done(self) -> bool:
        return not (self.parties or self.roles or self.faults or self.people or self.is_absent)


def opening(facts: Facts) -> list[Line]:
    """What is there and what is missing to open a call, line by line."""
    kinds = {kind for kind, _ in facts.in_force}
    return [_line(part, facts, kinds) for part in Part]


def _line(part: Part, facts: Facts, kinds: AbstractSet[str]) -> Line:
    return Line(
        part,
        parties=tuple(p for p in Party if part in EACH and (EACH[part], p.value) not in facts.in_force),
        roles=tuple((p, r) for p in Party for r in Role if part is Part.STAFF and r in NEEDED[p] - _held(facts, p)),
        faults=tuple(name for name in CHECKS.get(part, ()) if name in facts.faults),
        people=facts.without_factor if part is Part.FACTORS else 0,
        is_absent=(part in ONCE and ONCE[part] not in kinds) or (part is Part.MAIL and not facts.mail_arrived),
    )


def _held(facts: Facts, party: Party) -> AbstractSet[Role]:
    return facts.staff.get(party, frozenset())
