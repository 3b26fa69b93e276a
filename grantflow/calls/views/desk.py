"""The desk of calls: those in preparation, announced, open and closed, and the rules of each."""

from typing import Any

from flask import Response
from flask_babel import gettext as _

from grantflow.kernel.errors import DomainError, Invalid
from grantflow.platform.access import current_actor, requires
from grantflow.platform.http import invalid, is_read, page, redirect_to

from .. import forms, policy, queries, service, texts
from ..models import Call
from .blueprint import bp
from .window import categories_of


@bp.get("/admin/calls", endpoint="rules")
@requires(policy.reads)
def rules_of_calls() -> Response:
    """Every call by how far it is."""
    return page(
        "calls/index.html",
        stages=queries.desk(current_actor()),
        names=texts.STAGES,
        title_of=texts.call_title,
        may_draft=policy.drafts(current_actor()),
    )


@bp.get("/admin/calls/<code>")
@requires(policy.reads, on=queries.any_by_code)
def call_rules(call: Call) -> Response:
    """One call with its limits and envelopes, as rows hold them."""
    return page(
        "calls/rules.html",
        call=call,
        categories=categories_of(call),
        envelopes=queries.envelopes(call.id),
        editions=queries.editions(call),
        title_of=texts.call_title,
        criterion_of=texts.criterion_title,
        question_of=texts.question_label,
        paper_of=texts.paper_title,
        may_draft=policy.drafts(current_actor()),
        has_draft=queries.draft_of(call) is not None,
    )


@bp.route("/admin/calls/new", methods=["GET", "POST"])
@requires(policy.drafts)
def new_call() -> Any:
    """Begin a call: with nothing, or like one that there was."""
    bases = queries.signed_calls()
    form = forms.NewForm()
    form.base.choices = [
        *((edition.key, _("Like %(call)s, a year later", call=texts.call_name(edition.key))) for edition in bases),
        ("", _("With an empty call")),
    ]
    if is_read():
        form.base.data, form.code.data = bases[0].key if bases else "", queries.next_code()
        return page("calls/new.html", form=form)
    if not form.sent():
        return invalid("calls/new.html", form=form)
    try:
        edition = service.calls.begin(form.code.data or "", form.base.data or None, by=current_actor())
    except DomainError as error:
        form.blame(Invalid(error.key, field="code"))
        return invalid("calls/new.html", form=form)
    return redirect_to("public.edit_call", id=edition.id)
