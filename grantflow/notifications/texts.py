"""Words for messages."""

from typing import Any

from flask_babel import lazy_gettext as _l

from grantflow.kernel.parties import Party

#: Who signs: the city as its letterhead names it, in both languages alike, and the office.
OFFICES: dict[Party, tuple[Any, Any]] = {
    Party.DUESSELDORF: ("Landeshauptstadt Düsseldorf", _l("Office for International and European Affairs")),
    Party.TOULOUSE: ("Ville de Toulouse", _l("Department of International Relations")),
    Party.METROPOLE: ("Toulouse Métropole", _l("Department of European and International Affairs")),
}

#: What each kind of message is called on the workers' page.
KINDS: dict[str, Any] = {
    "registration_confirm": _l("Confirm your address"),
    "account_exists": _l("You already have an account"),
    "password_reset": _l("Choose a new password"),
    "factor_added": _l("Second factor set up"),
    "factor_removed": _l("Second factor removed"),
    "factor_loss_reported": _l("Second factor reported as lost"),
    "factor_loss_to_confirm": _l("Loss of a second factor to confirm"),
    "factor_loss_settled": _l("Loss of a second factor settled"),
    "factor_taken_away": _l("Second factor removed after a loss"),
    "address_confirm": _l("Confirm your new address"),
    "address_changed": _l("E-mail address changed"),
    "recovery_codes_made": _l("New recovery codes"),
    "recovery_code_used": _l("Recovery code used"),
    "staff_invitation": _l("Invitation to GrantFlow"),
    "role_to_confirm": _l("Role to confirm"),
    "role_granted": _l("Role granted"),
    "role_settled": _l("What has become of a role"),
    "application_received": _l("Receipt for an application"),
    "application_returned": _l("Application returned"),
    "return_extended": _l("Deadline of a returned application extended"),
    "return_extended_noted": _l("Deadline extended by the other office"),
    "call_changed": _l("Open call changed"),
    "return_lapsed": _l("Deadline over, application unchanged"),
    "return_lapsed_to_check": _l("Returned application to check"),
    "application_admitted": _l("Application admitted"),
    "application_inadmissible": _l("Application not admissible"),
    "partner_withdrawn": _l("Partner has withdrawn"),
    "reviewer_assigned": _l("File to assess"),
    "reviewer_recused": _l("Reviewer recused"),
    "third_to_confirm": _l("Third reviewer to confirm"),
    "decision_ready": _l("Letters ready"),
    "key_waiting": _l("Decision to sign"),
    "proposal_returned": _l("Proposal sent back"),
    "edition_to_sign": _l("Edition to sign"),
    "edition_in_force": _l("Edition in force"),
    "failed_work": _l("Failed work"),
    "mail_trial": _l("Test message"),
}

_BY_ADDRESS = _l("You receive this e-mail because this address was entered in GrantFlow.")
_BY_ACCOUNT = _l("You receive this e-mail because something about the safety of your account in GrantFlow has changed.")
_BY_APPLICATION = _l("You receive this e-mail because you are the contact for this application.")
_BY_ROLE = _l("You receive this e-mail because of your role in GrantFlow.")

#: Why somebody gets each kind of message; the foot of the mail says it.
REASONS: dict[str, Any] = {
    "registration_confirm": _BY_ADDRESS,
    "account_exists": _BY_ADDRESS,
    "password_reset": _BY_ADDRESS,
    "factor_added": _BY_ACCOUNT,
    "factor_removed": _BY_ACCOUNT,
    "factor_loss_reported": _BY_ACCOUNT,
    "factor_loss_to_confirm": _BY_ROLE,
    "factor_loss_settled": _BY_ROLE,
    "factor_taken_away": _BY_ACCOUNT,
    "address_confirm": _BY_ADDRESS,
    "address_changed": _BY_ACCOUNT,
    "recovery_codes_made": _BY_ACCOUNT,
    "recovery_code_used": _BY_ACCOUNT,
    "staff_invitation": _BY_ADDRESS,
    "role_to_confirm": _BY_ROLE,
    "role_granted": _BY_ROLE,
    "role_settled": _BY_ROLE,
    "application_received": _BY_APPLICATION,
    "application_returned": _BY_APPLICATION,
    "return_extended": _BY_APPLICATION,
    "return_extended_noted": _BY_ROLE,
    "call_changed": _BY_APPLICATION,
    "return_lapsed": _BY_APPLICATION,
    "return_lapsed_to_check": _BY_ROLE,
    "application_admitted": _BY_APPLICATION,
    "application_inadmissible": _BY_APPLICATION,
    "partner_withdrawn": _BY_APPLICATION,
    "decision_ready": _BY_APPLICATION,
    "reviewer_assigned": _BY_ROLE,
    "reviewer_recused": _BY_ROLE,
    "third_to_confirm": _BY_ROLE,
    "key_waiting": _BY_ROLE,
    "proposal_returned": _BY_ROLE,
    "edition_to_sign": _BY_ROLE,
    "edition_in_force": _BY_ROLE,
    "failed_work": _BY_ROLE,
    "mail_trial": _BY_ROLE,
}

MESSAGES: dict[str, Any] = {
    "not_failed": _l("This has not failed, or it has been started again already."),
}
