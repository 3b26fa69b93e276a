"""Accounts: from registration to the end of a session."""

from .confirming import confirm_role, lapse_proposals, refuse_role, withdraw_role
from .inviting import accept_invitation, invite, invite_again, make_administrator
from .password import change_password, check_new_password, request_reset, reset_password
from .profile import change_profile
from .proving import is_fresh, take
from .registering import confirm, register
from .roles import disable, enable, set_roles
from .sessions import begin, forget_expired, person_of, sign_in, sign_out, verify_password

__all__ = [
    "accept_invitation",
    "begin",
    "change_password",
    "change_profile",
    "check_new_password",
    "confirm",
    "confirm_role",
    "disable",
    "enable",
    "forget_expired",
    "invite",
    "invite_again",
    "is_fresh",
    "lapse_proposals",
    "make_administrator",
    "person_of",
    "refuse_role",
    "register",
    "request_reset",
    "reset_password",
    "set_roles",
    "sign_in",
    "sign_out",
    "take",
    "verify_password",
    "withdraw_role",
]
