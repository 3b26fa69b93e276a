"""The words of an act before it is issued: the very template the workers print, for the signatory to read."""

import re

from markupsafe import Markup

from grantflow.kernel import clock
from grantflow.letters import rules as letter_rules
from grantflow.letters import service as letters
from grantflow.letters.models import Letter

from .. import queries, rules
from ..queries import Act

_MAIN = re.compile(r"<main>(.*)</main>", re.DOTALL)
#: A heading's tag up to its level.
_HEADING = re.compile(r"(</?h)([1-5])\b")


def preview(act: Act, language: str) -> Markup:
    """The text of ``act`` as HTML in ``language``, without letterhead and footer, its headings below the page's own.

    Day, register number and, until somebody has signed for that side, the name under it are those of today: they come
    with the second key. Escaped by the letters' own templates.
    """
    proposal = act.proposal
    signed = {key.party: key.name for key in queries.live_keys(proposal) if key.digest == proposal.digest}
    facts = rules.completed(act.facts, on=clock.today(), signatory=signed.get(act.party, "…"))
    draft = Letter(
        kind=queries.KINDS[proposal.outcome],
        standing=letter_rules.standing(act.party, language),
        funder=act.party,
        language=language,
        register_number="–",
        template_version=letter_rules.TEMPLATE_VERSION,
        facts=facts,
    )
    found = _MAIN.search(letters.document(draft))
    text = _HEADING.sub(lambda tag: f"{tag[1]}{int(tag[2]) + 1}", found.group(1) if found else "")
    return Markup(text)  # noqa: S704 - written by our templates, autoescaped
