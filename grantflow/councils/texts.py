"""Words for councils, steps and days in the reader's language."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext

from grantflow.kernel.parties import Party

from .states import Step

MESSAGES: dict[str, Any] = {
    "sitting_in_past": _l("This day is over."),
    "papers_after_sitting": _l("The papers must be in by the day of the sitting at the latest."),
    "sitting_is_known": _l("This sitting has been entered already."),
    "sitting_is_over": _l("This sitting is over: its date stays."),
}

#: What decides for a funder, by its own name.
COUNCILS: dict[Party, str] = {
    Party.DUESSELDORF: "Rat der Landeshauptstadt Düsseldorf",
    Party.TOULOUSE: "Conseil municipal de Toulouse",
    Party.METROPOLE: "Conseil de Toulouse Métropole",
}

STEPS: dict[Step, Any] = {
    Step.CHECK: lazy_pgettext("step", "Formal check"),
    Step.REVIEWS: lazy_pgettext("step", "Reviews"),
    Step.COMPARISON: lazy_pgettext("step", "Comparison"),
    Step.PROPOSAL: lazy_pgettext("step", "Proposal"),
    Step.PAPERS: lazy_pgettext("step", "Papers for the councils"),
    Step.KEYS: lazy_pgettext("step", "Both keys"),
    Step.LETTERS: lazy_pgettext("step", "Letters"),
}
