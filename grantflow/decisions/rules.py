"""What may be proposed, what every key signs, and whose key is missing (D3-D8, R12-R15). Money in cents."""

import calendar
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from grantflow.kernel import money
from grantflow.kernel.errors import Incomplete, Invalid, Reason
from grantflow.kernel.parties import KEY_HOLDERS, Party, Role, Side
from grantflow.kernel.text import unprintable

from .states import Outcome, RejectionReason

#: The longest purpose of a grant, in characters: a clause, not a description.
PURPOSE_MAX = 600

FRENCH = tuple(party for party in Party if party.side is Side.FRENCH)


class Unsound(Invalid):
    """A proposal that cannot be put to the cities; ``reasons`` name the fields."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__(reasons[0].key, field=reasons[0].step or None, **reasons[0].facts)
        self.reasons = tuple(reasons)


class CannotSign(Incomplete):
    """As things stand this cannot be signed; raised before anything is written."""


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


# --- what is signed ------------------------------------------------------------------------------

#: Facts of a letter that only the moment of the second key gives; no key can cover them.
OF_THE_MOMENT = frozenset({"sent_on", "decided_on"})


def signed(
    terms: Terms, *, deliberations: Mapping[Party, Deliberation], letters: Mapping[Party, Mapping[str, Any]]
) -> dict[str, Any]:
    """Everything a key covers, as plain JSON values: amounts per funder, outcome, all that is worded, letter facts."""
    return {
        "outcome": terms.outcome.value,
        "award": terms.award,
        "shares": {party.value: terms.shares.get(party, 0) for party in Party},
        "purpose": {"de": terms.purpose_de.strip(), "fr": terms.purpose_fr.strip()},
        "rejection_reason": terms.rejection_reason.value if terms.rejection_reason else None,
        "reason": {"de": terms.reason_de.strip(), "fr": terms.reason_fr.strip()},
        "conditions": [{"de": german, "fr": french} for german, french in terms.conditions()],
        "deliberations": {
            party.value: {"number": entry.number, "on": entry.on.isoformat()}
            for party, entry in deliberations.items()
            if entry and entry.on
        },
        "letters": {party.value: _lasting(facts) for party, facts in letters.items()},
    }


def _lasting(facts: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in facts.items() if name not in OF_THE_MOMENT}
    kept["funder"] = {name: value for name, value in facts["funder"].items() if name != "signatory"}
    if facts["award"]:
        kept["award"] = {name: value for name, value in facts["award"].items() if name != "funding_start"}
    return kept


def completed(lasting: Mapping[str, Any], *, on: date, signatory: str) -> dict[str, Any]:
    """The facts of an act: what was signed, and what the day of the second key and the signatory add.

    Money may be spent from the day of the decision on (R20), or from the project's start if that came first.
    """
    facts = {
        **lasting,
        "sent_on": on.isoformat(),
        "decided_on": on.isoformat(),
        "funder": {**lasting["funder"], "signatory": signatory},
    }
    if lasting["award"]:
        begin = min(on.isoformat(), lasting["award"]["project_start"])
        facts["award"] = {**lasting["award"], "funding_start": begin}
    return facts


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON of what is signed."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def short(digest: str) -> str:
    """``7F3A 91C2``: enough to compare by eye."""
    return f"{digest[:4]} {digest[4:8]}".upper()


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs between two signed contents; ``name`` is a path such as ``shares.toulouse``."""

    name: str
    before: Any
    after: Any


