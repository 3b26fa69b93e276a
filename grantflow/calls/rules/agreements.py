"""What keeps an agreement from being released."""

from collections.abc import Sequence
from datetime import date

from grantflow.releases.rules import Flaw

from ..documents import AgreementDocument


def agreement_flaws(key: str, agreement: AgreementDocument, others: Sequence[tuple[date, date]]) -> list[Flaw]:
    """A call lies in one agreement (D2), so on each day there is at most one. ``others``: first and last days of all
    other agreements, released ones among them."""
    found = []
    if str(agreement.signed_on.year) != key:
        found.append(Flaw(("signed_on",), "flaw.agreement_of_another_year", {"year": key}))
    if agreement.valid_from >= agreement.valid_to:
        found.append(Flaw(("valid_to",), "flaw.ends_before_it_begins"))
    if any(first <= agreement.valid_to and agreement.valid_from <= last for first, last in others):
        found.append(Flaw(("valid_from",), "flaw.agreements_overlap"))
    return found
