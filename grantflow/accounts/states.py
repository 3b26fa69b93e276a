"""How a person showed who they are."""

from enum import StrEnum


class Means(StrEnum):
    """What a session was begun with."""

    PASSWORD = "password"
    ONE_TIME_CODE = "one_time_code"
    PASSKEY = "passkey"
    RECOVERY_CODE = "recovery_code"
    #: The demo's role switch: nothing was shown.
    SWITCH = "switch"


#: What shows a second factor, beside the password.
SECOND = frozenset({Means.ONE_TIME_CODE, Means.PASSKEY, Means.RECOVERY_CODE})
