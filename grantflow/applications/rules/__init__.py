"""Pure rules of an application: what the grant may be, why a file cannot be sent yet, what is sealed, what changed.

Numbers in brackets (R1 …) are the rules of the domain brief, section 8; D-numbers the decisions. Amounts are cents,
shares hundredths of a percent, instants aware.
"""

from .asking import Asked, asked
from .differing import Difference, difference
from .effort import active_minutes, typical
from .filing import CallTerms, CategoryTerms, Filing, Line, PartnerView, Question
from .money import Money, money_of, most
from .parties import after_withdrawal, is_confirmed
from .recording import CELLS, record, values_of
from .sealing import FROZEN, SCHEMA, canonical, plain
from .sending import CONSENT_VERSION, FIELDS, NEEDED, required_declarations, why_not_submit
from .words import covered, end_of, number, return_deadline, search_text, title_key

__all__ = [
    "CELLS",
    "CONSENT_VERSION",
    "FIELDS",
    "FROZEN",
    "NEEDED",
    "SCHEMA",
    "Asked",
    "CallTerms",
    "CategoryTerms",
    "Difference",
    "Filing",
    "Line",
    "Money",
    "PartnerView",
    "Question",
    "active_minutes",
    "after_withdrawal",
    "asked",
    "canonical",
    "covered",
    "difference",
    "end_of",
    "is_confirmed",
    "money_of",
    "most",
    "number",
    "plain",
    "record",
    "required_declarations",
    "return_deadline",
    "search_text",
    "title_key",
    "typical",
    "values_of",
    "why_not_submit",
]
