"""Pure rules of calls: how limits apply, what is wrong with a call, whose keys it takes, what it may still change."""

from .agreements import agreement_flaws
from .changing import has_opened, is_eased, may_change_when_open, not_to_change
from .checking import CODE, RESERVED, Around, flaws
from .columns import (
    call_columns,
    category_columns,
    criterion_columns,
    envelope_columns,
    paper_columns,
    question_columns,
)
from .copying import again, next_code
from .effort import Effort, effort
from .instants import first_instant, last_instant
from .limits import (
    CategoryLike,
    Depth,
    Timed,
    category_of,
    ceiling,
    chosen,
    days_left,
    earliest_start,
    floor_of,
    is_asked,
    is_open,
    is_required,
    largest_share,
    next_closing,
    shortest_lead,
    stage,
)
from .needing import CITIES, needs
from .scoring import POINTS, points_max

__all__ = [
    "CITIES",
    "CODE",
    "POINTS",
    "RESERVED",
    "Around",
    "CategoryLike",
    "Depth",
    "Effort",
    "Timed",
    "again",
    "agreement_flaws",
    "call_columns",
    "category_columns",
    "category_of",
    "ceiling",
    "chosen",
    "criterion_columns",
    "days_left",
    "earliest_start",
    "effort",
    "envelope_columns",
    "first_instant",
    "flaws",
    "floor_of",
    "has_opened",
    "is_asked",
    "is_eased",
    "is_open",
    "is_required",
    "largest_share",
    "last_instant",
    "may_change_when_open",
    "needs",
    "next_closing",
    "next_code",
    "not_to_change",
    "paper_columns",
    "points_max",
    "question_columns",
    "shortest_lead",
    "stage",
]
