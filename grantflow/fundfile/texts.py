"""Words about the fund as a file. Commands speak English; reasons are there in the languages of the house as well."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from grantflow.accounts.texts import PARTIES, ROLES
from grantflow.config import LANGUAGES
from grantflow.kernel.errors import Reason
from grantflow.platform import errors, locale
from grantflow.releases.rules import Flaw, Need, Path

MESSAGES: dict[str, Any] = {
    "draft_in_hand": _l("Somebody is working on a draft of this. Nothing was imported."),
    "flaw.file_too_large": _l("The file is too large: at most %(largest)s bytes."),
    "flaw.not_utf8": _l("This line is not in UTF-8. Please save the file in that encoding."),
    "flaw.control_character": _l("A character that cannot be seen stands here. Please delete it."),
    "flaw.tab": _l("Lines are indented by blanks, not by tabs."),
    "flaw.empty_file": _l("The file says nothing."),
    "flaw.second_document": _l("A second document begins here. A fund file is one."),
    "flaw.too_deep": _l("This is nested too deeply."),
    "flaw.name": _l("The name of an entry is a simple text."),
    "flaw.name_twice": _l("This name stands here a second time."),
    "flaw.anchor": _l("References with & and * are not understood here. Please write the text out."),
    "flaw.tag": _l("Tags with an exclamation mark are not understood here. Please put the text in quotation marks."),
    "flaw.colon": _l(
        "A colon does not belong here. Perhaps the indentation is not right, or the text needs quotation marks."
    ),
    "flaw.quote": _l("The quotation mark of this text is not closed, or a backslash in it means nothing."),
    "flaw.bracket": _l("This bracket is not closed, or a comma is missing."),
    "flaw.sign": _l("A text that begins with this character needs quotation marks."),
    "flaw.unreadable": _l("From here on the file cannot be read. Perhaps the indentation is not right."),
}


def name(path: Path) -> str:
    """``calls.27-1.categories.2.share``; items of lists are counted from 1."""
    return ".".join(str(step + 1) if isinstance(step, int) else step for step in path if step != "[key]")


def reason(flaw: Flaw) -> str:
    """In the language in force, English among them."""
    if locale.language() in LANGUAGES:
        return errors.describe(Reason(flaw.key, facts=dict(flaw.facts)))
    return str(errors.MESSAGES[flaw.key]) % {fact: _plain(fact, value) for fact, value in flaw.facts.items()}


def _plain(fact: str, value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat(" ", "minutes") if isinstance(value, datetime) else value.isoformat()
    if fact.endswith("_cents") and isinstance(value, int):
        return f"{value / 100:.2f} EUR"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else value


def needs(wanted: Sequence[Need]) -> list[str]:
    """Whose keys: ``Signatory, Düsseldorf``."""
    return [
        _(
            "%(roles)s, %(parties)s",
            roles=_or(sorted(need.roles), ROLES),
            parties=_or([party for party in PARTIES if party in need.parties], PARTIES),
        )
        for need in wanted
    ]


def _or(keys: Sequence[Any], words: Mapping[Any, Any]) -> str:
    joint = _("or")
    return f" {joint} ".join(str(words[key]) for key in keys)
