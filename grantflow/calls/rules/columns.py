"""A call as rows have it: amounts in cents, shares in hundredths of a percent, instants, one column per language."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from grantflow.kernel.money import eur

from ..documents import (
    Both,
    CallDocument,
    CategoryDocument,
    CriterionDocument,
    EnvelopeDocument,
    GuideRates,
    PaperDocument,
    QuestionDocument,
    Titled,
)
from .instants import first_instant, last_instant
from .scoring import points_max


def call_columns(call: CallDocument) -> dict[str, Any]:
    return {
        **_both(title=call.title, summary=call.summary),
        "opens_at": first_instant(call.opens_at),
        "closes_at": last_instant(call.closes_at),
        "guideline_version": call.guideline.version,
        "guideline_on": call.guideline.dated,
        "lead_days": call.lead_days,
        "return_days": call.return_days,
        "reviewers_per_side": call.reviewers_per_side,
        "gap_limit": call.gap_limit,
        "points_max": points_max(call.criteria),
        "first_instalment_bp": _points(call.first_instalment),
        "report_months": call.report_months,
        **{
            f"{name}_cents": eur(getattr(call.guide_rates, name)) if call.guide_rates else None
            for name in GuideRates.model_fields
        },
    }


def category_columns(category: CategoryDocument) -> dict[str, Any]:
    """All but its closings."""
    return {
        "number": category.number,
        "up_to_cents": None if category.up_to is None else eur(category.up_to),
        "share_bp": _points(category.share),
        "min_score": category.min_score,
        "min_score_is_assumed": category.min_score_is_assumed,
        "lead_days": category.lead_days,
    }


def criterion_columns(criterion: CriterionDocument) -> dict[str, Any]:
    scale = criterion.scale
    return {
        "code": criterion.code,
        **_both(title=criterion.title, question=criterion.question, zero=scale.zero, five=scale.five, ten=scale.ten),
        "weight": criterion.weight,
    }


def question_columns(question: QuestionDocument) -> dict[str, Any]:
    """All but the criteria it informs."""
    return {
        **_both(label=question.label, help=question.help),
        **{name: getattr(question, name) for name in ("code", "step", "longest", "asked_from", "required_from")},
    }


def paper_columns(paper: PaperDocument) -> dict[str, Any]:
    return {
        **_both(title=paper.title, help=paper.help),
        "code": paper.code,
        "kinds": list(paper.kinds),
        "countries": list(paper.countries),
        "asked_from": paper.asked_from,
    }


def envelope_columns(envelope: EnvelopeDocument) -> dict[str, Any]:
    return {
        "funder_code": envelope.party,
        "limit_cents": eur(envelope.limit),
        "weight": envelope.weight,
        "is_released": envelope.is_released,
    }


def _points(percent: Decimal) -> int:
    return int(percent * 100)


def _both(**texts: Both | Titled) -> Mapping[str, str]:
    return {f"{name}_{language}": getattr(its, language) for name, its in texts.items() for language in ("de", "fr")}
