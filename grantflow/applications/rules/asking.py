"""What a call asks an application, and how deep: the larger the grant, the more must be answered."""

from collections.abc import Sequence
from dataclasses import dataclass

from grantflow.calls import rules as calls

from .filing import CategoryTerms, Question


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as one application meets it."""

    question: Question
    #: Without an answer the file cannot be sent.
    is_required: bool
    #: Not required yet, but where more than so many cents are asked for.
    required_above: int | None


def asked(questions: Sequence[Question], categories: Sequence[CategoryTerms], requested_cents: int) -> list[Asked]:
    """The questions that are put to an application, in the order of the call.

    Until an amount is named its category is open: everything is put, and required is what every category requires.
    What was answered stays, whatever the amount is by then: nothing typed goes under.
    """
    category = calls.category_of(categories, requested_cents).number
    found = []
    for question in questions:
        if calls.is_asked(question, category) or question.text or not requested_cents:
            required = calls.is_required(question, category)
            found.append(Asked(question, required, None if required else _above(question, categories)))
    return found


def _above(question: Question, categories: Sequence[CategoryTerms]) -> int | None:
    """The largest amount, in cents, for which an answer is left to the applicant; None: it always is."""
    requiring = [category for category in categories if calls.is_required(question, category.number)]
    return min(calls.floor_of(categories, category) for category in requiring) - 1 if requiring else None
