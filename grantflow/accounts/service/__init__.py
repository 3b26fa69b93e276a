"""Accounts: from registration to the end of a session."""

from .address import confirm_address, request_address
from .confirming import confirm_role, lapse_proposals, refuse_role, withdraw_role
from .enrolling import add_app, add_passkey, offer, remove_factor, renew_codes
from .inviting import accept_invitation, invite, invite_again, make_administrator
from .losing import confirm_loss, refuse_loss, report_loss
from .passkeys import are_passkeys_possible, ask_for_new
from .password import change_password, check_new_password, request_reset, reset_password
from .profile import change_profile
from .proving import prove, take, ways
from .registering import confirm, register
from .roles import disable, enable, set_roles
from .sessions import (
    begin,
    end_other_sessions,
    end_session,
    enter,
    forget_expired,
    go_halfway,
    halfway,
    person_of,
    sign_in,
    sign_out,
    step_after,
    verify_password,
)

__all__ = [
    "accept_invitation",
    "add_app",
    "add_passkey",
    "are_passkeys_possible",
    "ask_for_new",
    "begin",
    "change_password",
    "change_profile",
    "check_new_password",
    "confirm",
    "confirm_address",
    "confirm_loss",
    "confirm_role",
    "disable",
    "enable",
    "end_other_sessions",
    "end_session",
    "enter",
    "forget_expired",
    "go_halfway",
    "halfway",
    "invite",
    "invite_again",
    "lapse_proposals",
    "make_administrator",
    "offer",
    "person_of",
    "prove",
    "refuse_loss",
    "refuse_role",
    "register",
    "remove_factor",
    "renew_codes",
    "report_loss",
    "request_address",
    "request_reset",
    "reset_password",
    "set_roles",
    "sign_in",
    "sign_out",
    "step_after",
    "take",
    "verify_password",
    "ways",
    "withdraw_role",
]
