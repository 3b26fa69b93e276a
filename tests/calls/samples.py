"""A call as a document that is small enough to read: two categories, two criteria, three questions."""

from datetime import UTC, date, datetime
from typing import Any

from grantflow.calls.documents import CallDocument
from grantflow.calls.rules import Around
from grantflow.kernel.parties import Party

#: Before, during and after the call.
EARLY, OPEN, OVER = (datetime(2027, month, 15, 12, tzinfo=UTC) for month in (1, 4, 11))

AROUND = Around(
    now=EARLY,
    agreement=(date(2027, 1, 22), date(2033, 1, 21)),
    funders=frozenset(Party),
    taken={},
)


def both(text: str) -> dict[str, str]:
    return {"de": f"{text} (de)", "fr": f"{text} (fr)"}


def criterion(code: str, weight: int = 1) -> dict[str, Any]:
    scale = {name: both(f"{code} {name}") for name in ("zero", "five", "ten")}
    return {"code": code, "title": both(code), "question": both(code), "scale": scale, "weight": weight}


def question(code: str, *informs: str, asked_from: int = 1, required_from: int | None = None) -> dict[str, Any]:
    words = {"label": both(code), "help": both(f"{code} help"), "longest": 800}
    depth = {"asked_from": asked_from, "required_from": required_from}
    return {"code": code, "step": "project", "informs": list(informs), **words, **depth}


def content() -> dict[str, Any]:
    """As JSON holds it."""
    return {
        "agreement": "2027",
        "title": both("Encounters"),
        "summary": both("For associations of both cities"),
        "opens_at": "2027-02-01T00:00:00",
        "closes_at": "2027-10-31T23:59:00",
        "guideline": {"version": "1.0", "dated": "2027-01-10"},
        "lead_days": 42,
        "return_days": 14,
        "reviewers_per_side": 1,
        "gap_limit": 9,
        "first_instalment": "75",
        "report_months": 2,
        "categories": [
            {"number": 1, "up_to": "5000", "share": "80", "min_score": 10, "lead_days": 42},
            {"number": 2, "share": "70", "min_score": 20, "closings": ["2027-06-30T23:59:00", "2027-10-31T23:59:00"]},
        ],
        "criteria": [criterion("reach"), criterion("novelty", weight=2)],
        "questions": [
            question("audience", "reach", required_from=1),
            question("idea", "reach", "novelty", required_from=2),
            question("risks", asked_from=2),
        ],
        "papers": [
            {"code": "statutes", "title": both("Statutes"), "help": both("As in force"), "kinds": ["association"]}
        ],
        "guide_rates": {"kilometre": "0.38", "day": "28", "night": "90", "interpreter": "65"},
        "envelopes": [
            {"party": "duesseldorf", "limit": "60000", "weight": 50},
            {"party": "toulouse", "limit": "36000.50", "weight": 30},
            {"party": "metropole", "limit": "24000", "weight": 20},
        ],
    }


def changed(*changes: tuple[str, Any], of: dict[str, Any] | None = None) -> dict[str, Any]:
    """The sample with other values at paths such as ``categories.0.up_to``; ``...`` takes out."""
    made = of or content()
    for path, value in changes:
        *parents, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        inner: Any = made
        for step in parents:
            inner = inner[step]
        if value is ...:
            del inner[last]
        else:
            inner[last] = value
    return made


def call(*changes: tuple[str, Any]) -> CallDocument:
    return CallDocument.model_validate(changed(*changes))