#: The order in which changes are told.
_TOLD = (
    "outcome",
    "award",
    *(f"shares.{party}" for party in Party),
    "purpose",
    "rej",
    "reason",
    "conditions",
    "delib",
    "letter",
)
#: Told once at the top of the content; inside the letters they would only be repeated.
_REPEATED = frozenset({"award", "purpose", "reason", "deliberation"})


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What changed between two contents, each thing once: letter facts that differ alike in all acts are one change."""
    found = [
        Change(path, old, new)
        for path, old, new in _walk({**before, "letters": None}, {**after, "letters": None}, depth=2)
    ]
    for party in sorted({*before["letters"], *after["letters"]}):
        old, new = before["letters"].get(party), after["letters"].get(party)
        if old is None or new is None:
            continue  # a funder that starts or stops paying shows in the shares
        plain_old = {name: value for name, value in old.items() if name not in _REPEATED}
        plain_new = {name: value for name, value in new.items() if name not in _REPEATED}
        plan_old, plan_new = old.get("award") or {}, new.get("award") or {}
        for name in ("project_start", "project_end", "funding_end", "report_due", "eligible"):
            plain_old[name], plain_new[name] = plan_old.get(name), plan_new.get(name)
        found += [Change(f"letter.{path}", o, n) for path, o, n in _walk(plain_old, plain_new, depth=3)]
    once = {(change.name, str(change.before), str(change.after)): change for change in found}
    return sorted(once.values(), key=lambda change: next(i for i, p in enumerate(_TOLD) if change.name.startswith(p)))


def _walk(before: Any, after: Any, depth: int, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    if before == after:
        return
    if depth and isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys((*before, *after)):
            below = f"{path}.{name}" if path else name
            yield from _walk(before.get(name), after.get(name), depth - 1, below)
        return
    yield path, before, after


# --- keys ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Signed:
    """A live key, or Métropole's consent."""

    party: Party
    person_id: UUID
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A proposal as far as keys depend on it."""

    digest: str
    outcome: Outcome
    paying: tuple[Party, ...]
    #: Keys and consents that were not voided.
    keys: tuple[Signed, ...] = ()
    #: Everyone who wrote any version of it.
    preparers: AbstractSet[UUID] = frozenset()
    #: French funders that pay and whose délibération is not in (D4).
    deliberations_due: tuple[Party, ...] = ()
    #: The letters' facts no longer match the rows they were taken from.
    is_stale: bool = False
    is_open: bool = True

    @property
    def needs_consent(self) -> bool:
        """Métropole consents where it pays (D3)."""
        return Party.METROPOLE in self.paying

    def holds(self, party: Party) -> bool:
        """Whether ``party`` has signed exactly what now stands."""
        return any(key.party is party and key.digest == self.digest for key in self.keys)


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who wants to sign."""

    id: UUID | None
    party: Party | None
    roles: AbstractSet[Role]
    is_conflicted: bool = False
    #: As it would stand under the act.
    name: str = ""


def missing(case: Case) -> tuple[Party, ...]:
    """Whose signature is missing, in the order ● ■ ◆; empty: the decision stands."""
    needed = (*KEY_HOLDERS, *((Party.METROPOLE,) if case.needs_consent else ()))
    return tuple(party for party in needed if not case.holds(party))


def is_last_key(case: Case, party: Party) -> bool:
    """Whether the key of ``party`` would make the decision."""
    return missing(case) == (party,) and party in KEY_HOLDERS


def why_not_sign(person: Signatory, case: Case, digest_seen: str) -> list[Reason]:
    """Why ``person`` cannot turn a key, or consent, to what they saw (T15, R14): the first reason that holds."""
    party = person.party
    turns_key = party in KEY_HOLDERS
    other_key = any(key.party in KEY_HOLDERS and key.party is not party for key in case.keys)
    checks = (
        (Role.SIGNATORY not in person.roles or party is None, "not_a_signatory"),
        (person.is_conflicted, "signatory_conflicted"),
        (not case.is_open, "proposal_not_open"),
        (not turns_key and not case.needs_consent, "metropole_does_not_pay"),
        (person.id in case.preparers, "preparer_cannot_sign"),
        (any(key.person_id == person.id for key in case.keys), "signed_already"),
        (party is not None and case.holds(party), "city_signed_already"),
        (digest_seen != case.digest, "proposal_changed"),
        (case.is_stale, "facts_outdated"),
        (bool(unprintable(person.name)), "name_unprintable"),
        (bool(case.deliberations_due), "deliberation_due"),
        (turns_key and other_key and Party.METROPOLE in missing(case), "consent_due"),
    )
    return next(([Reason(key)] for holds, key in checks if holds), [])


# --- what fits -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fit:
    """How far the money reaches at one file: everything promised, and what fits of everything ranked up to it."""

    total: int
    fits: bool


def reach(amounts: Sequence[int], *, start: int, frame: int, fits: bool = True) -> list[Fit]:
    """For files in rank order: the running total on top of ``start``, and whether the frame still holds it.

    The first that does not fit ends it: nobody overtakes by asking for less. ``fits``: nobody before did not.
    """
    found, total = [], start
    for amount in amounts:
        fits = fits and total + amount <= frame
        total += amount if fits else 0
        found.append(Fit(total, fits))
    return found
