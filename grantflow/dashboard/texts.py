"""What there is to do, in words."""

import re
from typing import Any

from flask_babel import lazy_gettext as _l

TO_CHECK = _l("Files to check formally")
RETURNED = _l("Files waiting for completion by the applicant")
TO_PROPOSE = _l("Files ready for a proposal")
SENT_BACK = _l("Proposals sent back to you")
TO_DELIBERATE = _l("Proposals without délibération")
TO_SIGN = _l("Proposals waiting for your signature or consent")
NEW_LETTERS = _l("New letters to download")
FAILED_WORK = _l("Letters and messages that failed")

#: What is asked about the work in the background, by the names of ``/status``.
CHECKS: dict[str, Any] = {
    "database": _l("Database"),
    "migrations": _l("Tables of the database"),
    "broker": _l("Queue"),
    "worker": _l("Workers"),
    "beat": _l("Clock of the workers"),
    "sweep": _l("Sweep for work left behind"),
    "store": _l("Storage of files"),
    "disk": _l("Space for files"),
    "clock": _l("Clocks of the computers"),
    "letters": _l("Letters in the queue"),
    "letters_failed": _l("Failed letters"),
    "letters_files": _l("Files of the letters"),
    "messages": _l("Messages in the queue"),
    "messages_failed": _l("Failed messages"),
    "mail": _l("Mail server"),
    "audit_chain": _l("Check sums of the audit trail"),
    "upkeep": _l("Periodic work"),
}

#: Periodic work, by the names of its jobs.
UPKEEP: dict[str, Any] = {
    "accounts.forget_expired": _l("Delete links and sessions that ended"),
    "audit.watch": _l("Check the audit trail"),
    "applications.lapse_returns": _l("Take returned applications back whose deadline is over"),
    "dashboard.report_failures": _l("Report failed work to the administrators"),
    "letters.scan": _l("Check the files of the letters"),
    "notifications.probe": _l("Ask whether the mail server answers"),
    "review.forget_changes": _l("Delete how submitted reviews came about"),
    "upkeep.remind": _l("Give the reminders that are due"),
    "upkeep.forget_answers": _l("Delete notes about forms that were answered"),
    "upkeep.forget_attempts": _l("Delete counters of attempts"),
    "upkeep.forget_heartbeats": _l("Delete notes about ended workers"),
}

#: What workers and checks say in English, for whoever runs the house, and what it means. The first that fits holds.
_REASONS: tuple[tuple[str, Any], ...] = (
    (
        "^the link ended",
        _l("The link in the message had ended before it could be sent. The person can ask for a new one."),
    ),
    ("SMTPUTF8", _l("The mail server takes no address with such letters.")),
    ("^SMTP [0-9]", _l("The mail server did not take the message.")),
    ("no attempt came to an end", _l("The work was broken off several times without a result.")),
    ("has no glyph|not in the file:|would print as nothing|[Ff]ont", _l("A character or a font cannot be printed.")),
    ("OverLimit|more than [0-9]|MemoryError", _l("Making it took too long or too much memory.")),
    ("storage refused|No space|Read-only|Permission denied", _l("A file could not be stored.")),
    ("other bytes|Rotten|^damaged|not to be printed again", _l("A file is damaged.")),
    ("folder is gone", _l("A folder is missing.")),
    ("^nobody was seen", _l("No service is running that takes this work.")),
    ("^never seen|^last seen", _l("There has been no sign of life lately.")),
    ("nobody takes what|oldest has waited", _l("Work waits too long.")),
    ("gave up", _l("Work has failed and waits for a person.")),
    ("MB left", _l("Space is running out.")),
    ("database's clock", _l("A clock is wrong.")),
    ("^the database is at", _l("The tables of the database are those of another version.")),
    ("^broken at entry", _l("An entry was changed or is missing.")),
    ("^not checked", _l("It was not checked for two days.")),
    ("silent|timed out|[Tt]imeout", _l("No answer came in time.")),
    ("[Cc]onnect|unreachable|gaierror|Name or service|closed", _l("The connection failed.")),
)
_REFUSED = _l(
    "The mail server of the recipient refuses the message: the address is probably wrong or no longer in use."
)
_UNKNOWN = _l("An unexpected fault.")


def reason(said: str, *, recipient: bool = False) -> Any:
    """What a technical reason means. ``recipient``: what failed is about whom it was meant for."""
    found = next((label for pattern, label in _REASONS if re.search(pattern, said)), _UNKNOWN)
    return _REFUSED if recipient and said.startswith("SMTP ") else found


MESSAGES: dict[str, Any] = {}
