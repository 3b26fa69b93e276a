"""The sheet: a body, its slots, and not one word of its own."""

from collections.abc import Mapping

from markupsafe import Markup, escape

from grantflow.platform import locale

from .. import rules
from ..rules import Slot, Slots
from .writing import TEMPLATES, typeset

_SHEET = """<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta name="dcterms.created" content="{day}">
<meta name="dcterms.modified" content="{day}">
{body}
</html>
"""


def layout(body: str, slots: Slots, language: str) -> str:
    """The letter as HTML for ``platform.pdf``: what was written out, with its slots filled in.

    ``body`` is data: its marks are replaced by escaped text and nothing in it is evaluated. Raises ``rules.Unfilled``
    where a slot has nothing to hold.
    """
    return _SHEET.format(language=language, day=slots.day.isoformat(), body=rules.filled(body, _words(slots, language)))


def _words(slots: Slots, language: str) -> Mapping[Slot, Markup]:
    """What stands in each slot, as careful typists set it."""
    words = {
        Slot.DAY: locale.long_date(slots.day, language),
        Slot.REGISTER_NUMBER: slots.register_number,
        Slot.SIGNATORY: slots.signatory,
        Slot.SIGNATORY_FUNCTION: slots.signatory_function,
    }
    if slots.funding_start:
        words[Slot.FUNDING_START] = locale.long_date(slots.funding_start, language)
    return {slot: Markup(typeset(str(escape(text)), language)) for slot, text in words.items()}  # noqa: S704 - escaped


def stylesheet() -> str:
    return (TEMPLATES / "letter.css").read_text()
