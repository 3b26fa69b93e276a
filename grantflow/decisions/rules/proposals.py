"""What may be proposed (D3-D8, R12-R15). Money in cents."""

import calendar
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from grantflow.kernel import money
from grantflow.kernel.errors import Invalid, Reason
from grantflow.kernel.parties import KEY_HOLDERS, Party, Side
from grantflow.kernel.text import unprintable

from ..states import Outcome, RejectionReason

#: The longest purpose of a grant, in characters: a clause, not a description.
PURPOSE_MAX = 600

FRENCH = tuple(party for party in Party if party.side is Side.FRENCH)


class Unsound(Invalid):
    """A proposal that cannot be put to the cities; ``reasons`` name the fields."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__(reasons[0].key, field=reasons[0].step or None, **reasons[0].facts)
        self.reasons = tuple(reasons)


# --- the split -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pot:
    """What one funder can still give, and its weight in the proposed split."""

    party: Party
    weight: int
    free: int


def proposed_split(award: int, pots: Sequence[Pot]) -> dict[Party, int]:
    """The award in proportion to the weights (largest remainder, D7), no part above what its funder has free.

    What an exhausted funder cannot give goes to the others in the same proportion. The parts add up to ``award``;
    raises ValueError where all together have less.
    """
    if award < 0 or award > sum(pot.free for pot in pots):
        raise ValueError(f"{award} is not within what the funders have free")
    parts = {pot.party: 0 for pot in pots}
    while left := award - sum(parts.values()):
        able = [pot for pot in pots if parts[pot.party] < pot.free]
        # Funders without a weight step in only once the others are exhausted.
        weighted = [pot for pot in able if pot.weight] or able
        weights = [pot.weight or 1 for pot in weighted]
        for pot, part in zip(weighted, money.split(left, weights), strict=True):
            parts[pot.party] = min(pot.free, parts[pot.party] + part)
    return parts


# --- what is proposed ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Deliberation:
    """The vote of a French assembly (D4)."""

    number: str = ""
    on: date | None = None

    def __bool__(self) -> bool:
        return bool(self.number and self.on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the office writes into a proposal."""

    outcome: Outcome
    award: int = 0
    shares: Mapping[Party, int] = field(default_factory=dict)
    #: What the money is for, as the office words it in both languages; of an award only.
    purpose_de: str = ""
    purpose_fr: str = ""
    rejection_reason: RejectionReason | None = None
    reason_de: str = ""
    reason_fr: str = ""
    #: Special conditions, one a line, in the same order in both languages.
    conditions_de: str = ""
    conditions_fr: str = ""

    @property
    def paying(self) -> tuple[Party, ...]:
        """The funders with a part above 0, in the order ● ■ ◆."""
        return tuple(party for party in Party if self.shares.get(party, 0) > 0)

    def conditions(self) -> list[tuple[str, str]]:
        """Pairs of German and French; raises ValueError where one has no twin."""
        return list(zip(lines(self.conditions_de), lines(self.conditions_fr), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a proposal is judged against."""

    #: What the reviews come to (D6), and how far the two cities lie apart.
    score: Decimal
    gap: Decimal
    gap_limit: int
    #: The reviews lie too far apart, and a third is not in yet (R11).
    third_due: bool
    #: Points below which there is no award.
    threshold: int
    requested: int
    #: The category's share of the eligible costs (R1).
    ceiling: int
    #: What each funder can still give: neither committed nor held by the open proposal of another file.
    free: Mapping[Party, int]
    #: What open proposals of other files hold; signed, they would take it.
    reserved: Mapping[Party, int] = field(default_factory=dict)


def lines(text: str) -> list[str]:
    """The lines of ``text`` that hold something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def first_words(text: str, most: int = PURPOSE_MAX) -> str:
    """What of ``text`` fits a purpose: whole sentences, else whole words; one paragraph. For the office to reword."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    cut = text[: most + 1]
    end = max(cut.rfind(f"{mark} ") for mark in ".!?")
    return cut[: end + 1] if end > 0 else cut.rpartition(" ")[0] or cut[:most]


def acting(outcome: Outcome, paying: Sequence[Party]) -> tuple[Party, ...]:
    """Who issues an act (D5): every paying funder; on a rejection both cities, and nobody else."""
    return tuple(paying) if outcome is Outcome.AWARD else KEY_HOLDERS


def announced(outcome: Outcome, paying: Sequence[Party], unreleased: Collection[Party]) -> tuple[Party, ...]:
    """Who would issue an act of money that is announced and not released: all can be prepared, nothing is decided."""
    return tuple(party for party in acting(outcome, paying) if party in unreleased)


def suggestion(basis: Basis, recommended: int) -> int:
    """The award to start from: what the reviewers recommend, within request, ceiling and money left."""
    return max(0, min(recommended or basis.requested, basis.requested, basis.ceiling, sum(basis.free.values())))


def why_not_yet(basis: Basis) -> list[Reason]:
    """Why nothing at all can be proposed: the sides are too far apart and a third review is due (D6, R11)."""
    if basis.third_due:
        return [Reason("third_review_due", facts={"gap": basis.gap, "limit": basis.gap_limit})]
    return []


def why_not_propose(terms: Terms, basis: Basis) -> list[Reason]:
    """Everything that speaks against ``terms``; ``Reason.step`` names the field to mend."""
    reasons = [*_texts(terms)]
    if terms.outcome is Outcome.REJECTION:
        reasons += _rejection(terms, basis)
    else:
        reasons += _award(terms, basis)
    return reasons


def _rejection(terms: Terms, basis: Basis) -> Iterator[Reason]:
    if terms.award or terms.paying:
        yield Reason("rejection_with_money", "award")
    if terms.rejection_reason is None:
        yield Reason("rejection_without_ground", "rejection_reason")
    if terms.rejection_reason is RejectionReason.BELOW_THRESHOLD and basis.score >= basis.threshold:
        yield Reason("not_below_threshold", "rejection_reason", {"threshold": basis.threshold})
    if lines(terms.conditions_de) or lines(terms.conditions_fr):
        yield Reason("rejection_with_conditions", "conditions_de")
    if terms.purpose_de.strip() or terms.purpose_fr.strip():
        yield Reason("rejection_with_purpose", "purpose_de")
    for language, text in (("de", terms.reason_de), ("fr", terms.reason_fr)):
        if not text.strip():
            yield Reason("reason_missing", f"reason_{language}")


def _award(terms: Terms, basis: Basis) -> Iterator[Reason]:
    if basis.score < basis.threshold:
        yield Reason("below_threshold", "outcome", {"threshold": basis.threshold})
    if terms.award <= 0:
        yield Reason("award_missing", "award")
    if terms.award > basis.requested:
        yield Reason("award_above_request", "award", {"limit_cents": basis.requested})
    elif terms.award > basis.ceiling:
        yield Reason("award_above_ceiling", "award", {"limit_cents": basis.ceiling})
    yield from _purpose(terms)
    parts = sum(terms.shares.values())
    if parts != terms.award:
        yield Reason("split_mismatch", "award", {"gap_cents": abs(parts - terms.award)})
    for party in Party:
        part, free, reserved = (of.get(party, 0) for of in (terms.shares, basis.free, basis.reserved))
        if part < 0 or part > free:
            facts: dict[str, object] = {"limit_cents": free}
            key = "over_envelope"
            if reserved:
                key, facts["reserved_cents"] = "reserved_by_proposals", reserved
            yield Reason(key, f"share_{party}", facts)
    # A partial award refuses the rest: that needs a reason like any refusal (§ 39 VwVfG, art. L. 211-2 CRPA).
    if 0 < terms.award < basis.requested:
        for language, text in (("de", terms.reason_de), ("fr", terms.reason_fr)):
            if not text.strip():
                yield Reason("partial_reason_missing", f"reason_{language}")


def _purpose(terms: Terms) -> Iterator[Reason]:
    """In both languages, whoever pays: the keys of both cities sign it, and nobody signs what they cannot read."""
    for language, text in (("de", terms.purpose_de), ("fr", terms.purpose_fr)):
        if not text.strip():
            yield Reason("purpose_missing", f"purpose_{language}")
        elif len(text.strip()) > PURPOSE_MAX:
            yield Reason("purpose_too_long", f"purpose_{language}", {"most": PURPOSE_MAX})


def _texts(terms: Terms) -> Iterator[Reason]:
    """What stands in two acts stands in two languages."""
    if terms.outcome is Outcome.AWARD and bool(terms.reason_de.strip()) != bool(terms.reason_fr.strip()):
        missing = "fr" if terms.reason_de.strip() else "de"
        yield Reason("translation_missing", f"reason_{missing}")
    german, french = len(lines(terms.conditions_de)), len(lines(terms.conditions_fr))
    if german != french:
        where = "conditions_fr" if german > french else "conditions_de"
        yield Reason("conditions_unpaired", where, {"german": german, "french": french})


def why_not_deliberate(numbers: Mapping[Party, Deliberation], today: date) -> list[Reason]:
    """What is wrong with the délibérations as entered: half of one, one of tomorrow, a number no letter prints."""
    reasons = []
    for party, entry in numbers.items():
        if bool(entry.number) != bool(entry.on):
            where = "on" if entry.number else "number"
            reasons.append(Reason("deliberation_incomplete", f"{party}_{where}"))
        elif entry.on and entry.on > today:
            reasons.append(Reason("deliberation_in_future", f"{party}_on"))
        if foreign := unprintable(entry.number):
            reasons.append(Reason("letter_unprintable", f"{party}_number", {"characters": " ".join(foreign)}))
    return reasons


def deliberations_due(
    outcome: Outcome, paying: Sequence[Party], entered: Mapping[Party, Deliberation]
) -> tuple[Party, ...]:
    """The French funders that pay and have no délibération yet: no key turns before (D4).

    A refusal binds no money of the assembly, so it may cite a vote but need not.
    """
    if outcome is Outcome.REJECTION:
        return ()
    return tuple(party for party in FRENCH if party in paying and not entered.get(party))


def months_later(day: date, months: int) -> date:
    """The same day ``months`` on, or the month's last where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def short(digest: str) -> str:
    """``7F3A 91C2``: enough to compare by eye."""
    return f"{digest[:4]} {digest[4:8]}".upper()
