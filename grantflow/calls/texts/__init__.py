"""Words for calls in the reader's language."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext

from grantflow.accounts.texts import PARTIES
from grantflow.kernel.parties import Party
from grantflow.organisations.states import Country, Kind
from grantflow.organisations.texts import COUNTRIES, KINDS
from grantflow.platform import locale

from ..models import Call, Criterion, PageText, Paper, Question
from ..states import DutyPage, Stage, Step
from .fields import called as called
from .fields import label as label
from .fields import spoken as spoken

PAGES: dict[DutyPage, Any] = {
    DutyPage.IMPRINT: _l("Imprint"),
    DutyPage.CONTACT: lazy_pgettext("heading", "Contact"),
    DutyPage.PRIVACY: _l("Privacy notice"),
    DutyPage.ACCESSIBILITY: _l("Accessibility"),
}

MESSAGES: dict[str, Any] = {
    "flaw.register_prefix_taken": _l("Another funder’s letters begin with these letters, or once did."),
    "flaw.law_without_funder": _l("First release the data of this funder, then what its acts rest on."),
    "flaw.agreement_of_another_year": _l("This agreement is known by the year %(year)s: it was signed in that year."),
    "flaw.ends_before_it_begins": _l("The last day must be after the first."),
    "flaw.agreements_overlap": _l("Another agreement holds on some of these days. On each day there is at most one."),
    "flaw.agreement_unknown": _l("No agreement with this name is in force."),
    "flaw.call_code_taken": _l("There is a call with this name already."),
    "flaw.category_limit_missing": _l("Only the last category has no largest amount."),
    "flaw.category_limit_not_rising": _l("The largest amount must be above that of the category before."),
    "flaw.category_number": _l("Categories are numbered without a gap; this one is number %(expected)s."),
    "flaw.category_unknown": _l("There is no such category; the last one is number %(last)s."),
    "flaw.city_without_envelope": _l("Düsseldorf and Toulouse must each have an envelope."),
    "flaw.closes_before_opening": _l("The call must close after it opens."),
    "flaw.closing_outside_call": _l("These days must lie between the opening and the end of the call."),
    "flaw.closing_twice": _l("A day is named twice."),
    "flaw.closings_beside_lead": _l("A category has either a lead time or closing days of its own."),
    "flaw.closings_missing": _l("Without a lead time the category needs closing days of its own."),
    "flaw.code_reserved": _l("The form uses this code itself. Please choose another one."),
    "flaw.code_twice": _l("This code is used twice."),
    "flaw.criterion_unknown": _l("There are no criteria with these codes: %(codes)s."),
    "flaw.criterion_without_question": _l("No question that is asked in every category informs this criterion."),
    "flaw.last_category_has_limit": _l(
        "The last category has no largest amount, so that every request falls into one."
    ),
    "flaw.deadline_is_past": _l("This day has passed."),
    "flaw.deadline_not_earlier": _l("After the opening a deadline can only be moved to a later day."),
    "flaw.envelope_not_lower": _l("After the opening an envelope can only be raised."),
    "flaw.envelope_twice": _l("This funder has an envelope already."),
    "flaw.fixed_after_opening": _l("This does not change any more once the call is open."),
    "flaw.funder_unknown": _l("The data of this funder have not been released yet."),
    "flaw.guideline_after_opening": _l("The guidelines must be dated on or before the opening day."),
    "flaw.limit_below_taken": _l("%(taken_cents)s of this envelope are committed or reserved already."),
    "flaw.lines_are_fixed": _l("Once the call is open, lines are neither added nor removed nor moved."),
    "flaw.more_than_all_points": _l("All criteria together give %(max)s points."),
    "flaw.outside_agreement": _l("The call must lie within its agreement, from %(first)s to %(last)s."),
    "flaw.required_before_asked": _l("An answer cannot be required in a category in which the question is not asked."),
    "flaw.too_many_points": _l("All criteria together may give %(max)s points at most."),
    "flaw.weights_missing": _l("At least one funder must have a share in the proposed split."),
}


STEPS: dict[Step, Any] = {Step.PROJECT: lazy_pgettext("step", "Project"), Step.PEOPLE: lazy_pgettext("step", "People")}

STAGES: dict[Stage, Any] = {
    Stage.DRAFT: _l("In preparation"),
    Stage.ANNOUNCED: lazy_pgettext("call", "announced"),
    Stage.OPEN: lazy_pgettext("call", "open"),
    Stage.CLOSED: lazy_pgettext("call", "closed"),
}

#: The choices that documents leave, by their enum.
OPTIONS: dict[type[StrEnum], Mapping[Any, Any]] = {
    Party: PARTIES,
    Kind: KINDS,
    Country: COUNTRIES,
    Step: STEPS,
}


def options(kind: type[StrEnum]) -> list[tuple[str, Any]]:
    """As select fields want them."""
    return [(str(value), label) for value, label in OPTIONS[kind].items()]


def in_reading(both: Mapping[str, Any]) -> str:
    """Of a text that may still lack a language: the reader's, else the other."""
    return both.get(locale.language()) or both.get("de") or both.get("fr") or ""


def call_name(key: str) -> str:
    return str(_("Call %(code)s", code=key))


def _in_language(row: Any, name: str) -> str:
    return str(getattr(row, f"{name}_{locale.language()}"))


def call_title(call: Call) -> str:
    return _in_language(call, "title")


def call_summary(call: Call) -> str:
    return _in_language(call, "summary")


def page_text(text: PageText) -> str:
    return _in_language(text, "text")


def criterion_title(criterion: Criterion) -> str:
    return _in_language(criterion, "title")


def criterion_question(criterion: Criterion) -> str:
    return _in_language(criterion, "question")


def question_label(question: Question) -> str:
    return _in_language(question, "label")


def question_help(question: Question) -> str:
    return _in_language(question, "help")


def paper_title(paper: Paper) -> str:
    return _in_language(paper, "title")


def paper_help(paper: Paper) -> str:
    return _in_language(paper, "help")


def scale(criterion: Criterion) -> list[tuple[int, str]]:
    """What points mean: 0, 5 and 10."""
    return [(points, _in_language(criterion, name)) for points, name in ((0, "zero"), (5, "five"), (10, "ten"))]


def party_name(key: str) -> str:
    return str(PARTIES[Party(key)])


def agreement_name(key: str) -> str:
    return str(_("Agreement of %(year)s", year=key))


def page_name(key: str) -> str:
    return str(PAGES[DutyPage(key)])
