"""What is put to the cities and signed: the office's terms, each act with its words, and the versions of what they
rest on. It is stored as bytes, and the digest is over these bytes; nobody computes it again from objects."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grantflow.kernel import canonical
from grantflow.kernel.parties import Party
from grantflow.letters.rules import Facts, Written
from grantflow.letters.states import Kind

from ..states import Outcome
from .proposals import Deliberation, Terms

#: Goes up with every change of ``Content`` that stored bytes would not fit; then a step is added. Facts have their own.
SCHEMA = 1
#: From schema n to n + 1: what keys have signed stays readable for ever.
UPCASTERS: canonical.Upcasters = {}
KINDS = {Outcome.AWARD: Kind.AWARD, Outcome.REJECTION: Kind.REJECTION}


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a key covers."""

    #: ``worded``: amounts per funder, outcome, all that an office worded.
    terms: Mapping[str, Any]
    acts: Mapping[Party, Written]
    #: Version by source (``queries.versions``).
    sources: Mapping[str, str]

    def to_bytes(self) -> bytes:
        acts = {
            party.value: {"facts": act.facts.to_json(), "bodies": dict(act.bodies)} for party, act in self.acts.items()
        }
        return canonical.written(
            {"schema": SCHEMA, "terms": self.terms, "acts": acts, "sources": dict(sorted(self.sources.items()))}
        )

    @classmethod
    def read(cls, content: bytes) -> "Content":
        """What any release has stored."""
        stored = canonical.upcast(json.loads(content), UPCASTERS, to=SCHEMA)
        kind = KINDS[Outcome(stored["terms"]["outcome"])]
        acts = {
            party: Written(kind=kind, facts=Facts.from_json(act["facts"]), bodies=act["bodies"])
            for party in Party
            if (act := stored["acts"].get(party.value))
        }
        return cls(terms=stored["terms"], acts=acts, sources=stored["sources"])


def worded(terms: Terms, deliberations: Mapping[Party, Deliberation]) -> dict[str, Any]:
    """Terms and votes as plain JSON values."""
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
    }


def outdated(signed: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """The sources that have another version today than the one that was frozen, by name."""
    return tuple(name for name in dict.fromkeys((*signed, *now)) if signed.get(name) != now.get(name))


def same(content: Content, terms: Mapping[str, Any], sources: Mapping[str, str]) -> bool:
    """Whether nothing would be put to the cities that does not stand before them already."""
    return content.terms == terms and not outdated(content.sources, sources)


def new_words(before: Content, after: Content) -> Sequence[tuple[Party, str]]:
    """Acts and languages whose words differ, of funders that act in both."""
    return [
        (party, language)
        for party in Party
        if party in before.acts and party in after.acts
        for language, digest in sorted(after.acts[party].bodies.items())
        if before.acts[party].bodies.get(language) != digest
    ]
