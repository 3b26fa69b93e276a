"""Words for calls in the reader's language."""

from typing import Any

from grantflow.platform import locale

from .models import Call, Criterion, Question

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
