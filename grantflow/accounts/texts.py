"""Words for accounts."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext

from grantflow.kernel.parties import Party, Role

from .models import Address, ProposalState
from .states import FactorKind, Means

ROLES: dict[Role, Any] = {
    Role.APPLICANT: lazy_pgettext("role", "Applicant"),
    Role.REVIEWER: lazy_pgettext("role", "Reviewer"),
    Role.OFFICE: lazy_pgettext("role", "Office"),
    Role.SIGNATORY: lazy_pgettext("role", "Signatory"),
    Role.FINANCE: lazy_pgettext("role", "Finance"),
    Role.ADMINISTRATOR: lazy_pgettext("role", "Administrator"),
}
#: What a role may do, in one sentence, for the page that hands it out.
DUTIES: dict[Role, Any] = {
    Role.REVIEWER: _l("Declares conflicts of interest and scores the files assigned."),
    Role.OFFICE: _l("Checks formally, assigns reviewers, prepares decisions."),
    Role.SIGNATORY: _l("Signs for this funder: the decision is final once both cities have signed."),
    Role.FINANCE: _l("Downloads the letters of this funder."),
    Role.ADMINISTRATOR: _l("Invites staff, grants roles, reads the audit trail. Never scores, signs or pays."),
}
#: What has become of a role that a second administrator has to confirm.
PROPOSALS: dict[ProposalState, Any] = {
    ProposalState.WAITING: lazy_pgettext("role proposal", "waiting"),
    ProposalState.CONFIRMED: lazy_pgettext("role proposal", "confirmed"),
    ProposalState.REFUSED: lazy_pgettext("role proposal", "refused"),
    ProposalState.WITHDRAWN: lazy_pgettext("role proposal", "withdrawn"),
    ProposalState.LAPSED: lazy_pgettext("role proposal", "lapsed"),
}
PARTIES: dict[Party, Any] = {
    Party.DUESSELDORF: _l("Düsseldorf"),
    Party.TOULOUSE: _l("Toulouse"),
    Party.METROPOLE: _l("Toulouse Métropole"),
}
ADDRESSES: dict[Address, Any] = {
    Address.MS: lazy_pgettext("form of address", "Ms"),
    Address.MR: lazy_pgettext("form of address", "Mr"),
    Address.NEUTRAL: lazy_pgettext("form of address", "Neutral, by name"),
}
LANGUAGES = {"de": "Deutsch", "fr": "Français"}

MEANS: dict[Means, Any] = {
    Means.PASSWORD: _l("Password"),
    Means.ONE_TIME_CODE: _l("Password and one-time code"),
    Means.PASSKEY: _l("Password and passkey"),
    Means.RECOVERY_CODE: _l("Password and recovery code"),
    Means.SWITCH: _l("Role switch of the demonstration"),
}
FACTORS: dict[FactorKind, Any] = {
    FactorKind.APP: _l("App with one-time codes"),
    FactorKind.PASSKEY: _l("Passkey"),
}

MESSAGES: dict[str, Any] = {
    "sign_in_wrong": _l("The e-mail address or the password is not right, or the account has not been confirmed yet."),
    "proof_asked": _l("Please fill in this field."),
    "password_wrong": _l("The password is not right."),
    "password_short": _l("Please choose a password of at least %(count)s characters."),
    "password_long": _l("Please choose a password of at most %(count)s characters."),
    "password_common": _l(
        "This password is among the first that attackers try. Please choose another one, such as several words."
    ),
    "password_context": _l("Please choose a password without “%(word)s”: that word is easy to guess here."),
    "factor_none": _l("This account has no second factor."),
    "loss_reported_already": _l("This loss is reported already and waits for a second administrator."),
    "loss_settled": _l("This loss has been settled already."),
    "address_same": _l("This is your address already."),
    "factor_missing": _l("This account opens with a second factor only."),
    "factor_last": _l("You need a second factor to work here. Set up another one before you remove this one."),
    "app_there": _l("There is an app with one-time codes already. Remove it before you set up another one."),
    "code_wrong": _l(
        "This code is not right. Please check the time of your device and enter the code that it shows now."
    ),
    "code_used": _l("This code has been used already. Please wait for the next one."),
    "passkey_wrong": _l("The passkey was not recognised. Please try again, or enter a code."),
    "link_dead": _l("This link is no longer valid."),
    "address_taken": _l("There is already an account with this address."),
    "already_confirmed": _l("This account has been confirmed already, or it is disabled."),
    "invitation_waits": _l("The invitation goes out as soon as a second administrator has confirmed the role."),
    "role_not_waiting": _l("This role does not wait for a confirmation any more."),
    "party_has_administrator": _l("This party has an administrator, who can invite others."),
    "roles_need_party": _l("Applicants cannot hold a role of the staff: nobody acts for two sides."),
    "roles_two_sides": _l("Staff cannot be applicants: nobody acts for two sides."),
    "roles_missing": _l("Please choose at least one role. To close an account, disable it."),
    "roles_no_office": _l("Toulouse Métropole has no office of its own."),
    "roles_administrator_alone": _l(
        "An administrator holds no other role: who keeps the accounts neither sees assessments nor decides nor pays."
    ),
    "roles_finance_alone": _l(
        "Finance goes with no other role: who pays neither sees assessments nor prepares nor decides."
    ),
}
