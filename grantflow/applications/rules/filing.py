"""An application as plain values: all that decides whether it can be sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from grantflow.kernel.errors import Reason
from grantflow.kernel.parties import Side
from grantflow.letters.states import Channel
from grantflow.organisations.states import Country, Kind

from ..states import Declared, LineKind, State, StepName


@dataclass(slots=True, kw_only=True)
class CategoryTerms:
    """One category of a call as plain values."""

    number: int
    up_to_cents: int | None
    share_bp: int
    min_score: int
    #: None: it has closing instants of its own instead of a lead time (D15).
    lead_days: int | None
    closings: Sequence[datetime] = ()


@dataclass(slots=True, kw_only=True)
class CallTerms:
    """The limits of a call that sending must respect."""

    opens_at: datetime
    closes_at: datetime
    categories: Sequence[CategoryTerms]
    #: First and last day the agreement and its successor cover without a gap (D2).
    covered_from: date
    covered_until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the budget. ``key`` tells which line it is, in every version; None: a new one."""

    kind: LineKind
    type: str
    description: str = ""
    side: Side | None = None
    cents: int = 0
    key: UUID | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerView:
    name: str
    country: Country
    city: str = ""
    contact_name: str = ""
    email: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question of the call in the reader's words, and what was answered to it."""

    code: str
    step: StepName
    label: str
    help: str = ""
    #: Of an answer, in characters.
    longest: int = 2000
    #: Titles of the criteria it informs, by their position.
    criteria: Mapping[int, str] = field(default_factory=dict)
    #: Numbers of the first category in which it is asked, and in which it must be answered; None: in none.
    asked_from: int = 1
    required_from: int | None = 1
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """Everything that decides whether a file can be sent, as plain values."""

    now: datetime
    state: State
    call: CallTerms
    kind: Kind
    country: Country
    lead_side: Side
    #: What the organisation itself still lacks (organisations.rules.missing).
    organisation_missing: Sequence[Reason] = ()
    first_sent_at: datetime | None = None
    return_until: datetime | None = None
    #: This organisation has sent the same project in this call already (R6, D39).
    already_filed: bool = False
    partner: PartnerView | None = None
    #: The partner named has withdrawn from this file.
    partner_withdrew: bool = False
    partner_search: bool = False
    equal_roles: bool = False
    #: The facts that must not be empty, by field.
    facts: Mapping[str, Any] = field(default_factory=dict)
    questions: Sequence[Question] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    participants_german: int | None = None
    participants_french: int | None = None
    volunteers: int | None = None
    mostly_minors: bool | None = None
    is_school_trip: bool | None = None
    requested_cents: int = 0
    lines: Sequence[Line] = ()
    other_public_funding: str = ""
    declared: frozenset[Declared] = frozenset()
    #: How the acts shall arrive; None: not said yet.
    channel: Channel | None = None

    @property
    def sent_at(self) -> datetime:
        """The sending that counts for lead times: the first (D13)."""
        return self.first_sent_at or self.now

    def total(self, kind: LineKind) -> int:
        return sum(line.cents for line in self.lines if line.kind is kind)
