"""What a call in preparation will ask, as the steps of an application show it."""

from typing import Any

from flask import request

from grantflow.calls import policy as call_policy
from grantflow.calls import queries as calls
from grantflow.calls import rules as call_rules
from grantflow.calls import service as call_service
from grantflow.calls import texts as call_texts
from grantflow.platform.access import requires
from grantflow.platform.http import page, redirect_to
from grantflow.releases.models import Edition

from .. import forms, queries, rules, texts
from ..states import StepName
from .blueprint import bp


@bp.get("/admin/calls/drafts/<uuid:id>/preview/steps")
@requires(call_policy.reads, on=calls.call_edition)
def preview_steps(edition: Edition) -> Any:
    """The questions of a draft, for the smallest grant of one category."""
    call = call_service.calls.preview(edition)
    if call is None:  # that page says what is missing
        return redirect_to("public.preview_call", id=edition.id)
    categories = queries.category_terms(call)
    wanted = request.args.get("category", "")
    chosen = next((its for its in categories if str(its.number) == wanted), categories[0])
    asked = rules.asked(queries.questions(call), categories, call_rules.floor_of(categories, chosen))
    return page(
        "applications/preview_steps.html",
        edition=edition,
        title=call_texts.call_title(call),
        chosen=chosen.number,
        numbers=[category.number for category in categories],
        form=forms.asking(forms.AnswersForm, [its.question for its in asked])(formdata=None),
        steps=[
            (texts.STEPS[step], [its for its in asked if its.question.step is step])
            for step in StepName
            if step in queries.ASKING
        ],
    )
