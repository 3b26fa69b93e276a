"""How a person shows who they are."""

from enum import StrEnum


class Means(StrEnum):
    """What a session was begun with."""

    PASSWORD = "password"
    ONE_TIME_CODE = "one_time_code"
    PASSKEY = "passkey"
    RECOVERY_CODE = "recovery_code"
    #: The demo's role switch: nothing was shown.
    SWITCH = "switch"


class FactorKind(StrEnum):
    """What a person has beside their password."""

    APP = "app"
    PASSKEY = "passkey"


class LossState(StrEnum):
    """What has become of a second factor that was reported as lost."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class Step(StrEnum):
    """What comes after the password."""

    ENTER = "enter"
    PROVE = "prove"
    #: There has to be a second factor, and there is none yet.
    ENROL = "enrol"


#: What shows a second factor, beside the password.
SECOND = frozenset({Means.ONE_TIME_CODE, Means.PASSKEY, Means.RECOVERY_CODE})
