"""Words of the finance desk."""

from typing import Any

from flask_babel import lazy_pgettext

#: What the desk's filter calls the states it can ask for.
STATUSES: dict[str, Any] = {
    "new": lazy_pgettext("letter", "new"),
    "fetched": lazy_pgettext("letter", "downloaded"),
    "queued": lazy_pgettext("letter", "being made"),
    "failed": lazy_pgettext("letter", "failed"),
}

MESSAGES: dict[str, Any] = {}
