"""Words for the trail. The trail lies below all features and names their deeds by what they wrote."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext

from grantflow.platform import locale

ACTIONS: dict[str, Any] = {
    # accounts
    "signed_in": _l("Signed in"),
    "signed_out": _l("Signed out"),
    "sign_in_denied": _l("Sign-in refused"),
    "password_denied": _l("Wrong password at a second look"),
    "registered": _l("Registered"),
    "confirmed": _l("Registration confirmed"),
    "reset_requested": _l("Link for a new password requested"),
    "password_reset": _l("Password set by link"),
    "password_changed": _l("Password changed"),
    "profile_changed": _l("Personal details changed"),
    "invited": _l("Invited"),
    "invitation_accepted": _l("Invitation accepted"),
    "roles_changed": _l("Roles changed"),
    "disabled": _l("Account disabled"),
    "enabled": _l("Account opened again"),
    "access_refused": _l("Access refused"),
    # organisations
    "organisation_created": _l("Organisation entered"),
    "organisation_updated": _l("Organisation changed"),
    "member_added": _l("Person added to an organisation"),
    # applications
    "application_started": _l("Application started"),
    "application_submit": _l("Application sent"),
    "application_return": _l("Application returned"),
    "application_admit": _l("Application admitted"),
    "application_exclude": _l("Application declared inadmissible"),
    "application_begin_review": _l("Review begun"),
    "application_complete_review": _l("Review completed"),
    "application_reopen_review": _l("Review opened again"),
    "application_propose": _l("Application put forward for decision"),
    "application_send_back": _l("Application sent back to the review"),
    "application_award": _l("Grant awarded"),
    "application_reject": _l("Application rejected"),
    "application_withdraw": _l("Application withdrawn"),
    # review
    "reviewer_assigned": _l("Reviewer assigned"),
    "reviewer_removed": _l("Reviewer removed"),
    "conflict_declared": _l("Conflict of interest declared"),
    "no_conflict_declared": _l("Declared free of conflicts of interest"),
    "review_submitted": _l("Review submitted"),
    # decisions
    "proposal_made": _l("Decision proposed"),
    "proposal_changed": _l("Proposal changed"),
    "proposal_sent_back": _l("Proposal sent back"),
    "key_turned": _l("Key turned"),
    "consent_given": _l("Consent given"),
    "decided": _l("Decided with both keys"),
    # letters and messages
    "letter_issued": _l("Letter issued"),
    "letter_rendered": _l("Letter made"),
    "letter_retried": _l("Letter started again"),
    "letter_downloaded": _l("Letter downloaded"),
    "message_restarted": _l("Message started again"),
}

SUBJECTS: dict[str, Any] = {
    "person": lazy_pgettext("audit", "Person"),
    "address": lazy_pgettext("audit", "Unknown address"),
    "organisation": lazy_pgettext("audit", "Organisation"),
    "application": lazy_pgettext("audit", "Application"),
    "proposal": lazy_pgettext("audit", "Proposal"),
    "letter": lazy_pgettext("audit", "Letter"),
    "message": lazy_pgettext("audit", "Message"),
    "page": lazy_pgettext("audit", "Page"),
}

#: Reasons that the system itself wrote.
REASONS: dict[str, Any] = {
    "password": _l("wrong address or password"),
    "disabled": _l("the account is disabled"),
    "unconfirmed": _l("the account is not confirmed"),
}

_FACTS: dict[str, Any] = {
    "state": _l("State"),
    "roles": _l("Roles"),
    "role": _l("Role"),
    "party": _l("Funder"),
    "reviewer": lazy_pgettext("role", "Reviewer"),
    "outcome": _l("Decision"),
    "award": _l("Amount"),
    "shares": _l("Shares of the funders"),
    "deliberations": _l("Resolutions"),
    "digest": _l("Check sum"),
    "version": _l("Version"),
    "voided": _l("Keys made void"),
    "kind": _l("Kind"),
    "standing": _l("Standing"),
    "language": _l("Language"),
    "application": _l("Application"),
    "desk": _l("Downloaded by"),
    "call": _l("Call"),
    "person": _l("Person"),
    "name": _l("Name"),
    "address": _l("Form of address"),
    "phone": _l("Telephone"),
    "country": _l("Country"),
    "street": _l("Street"),
    "postal_code": _l("Postal code"),
    "city": _l("Town"),
    "website": _l("Website"),
    "representative": _l("Legal representative"),
    "register_court": _l("Register court"),
    "register_number": _l("Register number"),
    "exemption_on": _l("Notice of exemption of"),
    "rna": "RNA",
    "siret": "SIRET",
    "siret_pending": _l("SIRET applied for"),
    "competent_body": _l("Competent authority"),
    "run_by": _l("Run by"),
    "people": _l("Named people"),
    "bank_account": _l("Bank account"),
}

_VALUES: dict[str, Any] = {
    "draft": _l("Draft"),
    "submitted": _l("Sent"),
    "returned": _l("Returned"),
    "admitted": _l("Admitted"),
    "inadmissible": _l("Inadmissible"),
    "in_review": _l("In review"),
    "assessed": _l("Assessed"),
    "proposed": _l("Proposed"),
    "awarded": _l("Awarded"),
    "rejected": _l("Rejected"),
    "withdrawn": _l("Withdrawn"),
    "applicant": lazy_pgettext("role", "Applicant"),
    "reviewer": lazy_pgettext("role", "Reviewer"),
    "office": lazy_pgettext("role", "Office"),
    "signatory": lazy_pgettext("role", "Signatory"),
    "finance": lazy_pgettext("role", "Finance"),
    "administrator": lazy_pgettext("role", "Administrator"),
    "duesseldorf": _l("Düsseldorf"),
    "toulouse": _l("Toulouse"),
    "metropole": _l("Toulouse Métropole"),
    "award": _l("Award"),
    "rejection": _l("Rejection"),
    "act": _l("Act"),
    "courtesy": _l("Courtesy translation"),
    "recipient": _l("Recipient"),
    "staff": _l("Staff"),
    "changed": _l("changed"),
    "ms": lazy_pgettext("form of address", "Ms"),
    "mr": lazy_pgettext("form of address", "Mr"),
    "neutral": lazy_pgettext("form of address", "Neutral, by name"),
    "de": "Deutsch",
    "fr": "Français",
    "DE": _l("Germany"),
    "FR": _l("France"),
    "association": _l("Association"),
    "foundation": _l("Foundation"),
    "non_profit_company": _l("Non-profit company"),
    "authority": _l("Public authority"),
    "institution": _l("Institution"),
    "group": _l("Group"),
}

#: Keys whose values are words of ours; everything else is shown as it was written.
_WORDED = frozenset(
    {
        "state",
        "roles",
        "role",
        "party",
        "outcome",
        "voided",
        "kind",
        "standing",
        "language",
        "desk",
        "address",
        "country",
        "run_by",
        "bank_account",
    }
)


def _word(value: Any) -> str:
    return str(_VALUES.get(str(value), value))


def _amount(value: Any) -> str:
    return locale.money(value) if isinstance(value, int) else "–"


def _shares(value: Any) -> str:
    return ", ".join(f"{_word(party)} {_amount(cents)}" for party, cents in dict(value or {}).items())


def _resolutions(value: Any) -> str:
    rows = dict(value or {}).items()
    return ", ".join(f"{_word(party)} {_plain(resolution)}" for party, resolution in rows) or "–"


def _plain(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return str(lazy_pgettext("audit", "yes") if value else lazy_pgettext("audit", "no"))
    if isinstance(value, Mapping):
        return ", ".join(_plain(part) for part in value.values())
    if isinstance(value, list):
        return ", ".join(_plain(part) for part in value)
    return str(value)


def _short(value: Any) -> str:
    return f"{str(value)[:12]}…" if value else "–"


_SHOWN: dict[str, Callable[[Any], str]] = {
    "award": _amount,
    "shares": _shares,
    "deliberations": _resolutions,
    "digest": _short,
}


def _value(key: str, value: Any) -> str:
    if key in _WORDED:
        parts = value if isinstance(value, list) else [value] if value else []
        return ", ".join(_word(part) for part in parts) or "–"
    return _SHOWN.get(key, _plain)(value)


def details(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[tuple[str, str, str]]:
    """What an entry changed: label, value before ("" where nothing was), value after, in the language in force."""
    before, after = before or {}, after or {}
    rows = []
    for key in dict.fromkeys((*before, *after)):
        label = str(_FACTS.get(key, _l("Detail")))
        was = _value(key, before[key]) if key in before else ""
        rows.append((label, was, _value(key, after[key]) if key in after else "–"))
    return rows


MESSAGES: dict[str, Any] = {}
