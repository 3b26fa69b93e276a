"""What may be written out and issued, in which languages, and what the law of a funder adds."""

from collections.abc import Iterator
from typing import Any

from grantflow.kernel import money, window
from grantflow.kernel.errors import Reason
from grantflow.kernel.parties import KEY_HOLDERS, Party, Side
from grantflow.kernel.text import unprintable

from ..states import Kind, Standing
from .facts import Facts, Form, Legal, Signatory

#: Short names of the documents, printed in the footer: the kind of act, then the language.
CODES = {
    (Kind.AWARD, Side.GERMAN): "ZB",
    (Kind.AWARD, Side.FRENCH): "NS",
    (Kind.REJECTION, Side.GERMAN): "AB",
    (Kind.REJECTION, Side.FRENCH): "NR",
}
#: Goes up with every change of templates/letters that changes words; printed at the foot of what it wrote out.
TEMPLATE_VERSION = "1.7"
#: Above this sum from one French authority the law wants a convention (loi 2000-321, art. 10; décret 2001-495).
CONVENTION_ABOVE = money.eur(23_000)
_PUBLIC = frozenset({Legal.AUTHORITY, Legal.INSTITUTION})


def instalments(amount: int, first_bp: int = 7500) -> tuple[int, int]:
    """First instalment and balance in cents; they add up to ``amount``."""
    first, balance = money.split(amount, (first_bp, 10_000 - first_bp))
    return first, balance


def languages(facts: Facts) -> list[str]:
    """The act's own language first, then that of a recipient who does not read it (D17)."""
    own = facts.funder.party.language
    return [own, facts.contact_language] if facts.has_courtesy else [own]


def standing(funder: Party, language: str) -> Standing:
    """An act speaks its funder's language; the same letter in any other is a courtesy."""
    return Standing.ACT if language == funder.language else Standing.COURTESY


def template(kind: Kind, funder: Party, language: str) -> str:
    """The document of a letter: chosen by the law of the funder, then by the reader's language."""
    return f"{kind}_{funder.side}/{language}.html"


def partners(facts: Facts) -> list[Party]:
    """Who decided with this funder: the other key holder always, Métropole where it pays (D3)."""
    paying = {share.party for share in facts.award.shares} if facts.award else set()
    return [p for p in Party if p is not facts.funder.party and (p in KEY_HOLDERS or p in paying)]


def needs_convention(facts: Facts) -> bool:
    """Private bodies above the threshold sign a convention with a French authority before they are paid."""
    return (
        facts.award is not None
        and facts.funder.party.side is Side.FRENCH
        and facts.recipient.legal not in _PUBLIC
        and facts.award.amount > CONVENTION_ABOVE
    )


def needs_republican_commitment(facts: Facts) -> bool:
    """The contrat d'engagement républicain binds French associations and foundations, never a German Verein."""
    return (
        facts.funder.party.side is Side.FRENCH
        and facts.recipient.address.country == "FR"
        and facts.recipient.legal in {Legal.ASSOCIATION, Legal.FOUNDATION}
    )


def address_lines(facts: Facts) -> list[str]:
    """The address as it is printed, each line as long as it gets in either language."""
    to = facts.recipient
    person = to.name if to.form is Form.NEUTRAL else f"Monsieur {to.name}"
    country = ["ALLEMAGNE"] if facts.is_abroad else []
    place = f"{to.address.postal_code} {to.address.city.upper()}"
    return [to.organisation, person, *filter(None, [to.address.extra]), to.address.street, place, *country]


def why_not_issue(kind: Kind, facts: Facts, signatory: Signatory | None) -> list[Reason]:
    """What must be there by the second key, on top of all that was asked for before the words were written out."""
    reasons = []
    if signatory is None or not signatory.name.strip():
        reasons.append(Reason("letter_without_signatory"))
    if kind is Kind.AWARD and facts.funder.party.side is Side.FRENCH and _lacks_vote(facts):
        reasons.append(Reason("letter_without_deliberation"))
    return reasons


def _lacks_vote(facts: Facts) -> bool:
    return facts.deliberation is None or not facts.deliberation.number.strip()


def why_not_write(kind: Kind, facts: Facts) -> list[Reason]:
    """Everything that keeps ``facts`` from being written out as an act (T33), before anybody signs; an empty list lets
    it pass."""
    language, reasons = facts.funder.party.language, list[Reason]()

    def refuse(key: str, **about: object) -> None:
        reasons.append(Reason(key, facts=about))

    remedy, award, funder, recipient = facts.remedy, facts.award, facts.funder, facts.recipient
    if remedy is None or remedy.months < 1 or not all((remedy.court, remedy.address.street, remedy.address.city)):
        refuse("letter_without_remedy")
    if not all(funder.function.of(form).strip() for form in Form):
        refuse("letter_without_signatory")
    if not all((funder.name, funder.authority, funder.department, funder.address.city, funder.contact, funder.email)):
        refuse("letter_without_sender")
    place = recipient.address
    lines = (recipient.organisation, recipient.name, place.street, place.postal_code, place.city)
    if not all(line.strip() for line in lines):
        refuse("letter_without_address")
    if window.fitting(address_lines(facts)) is None:
        refuse("letter_address_too_long")
    if {place.country, funder.address.country} - {"DE", "FR"}:
        refuse("letter_without_country")
    if not all(x.strip() for x in (facts.application_number, facts.project_title, facts.legal_basis.in_(language))):
        refuse("letter_without_subject")
    if kind is Kind.REJECTION and (award or not facts.reason.in_(language).strip()):
        refuse("letter_without_reason")
    if kind is Kind.AWARD:
        reasons += _why_not_award(facts)
    if foreign := unprintable("".join(_texts(facts.to_json()))):
        refuse("letter_unprintable", characters=" ".join(foreign))
    return reasons


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def _why_not_award(facts: Facts) -> list[Reason]:
    award, funder = facts.award, facts.funder.party
    if award is None:
        return [Reason("letter_without_award")]
    keys = []
    own = [share.amount for share in award.shares if share.party is funder]
    if (
        own != [award.amount]
        or sum(share.amount for share in award.shares) != award.total
        or min(share.amount for share in award.shares) <= 0
        or award.total > award.requested
        or len({share.party for share in award.shares}) != len(award.shares)
    ):
        keys.append("letter_split_mismatch")
    if award.total + award.own_funds != award.eligible or award.own_funds < 0 or award.eligible <= 0:
        keys.append("letter_plan_mismatch")
    if (award.first, award.balance) != instalments(max(award.amount, 0), award.first_bp):
        keys.append("letter_instalments_mismatch")
    if not (award.project_start <= award.project_end <= award.funding_end and award.project_end <= award.report_due):
        keys.append("letter_dates_mismatch")
    if not facts.purpose.in_(funder.language).strip():
        keys.append("letter_without_purpose")
    if not all(condition.in_(funder.language).strip() for condition in award.conditions):
        keys.append("letter_condition_untranslated")
    return [Reason(key) for key in keys]
