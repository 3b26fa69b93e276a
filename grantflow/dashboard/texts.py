"""What there is to do, in words."""

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
    "upkeep.forget_answers": _l("Delete notes about forms that were answered"),
    "upkeep.forget_attempts": _l("Delete counters of attempts"),
    "upkeep.forget_heartbeats": _l("Delete notes about ended workers"),
}

MESSAGES: dict[str, Any] = {}
