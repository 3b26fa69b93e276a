"""Words for what two people release."""

from typing import Any

from flask_babel import lazy_gettext as _l

from .states import EditionState

STATES: dict[EditionState, Any] = {
    EditionState.DRAFT: _l("Draft"),
    EditionState.RELEASED: _l("Released, not yet in force"),
    EditionState.IN_FORCE: _l("In force"),
    EditionState.SUPERSEDED: _l("Superseded"),
    EditionState.DISCARDED: _l("Discarded"),
}

MESSAGES: dict[str, Any] = {
    "draft_exists": _l("There is a draft of this already. Continue with that one, or discard it first."),
    "edition_changed": _l("The draft was changed in the meantime. Look at it again before you go on."),
    "edition_is_final": _l("This edition has been released or discarded and does not change any more."),
    "edition_is_outdated": _l(
        "Another edition was released since this draft was begun. Compare it with that one first."
    ),
    "edition_waits": _l("A released edition still waits for its day. Only then can the next one be released."),
    "key_not_needed": _l("Your key is not among those that are still missing here."),
}
