"""The words of an act to be read: those that are stored, with what the second key brings named in its place."""

import re

from flask_babel import force_locale
from markupsafe import Markup

from grantflow.letters import queries as letters
from grantflow.letters import texts
from grantflow.letters.rules import Slot, filled

from ..queries import FundersAct

_MAIN = re.compile(r"<main>(.*)</main>", re.DOTALL)
#: A heading's tag up to its level.
_HEADING = re.compile(r"(</?h)([1-5])\b")


def words(act: FundersAct, language: str) -> Markup:
    """The text of ``act`` as it was put to the cities in ``language``, without letterhead and footer, its headings
    below the page's own. It was escaped when it was written out; the database keeps it under the digest of its bytes.
    """
    digest = act.written.bodies[language]
    text = letters.bodies([digest])[digest]
    with force_locale(language):
        names = {slot: Markup('<span class="slot">{}</span>').format(texts.SLOTS[slot]) for slot in Slot}
    found = _MAIN.search(filled(text, names))
    return Markup(_HEADING.sub(lambda tag: f"{tag[1]}{int(tag[2]) + 1}", found[1] if found else ""))  # noqa: S704
