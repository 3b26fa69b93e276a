"""Whose keys a call takes."""

from collections.abc import Sequence

from grantflow.kernel.parties import Party, Role
from grantflow.releases.rules import Need, need

from ..documents import CallDocument, EnvelopeDocument

#: Without these two no call opens or changes.
CITIES = (Party.DUESSELDORF, Party.TOULOUSE)


def needs(before: CallDocument | None, after: CallDocument) -> Sequence[Need]:
    """A signatory of each city, and of every other funder whose envelope is new, changes or goes."""
    old, new = (_envelopes(document) for document in (before, after))
    touched = [party for party in Party if party not in CITIES and old.get(party) != new.get(party)]
    return [need(party, Role.SIGNATORY) for party in (*CITIES, *touched)]


def _envelopes(document: CallDocument | None) -> dict[Party, EnvelopeDocument]:
    return {envelope.party: envelope for envelope in document.envelopes} if document else {}
