"""Words for calls in the reader's language."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext

from grantflow.accounts.texts import PARTIES
from grantflow.kernel.parties import Party
from grantflow.platform import locale

from ..models import Call, Criterion, Question
from ..states import DutyPage
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
}


def _in_language(row: Any, name: str) -> str:
    return str(getattr(row, f"{name}_{locale.language()}"))


def call_title(call: Call) -> str:
    return _in_language(call, "title")


def call_summary(call: Call) -> str:
    return _in_language(call, "summary")


def criterion_title(criterion: Criterion) -> str:
    return _in_language(criterion, "title")


def criterion_question(criterion: Criterion) -> str:
    return _in_language(criterion, "question")


def question_label(question: Question) -> str:
    return _in_language(question, "label")


def question_help(question: Question) -> str:
    return _in_language(question, "help")


def party_name(key: str) -> str:
    return str(PARTIES[Party(key)])


def agreement_name(key: str) -> str:
    return str(_("Agreement of %(year)s", year=key))


def page_name(key: str) -> str:
    return str(PAGES[DutyPage(key)])
