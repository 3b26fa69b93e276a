"""Words for messages."""

from typing import Any

from flask_babel import lazy_gettext as _l

from grantflow.kernel.parties import Party

#: Who signs: the office, as its letterhead names it, on two lines.
OFFICES: dict[Party, tuple[Any, Any]] = {
    Party.DUESSELDORF: (_l("City of Düsseldorf"), _l("Office for International and European Affairs")),
    Party.TOULOUSE: (_l("City of Toulouse"), _l("Department of International Relations")),
    Party.METROPOLE: (_l("Toulouse Métropole"), _l("Department of European and International Affairs")),
}

#: What each kind of message is called on the workers' page.
KINDS: dict[str, Any] = {
    "registration_confirm": _l("Confirm your address"),
    "account_exists": _l("You already have an account"),
    "password_reset": _l("Choose a new password"),
    "staff_invitation": _l("Invitation to GrantFlow"),
    "application_received": _l("Receipt for an application"),
    "application_returned": _l("Application returned"),
    "application_admitted": _l("Application admitted"),
    "application_inadmissible": _l("Application not admissible"),
    "reviewer_assigned": _l("File to assess"),
    "third_to_confirm": _l("Third reviewer to confirm"),
    "decision_ready": _l("Letters ready"),
    "key_waiting": _l("Decision to sign"),
    "proposal_returned": _l("Proposal sent back"),
    "failed_work": _l("Failed work"),
}

MESSAGES: dict[str, Any] = {
    "not_failed": _l("This has not failed, or it has been started again already."),
}
