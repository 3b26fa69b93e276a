"""Whose key is missing, and why somebody cannot turn theirs (D3, T15, R14)."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from uuid import UUID

from grantflow.kernel.errors import Incomplete, Reason
from grantflow.kernel.parties import KEY_HOLDERS, Party, Role
from grantflow.kernel.text import unprintable

from ..states import Outcome


class CannotSign(Incomplete):
    """As things stand this cannot be signed; raised before anything is written."""


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
    #: The funders that would issue an act of it and whose money is announced only, in words.
    unreleased: tuple[object, ...] = ()
    #: The sources of the acts that have a newer version today, in words; the office takes it over first.
    outdated: tuple[object, ...] = ()
    #: The partner has withdrawn, and the lead has not said since that it stands by the project.
    confirmation_due: bool = False
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
        (any(key.person_id == person.id for key in case.keys), "signed_already" if turns_key else "consented_already"),
        (party is not None and case.holds(party), "city_signed_already" if turns_key else "consent_given_already"),
        (digest_seen != case.digest, "proposal_changed"),
        (bool(case.outdated), "facts_outdated"),
        (case.confirmation_due, "confirmation_due"),
        (bool(case.unreleased), "budget_not_released"),
        (bool(unprintable(person.name)), "name_unprintable"),
        (bool(case.deliberations_due), "deliberation_due"),
        (turns_key and other_key and Party.METROPOLE in missing(case), "consent_due"),
    )
    facts: dict[str, dict[str, object]] = {
        "facts_outdated": {"sources": case.outdated},
        "budget_not_released": {"funders": case.unreleased},
    }
    return next(([Reason(key, facts=facts.get(key, {}))] for holds, key in checks if holds), [])
