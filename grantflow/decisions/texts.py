"""Words for proposals, keys and decisions in the reader's language."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask_babel import LazyString, lazy_pgettext
from flask_babel import lazy_gettext as _l

from grantflow.applications.models import Application
from grantflow.config import LANGUAGES
from grantflow.kernel.parties import Party
from grantflow.letters import texts as letters
from grantflow.letters.states import Channel
from grantflow.platform import locale

from .rules import Change
from .states import Outcome, RejectionReason

MESSAGES: dict[str, Any] = {
    # proposing
    "third_review_due": _l(
        "The two cities lie %(gap)s points apart; from %(limit)s on, a third review must be in before anything can be "
        "proposed."
    ),
    "below_threshold": _l("No award is possible: the mean is below the minimum of %(threshold)s points."),
    "not_below_threshold": _l("The mean reaches the minimum of %(threshold)s points: please choose another ground."),
    "award_missing": _l("Please enter the amount of the award."),
    "award_above_request": _l("The award can be at most the amount requested: %(limit_cents)s."),
    "award_above_ceiling": _l("The award can be at most the category’s share of the eligible costs: %(limit_cents)s."),
    "split_mismatch": _l("The parts of the funders do not add up to the award: the difference is %(gap_cents)s."),
    "over_envelope": _l("This funder has only %(limit_cents)s left in the call."),
    "reserved_by_proposals": _l(
        "Open proposals of other files reserve %(reserved_cents)s of this funder's money. That leaves %(limit_cents)s "
        "to propose."
    ),
    "reason_missing": _l("Please give the reason in both languages: it stands in both acts."),
    "partial_reason_missing": _l(
        "Please say in both languages why less is awarded than requested: it stands in every act."
    ),
    "purpose_missing": _l("Please say in both languages what the grant is for: it stands in every act."),
    "purpose_too_long": _l("At most %(most)s characters."),
    "translation_missing": _l("Please give the reason in both languages, or in neither."),
    "conditions_unpaired": _l(
        "Each condition needs its counterpart in the other language: %(german)s in German, %(french)s in French."
    ),
    "rejection_with_money": _l("A rejection carries no money."),
    "rejection_with_purpose": _l("A rejection carries no purpose of a grant."),
    "rejection_with_conditions": _l("A rejection carries no conditions."),
    "rejection_without_ground": _l("Please choose what the rejection rests on."),
    "proposal_moved": _l(
        "%(by)s has changed the proposal in the meantime. Your entries are still here; please compare them with the "
        "proposal before you send them."
    ),
    # délibérations
    "deliberation_by_toulouse": _l("The Toulouse office enters the délibérations."),
    "deliberation_incomplete": _l("Number and date belong together."),
    "deliberation_in_future": _l("This day has not come yet."),
    # sending back
    "send_back_reason_missing": _l("Please say why: the office needs to know what to change."),
    # signing
    "not_a_signatory": _l("Only signatories sign."),
    "signatory_conflicted": _l("You have declared a conflict of interest for this file."),
    "proposal_not_open": _l(
        "This proposal is no longer before the cities: it was decided or sent back in the meantime."
    ),
    "metropole_does_not_pay": _l("Toulouse Métropole does not pay here, so its consent is not needed."),
    "preparer_cannot_sign": _l(
        "You have worked on this proposal. Somebody else of your city must sign it (four-eyes principle)."
    ),
    "signed_already": _l("You have signed this proposal already."),
    "consented_already": _l("You have consented to this proposal already."),
    "consent_given_already": _l("Toulouse Métropole has consented to this proposal already."),
    "city_signed_already": _l("Your city has signed this proposal already."),
    "proposal_changed": _l(
        "The proposal has changed since you opened this page. Nothing was signed. Please read what stands here now."
    ),
    "confirmation_due": _l(
        "The partner has withdrawn, and the applicant has not yet confirmed that it stands by the project. Nobody can "
        "sign before."
    ),
    "facts_outdated": _l(
        "Since the acts were written out this has changed: %(sources)s. The office that proposed must take it over "
        "first; then all sign the same text."
    ),
    "name_unprintable": _l(
        "Your name has characters that no letter can print, and it would stand under the act. Please correct it in "
        "your account first."
    ),
    "budget_not_released": _l(
        "Announced, not yet released: the money of %(funders)s. Everything can be prepared; nobody can sign before."
    ),
    "budget_is_released": _l("This budget is released already."),
    "release_reason_missing": _l("Please say why: your reason stands in the audit trail."),
    "deliberation_due": _l("Number and date of a délibération are missing. The Toulouse office enters them."),
    "consent_due": _l("Toulouse Métropole pays a part and has not consented yet. Yours would be the last signature."),
}

OUTCOMES: dict[Outcome, Any] = {
    Outcome.AWARD: lazy_pgettext("outcome", "Award"),
    Outcome.REJECTION: lazy_pgettext("outcome", "Rejection"),
}
GROUNDS: dict[RejectionReason, Any] = {
    RejectionReason.BELOW_THRESHOLD: _l("Minimum score not reached"),
    RejectionReason.ENVELOPE_USED_UP: _l("Funds of the call used up"),
    RejectionReason.CRITERIA_NOT_MET: _l("Criteria of the guidelines not met"),
}
_REJECTED: dict[RejectionReason, Any] = {
    RejectionReason.BELOW_THRESHOLD: _l(
        "The application for %(amount)s is rejected because it does not reach the minimum score."
    ),
    RejectionReason.ENVELOPE_USED_UP: _l(
        "The application for %(amount)s is rejected because the funds of the call are used up."
    ),
    RejectionReason.CRITERIA_NOT_MET: _l(
        "The application for %(amount)s is rejected because it does not meet the criteria of the guidelines."
    ),
}
#: Names that both languages share.
PARTIES: dict[Party, str] = {
    Party.DUESSELDORF: "Düsseldorf",
    Party.TOULOUSE: "Toulouse",
    Party.METROPOLE: "Toulouse Métropole",
}

#: What acts are made of, by the name of the source.
_SOURCES: dict[str, Any] = {
    "file": _l("Application as sent"),
    "delivery": _l("How the decisions reach the applicant"),
    "organisation": _l("Postal address of the organisation"),
    "contact": _l("Name, form of address or language of the contact person"),
    "call": _l("Rules of the call"),
    "agreement": _l("Agreement of the cities"),
    "funder": _l("Details of the funder %(funder)s"),
    "legal_basis": _l("Legal basis of %(funder)s"),
    "remedy": _l("Remedy instruction of %(funder)s"),
}


def source(name: str) -> Any:
    """Such as ``organisation`` or ``funder.toulouse`` in words; spoken when it is shown."""
    kind, _, party = name.partition(".")
    return _SOURCES[kind] if not party else LazyString(lambda: _SOURCES[kind] % {"funder": PARTIES[Party(party)]})


#: What a change is called, by the longest matching beginning of its path.
_CHANGES: dict[str, Any] = {
    "outcome": _l("Outcome"),
    "award": lazy_pgettext("amount", "Award"),
    "shares.duesseldorf": _l("Share of Düsseldorf"),
    "shares.toulouse": _l("Share of Toulouse"),
    "shares.metropole": _l("Share of Toulouse Métropole"),
    "purpose.de": _l("Purpose of the grant in German"),
    "purpose.fr": _l("Purpose of the grant in French"),
    "rejection_reason": _l("Ground of the rejection"),
    "reason.de": _l("Reason in German"),
    "reason.fr": _l("Reason in French"),
    "conditions": _l("Conditions"),
    "deliberations.toulouse": _l("Délibération of Toulouse"),
    "deliberations.metropole": _l("Délibération of Toulouse Métropole"),
    "letter.recipient": _l("Recipient and address"),
    "letter.contact_language": _l("Language of the recipient"),
    "letter.channel": _l("How the decisions reach the applicant"),
    "letter.funder": _l("Sender of a letter"),
    "letter.legal_basis": _l("Legal basis"),
    "letter.remedy": _l("Remedy instruction"),
    "letter.project_title": _l("Title of the project"),
    "letter.project_start": _l("Project period"),
    "letter.project_end": _l("Project period"),
    "letter.funding_end": _l("Project period"),
    "letter.report_due": _l("Day the report is due"),
    "letter": _l("Text of a letter"),
}


def rejected(ground: RejectionReason, requested: int) -> str:
    """What a rejection says and rests on, in one sentence; ``requested`` in cents."""
    return str(_REJECTED[ground]) % {"amount": locale.money(requested)}


def change_label(change: Change) -> Any:
    parts = change.name.split(".")
    paths = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
    return next(_CHANGES[path] for path in paths if path in _CHANGES or path == "letter")


def change_values(change: Change) -> tuple[str, str] | None:
    """Before and after in words, where they can be told on one line each."""
    spoken: Callable[[Any], str] | None = next((say for path, say in _SPOKEN if change.name.startswith(path)), None)
    if spoken:
        return spoken(change.before), spoken(change.after)
    if isinstance(change.before, str | None) and isinstance(change.after, str | None):
        return change.before or "–", change.after or "–"
    return None


def change_language(change: Change, application: Application) -> str:
    """The language of the words that changed, where they are somebody's; "" where they are ours, or figures."""
    last = change.name.rpartition(".")[2]
    if last in LANGUAGES:
        return last
    if change.name.startswith("letter.recipient"):
        return application.lead_side.language
    return application.language if last == "project_title" else ""


def day(text: str) -> str:
    """A day of the signed terms, which are JSON, as the reader writes it."""
    return locale.short_date(date.fromisoformat(text))


def _vote(value: Any) -> str:
    return f"{value['number']}, {day(value['on'])}" if isinstance(value, dict) else str(value or "–")


def _conditions(value: Any) -> str:
    return " / ".join(entry[locale.language()] for entry in value or ()) or "–"


def _amount(value: Any) -> str:
    return locale.money(value or 0)


def _outcome(value: Any) -> str:
    return str(OUTCOMES[Outcome(value)])


def _ground(value: Any) -> str:
    return str(GROUNDS[RejectionReason(value)]) if value else "–"


def _channel(value: Any) -> str:
    return str(letters.CHANNELS[Channel(value)])


_SPOKEN: tuple[tuple[str, Callable[[Any], str]], ...] = (
    ("award", _amount),
    ("shares.", _amount),
    ("outcome", _outcome),
    ("rejection_reason", _ground),
    ("deliberations.", _vote),
    ("conditions", _conditions),
    ("letter.channel", _channel),
)
