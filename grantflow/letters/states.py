"""What a letter is, and how far it has come."""

from enum import StrEnum

#: Work on letters, by the names of its jobs.
PRINTING, REPRINTING = "letters.render", "letters.reprint"


class Kind(StrEnum):
    AWARD = "award"
    REJECTION = "rejection"


class Standing(StrEnum):
    """An act binds; a courtesy translation helps to read it and binds nobody."""

    ACT = "act"
    COURTESY = "courtesy"


class State(StrEnum):
    QUEUED = "queued"
    READY = "ready"
    FAILED = "failed"


class Action(StrEnum):
    RENDER = "render"
    FAIL = "fail"
    RETRY = "retry"


class Channel(StrEnum):
    """How an act reaches its recipient: by their consent through the portal, else on paper."""

    PORTAL = "portal"
    POST = "post"


class Desk(StrEnum):
    """In which capacity somebody fetched a letter: the recipient's fetch notifies (§ 41 (2a) VwVfG)."""

    FINANCE = "finance"
    RECIPIENT = "recipient"
    STAFF = "staff"
