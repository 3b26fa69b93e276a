"""Words for the trail. The trail lies below all features and names their deeds by what they wrote."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext

from grantflow.kernel.parties import Party
from grantflow.platform import locale

ACTIONS: dict[str, Any] = {
    # releases
    "edition_drafted": _l("Draft begun"),
    "edition_saved": _l("Draft saved"),
    "edition_rebased": _l("Draft compared with the latest edition"),
    "edition_discarded": _l("Draft or release discarded"),
    "edition_offered": _l("Edition put before those who sign"),
    "edition_signed": _l("Edition signed"),
    "edition_key_withdrawn": _l("Signature of an edition taken back"),
    "edition_released": _l("Edition released"),
    "edition_in_force": _l("Edition came into force"),
    # accounts
    "signed_in": _l("Signed in"),
    "signed_out": _l("Signed out"),
    "sign_in_denied": _l("Sign-in refused"),
    "password_denied": _l("Wrong password at a second look"),
    "factor_denied": _l("Second factor refused"),
    "factor_added": _l("Second factor set up"),
    "factor_removed": _l("Second factor removed"),
    "recovery_codes_made": _l("New recovery codes made"),
    "recovery_code_used": _l("Recovery code used"),
    "factor_loss_reported": _l("Second factor reported as lost"),
    "factor_loss_confirmed": _l("Loss of the second factor confirmed"),
    "factor_loss_refused": _l("Loss of the second factor refused"),
    "address_requested": _l("Change of the e-mail address requested"),
    "address_changed": _l("E-mail address changed"),
    "session_ended": _l("Signed out on another device"),
    "registered": _l("Registered"),
    "confirmed": _l("Registration confirmed"),
    "reset_requested": _l("Link for a new password requested"),
    "password_reset": _l("Password set by link"),
    "password_changed": _l("Password changed"),
    "profile_changed": _l("Personal details changed"),
    "invited": _l("Invited"),
    "invitation_accepted": _l("Invitation accepted"),
    "roles_changed": _l("Roles changed"),
    "role_proposed": _l("Role proposed"),
    "role_confirmed": _l("Role confirmed"),
    "role_refused": _l("Role refused"),
    "role_withdrawn": _l("Proposed role withdrawn"),
    "role_lapsed": _l("Proposed role lapsed, nobody confirmed it"),
    "administrator_made": _l("Administrator made on the server, without a second person"),
    "disabled": _l("Account disabled"),
    "enabled": _l("Account opened again"),
    "access_refused": _l("Access refused"),
    # organisations
    "organisation_created": _l("Organisation entered"),
    "organisation_updated": _l("Organisation changed"),
    "organisation_merged": _l("Organisation merged with another entry"),
    # applications
    "application_started": _l("Application started"),
    "declared": _l("Declarations made"),
    "channel_chosen": _l("Way of notification chosen"),
    "partner_withdrawn": _l("Partner has withdrawn"),
    "participation_confirmed": _l("Project confirmed by the applicant"),
    "application_submit": _l("Application sent"),
    "application_return": _l("Application returned"),
    "application_extend": _l("Deadline extended"),
    "application_lapse": _l("Return lapsed"),
    "application_purged": _l("Texts of the application erased"),
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
    "third_reviewer_proposed": _l("Third reviewer proposed"),
    "third_reviewer_confirmed": _l("Third reviewer confirmed"),
    "conflict_declared": _l("Conflict of interest declared"),
    "no_conflict_declared": _l("Declared free of conflicts of interest"),
    "review_submitted": _l("Review submitted"),
    # decisions
    "proposal_made": _l("Decision proposed"),
    "proposal_changed": _l("Proposal changed"),
    "proposal_sent_back": _l("Proposal sent back"),
    "key_turned": _l("Signed"),
    "consent_given": _l("Consent given"),
    "decided": _l("Decided with both keys"),
    "budget_released": _l("Budget released"),
    # councils
    "sitting_entered": _l("Sitting of a council entered"),
    "sitting_removed": _l("Sitting of a council removed"),
    # letters and messages
    "letter_issued": _l("Letter issued"),
    "letter_rendered": _l("Letter made"),
    "letter_retried": _l("Letter started again"),
    "letters_retried": _l("Failed letters started again"),
    "letter_found_rotten": _l("Letter found damaged"),
    "letter_reprinted": _l("Letter made again"),
    "letter_downloaded": _l("Letter downloaded"),
    "message_restarted": _l("Message started again"),
    "messages_restarted": _l("Failed messages started again"),
    "mail_tried": _l("Test message sent"),
    "mail_arrived": _l("Test message has arrived"),
    "upkeep_restarted": _l("Periodic work started again"),
}

SUBJECTS: dict[str, Any] = {
    "edition": lazy_pgettext("audit", "Edition"),
    "sitting": lazy_pgettext("audit", "Sitting of a council"),
    "call": lazy_pgettext("audit", "Call"),
    "person": lazy_pgettext("audit", "Person"),
    "address": lazy_pgettext("audit", "Unknown address"),
    "partner": lazy_pgettext("audit", "Partner"),
    "organisation": lazy_pgettext("audit", "Organisation"),
    "application": lazy_pgettext("audit", "Application"),
    "job": lazy_pgettext("audit", "Periodic work"),
    "act": lazy_pgettext("audit", "Decision"),
    "letter": lazy_pgettext("audit", "Letter"),
    "message": lazy_pgettext("audit", "Message"),
    "page": lazy_pgettext("audit", "Page"),
}

#: Reasons that the system itself wrote.
REASONS: dict[str, Any] = {
    "password": lazy_pgettext("audit", "wrong address or password"),
    "disabled": lazy_pgettext("audit", "the account is disabled"),
    "unconfirmed": lazy_pgettext("audit", "the account is not confirmed"),
    "code_wrong": lazy_pgettext("audit", "wrong code"),
    "code_used": lazy_pgettext("audit", "code used before"),
    "passkey_wrong": lazy_pgettext("audit", "unknown passkey"),
}

_FACTS: dict[str, Any] = {
    "means": lazy_pgettext("audit", "By"),
    "state": lazy_pgettext("audit", "State"),
    "meets_on": _l("Day of the sitting"),
    "papers_by": _l("Last day for its papers"),
    "is_released": lazy_pgettext("audit", "Released"),
    "funder": lazy_pgettext("audit", "Funder"),
    "limit_cents": lazy_pgettext("audit", "Amount"),
    "roles": lazy_pgettext("audit", "Roles"),
    "role": lazy_pgettext("audit", "Role"),
    "party": lazy_pgettext("audit", "Funder"),
    "reviewer": lazy_pgettext("role", "Reviewer"),
    "outcome": lazy_pgettext("audit", "Decision"),
    "award": lazy_pgettext("audit", "Amount"),
    "shares": lazy_pgettext("audit", "Shares of the funders"),
    "deliberations": lazy_pgettext("audit", "Resolutions"),
    "digest": lazy_pgettext("audit", "Check sum"),
    "version": lazy_pgettext("audit", "Version"),
    "voided": lazy_pgettext("audit", "Signatures made void"),
    "kind": lazy_pgettext("audit", "Kind"),
    "standing": lazy_pgettext("audit", "Standing"),
    "language": lazy_pgettext("audit", "Language"),
    "application": lazy_pgettext("audit", "Application"),
    "organisation": lazy_pgettext("audit", "Organisation"),
    "count": lazy_pgettext("audit", "Number of them"),
    "desk": lazy_pgettext("audit", "Downloaded by"),
    "call": lazy_pgettext("audit", "Call"),
    "person": lazy_pgettext("audit", "Person"),
    "name": lazy_pgettext("audit", "Name"),
    "title": lazy_pgettext("audit", "Title"),
    "given_name": lazy_pgettext("audit", "First name"),
    "family_name": lazy_pgettext("audit", "Family name"),
    "address": lazy_pgettext("audit", "Form of address"),
    "phone": lazy_pgettext("audit", "Telephone"),
    "country": lazy_pgettext("audit", "Country"),
    "street": lazy_pgettext("audit", "Street"),
    "postal_code": lazy_pgettext("audit", "Postal code"),
    "city": lazy_pgettext("audit", "Town"),
    "website": lazy_pgettext("audit", "Website"),
    "representative": lazy_pgettext("audit", "Legal representative"),
    "register_court": lazy_pgettext("audit", "Register court"),
    "register_number": lazy_pgettext("audit", "Register number"),
    "exemption_on": lazy_pgettext("audit", "Notice of exemption of"),
    "rna": "RNA",
    "local_court": lazy_pgettext("audit", "Tribunal of the register of associations"),
    "local_volume": lazy_pgettext("audit", "Volume"),
    "local_folio": lazy_pgettext("audit", "Folio"),
    "siret": "SIRET",
    "siret_pending": lazy_pgettext("audit", "SIRET applied for"),
    "competent_body": lazy_pgettext("audit", "Competent authority"),
    "run_by": lazy_pgettext("audit", "Run by"),
    "people": lazy_pgettext("audit", "Named people"),
    "bank_account": lazy_pgettext("audit", "Bank account"),
    "declarations": lazy_pgettext("audit", "Declarations"),
    "channel": lazy_pgettext("audit", "Decisions arrive"),
}

_VALUES: dict[str, Any] = {
    "password": lazy_pgettext("audit", "Password"),
    "one_time_code": lazy_pgettext("audit", "One-time code"),
    "passkey": lazy_pgettext("audit", "Passkey"),
    "recovery_code": lazy_pgettext("audit", "Recovery code"),
    "app": lazy_pgettext("audit", "App with one-time codes"),
    "switch": lazy_pgettext("audit", "Role switch of the demo"),
    "draft": lazy_pgettext("audit", "Draft"),
    "submitted": lazy_pgettext("audit", "Sent"),
    "returned": lazy_pgettext("audit", "Returned"),
    "admitted": lazy_pgettext("audit", "Admitted"),
    "inadmissible": lazy_pgettext("audit", "Inadmissible"),
    "in_review": lazy_pgettext("audit", "In review"),
    "assessed": lazy_pgettext("audit", "Assessed"),
    "proposed": lazy_pgettext("audit", "Proposed"),
    "awarded": lazy_pgettext("audit", "Awarded"),
    "rejected": lazy_pgettext("audit", "Rejected"),
    "withdrawn": lazy_pgettext("audit", "Withdrawn"),
    "applicant": lazy_pgettext("role", "Applicant"),
    "reviewer": lazy_pgettext("role", "Reviewer"),
    "office": lazy_pgettext("role", "Office"),
    "signatory": lazy_pgettext("role", "Signatory"),
    "finance": lazy_pgettext("role", "Finance"),
    "administrator": lazy_pgettext("role", "Administrator"),
    "duesseldorf": lazy_pgettext("audit", "Düsseldorf"),
    "toulouse": lazy_pgettext("audit", "Toulouse"),
    "metropole": lazy_pgettext("audit", "Toulouse Métropole"),
    "award": lazy_pgettext("audit", "Award"),
    "rejection": lazy_pgettext("audit", "Rejection"),
    "act": lazy_pgettext("audit", "Act"),
    "courtesy": lazy_pgettext("audit", "Courtesy translation"),
    "recipient": lazy_pgettext("audit", "Recipient"),
    "staff": lazy_pgettext("audit", "Staff"),
    "changed": lazy_pgettext("audit", "changed"),
    "ms": lazy_pgettext("form of address", "Ms"),
    "mr": lazy_pgettext("form of address", "Mr"),
    "neutral": lazy_pgettext("form of address", "Neutral, by name"),
    "de": "Deutsch",
    "fr": "Français",
    "DE": lazy_pgettext("audit", "Germany"),
    "FR": lazy_pgettext("audit", "France"),
    "association": lazy_pgettext("audit", "Association"),
    "foundation": lazy_pgettext("audit", "Foundation"),
    "non_profit_company": lazy_pgettext("audit", "Non-profit company"),
    "authority": lazy_pgettext("audit", "Public authority"),
    "institution": lazy_pgettext("audit", "Institution"),
    "group": lazy_pgettext("audit", "Group"),
    "truth": lazy_pgettext("audit", "true and complete"),
    "not_started": lazy_pgettext("audit", "not begun"),
    "no_double_funding": lazy_pgettext("audit", "no double funding"),
    "non_profit": lazy_pgettext("audit", "no profit"),
    "not_partisan": lazy_pgettext("audit", "not party-political"),
    "publicity": lazy_pgettext("audit", "publicity"),
    "privacy": lazy_pgettext("audit", "data protection"),
    "portal": lazy_pgettext("audit", "through the portal"),
    "post": lazy_pgettext("audit", "by post"),
    "cer": lazy_pgettext("audit", "republican commitment (CER)"),
    "liability": lazy_pgettext("audit", "joint liability"),
    "competent_body": lazy_pgettext("audit", "consent of the competent body"),
}

#: Keys whose values are words of ours; everything else is shown as it was written.
_WORDED = frozenset(
    {
        "state",
        "means",
        "funder",
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
        "declarations",
        "channel",
    }
)


def _word(value: Any) -> str:
    return str(_VALUES.get(str(value), value))


def _amount(value: Any) -> str:
    return locale.money(value) if isinstance(value, int) else "–"


def _by_party(value: Any) -> list[tuple[str, Any]]:
    """In the order the funders have everywhere; the database keeps the names of an object in one of its own."""
    order = [party.value for party in Party]
    return sorted(dict(value or {}).items(), key=lambda row: order.index(row[0]) if row[0] in order else len(order))


def _shares(value: Any) -> str:
    return ", ".join(f"{_word(party)} {_amount(cents)}" for party, cents in _by_party(value))


def _resolutions(value: Any) -> str:
    return ", ".join(f"{_word(party)} {_plain(resolution)}" for party, resolution in _by_party(value)) or "–"


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


def _day(value: Any) -> str:
    return locale.short_date(date.fromisoformat(value)) if value else "–"


_SHOWN: dict[str, Callable[[Any], str]] = {
    "limit_cents": _amount,
    "meets_on": _day,
    "papers_by": _day,
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


#: What editions are of, and the duty pages.
_NAMES: dict[str, Any] = {
    "funder": lazy_pgettext("audit", "Funder"),
    "law": lazy_pgettext("audit", "Law"),
    "agreement": lazy_pgettext("audit", "Agreement"),
    "call": lazy_pgettext("audit", "Call"),
    "page": lazy_pgettext("audit", "Page"),
    "imprint": lazy_pgettext("audit", "Imprint"),
    "contact": lazy_pgettext("audit", "Contact"),
    "privacy": lazy_pgettext("audit", "Data protection"),
    "accessibility": lazy_pgettext("audit", "Accessibility"),
}
#: Subjects whose labels are put together of keys of ours.
_COMPOSED = frozenset({"edition", "sitting"})


def subject(kind: str, label: str) -> str:
    """What a deed was done to, in words: ``law duesseldorf`` is no name for anybody."""
    return " ".join(_part(part) for part in label.split()) if kind in _COMPOSED else label


def _part(key: str) -> str:
    try:
        return locale.short_date(date.fromisoformat(key))
    except ValueError:
        return str(_NAMES.get(key) or _word(key))


#: Keys whose values somebody wrote about an organisation, in its language.
_WRITTEN = frozenset({"name", "street", "city", "representative", "register_court", "competent_body"})


def details(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, language: str = ""
) -> list[tuple[str, str, str, str]]:
    """What an entry changed: label, value before ("" where nothing was), value after, in the language in force, and
    the language of the values where they are not our words: that of the subject."""
    before, after = before or {}, after or {}
    rows = []
    for key in dict.fromkeys((*before, *after)):
        label = str(_FACTS.get(key, lazy_pgettext("audit", "Detail")))
        was = _value(key, before[key]) if key in before else ""
        now = _value(key, after[key]) if key in after else "–"
        rows.append((label, was, now, language if key in _WRITTEN else ""))
    return rows


MESSAGES: dict[str, Any] = {}
