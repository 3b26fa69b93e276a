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

MESSAGES: dict[str, Any] = {}
