"""Words for calls in the reader's language."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from grantflow.accounts.texts import PARTIES
from grantflow.kernel.parties import Party
from grantflow.platform import locale

from .models import Call, Criterion, Question
from .states import DutyPage

PAGES: dict[DutyPage, Any] = {
    DutyPage.IMPRINT: _l("Imprint"),
    DutyPage.CONTACT: _l("Contact"),
    DutyPage.PRIVACY: _l("Privacy"),
    DutyPage.ACCESSIBILITY: _l("Accessibility"),
}

MESSAGES: dict[str, Any] = {}


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
