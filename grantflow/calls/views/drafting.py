"""The draft of a call in the browser: written by both offices, seen as applicants will see it."""

from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from grantflow.kernel.errors import IllegalStep
from grantflow.platform import errors
from grantflow.platform.access import current_actor, requires
from grantflow.platform.bodies import CALL, takes
from grantflow.platform.http import clashing, flash_ok, flash_problem, invalid, is_read, page, redirect_to
from grantflow.releases import policy as releases_policy
from grantflow.releases import service as releases
from grantflow.releases.kinds import KINDS
from grantflow.releases.models import Edition
from grantflow.releases.states import EditionState

from .. import forms, policy, queries, rules, service, texts
from .blueprint import bp
from .window import shown


@bp.route("/admin/calls/drafts/<uuid:id>", methods=["GET", "POST"])
@takes(CALL)
@requires(releases_policy.can_edit, on=queries.call_edition)
def edit_call(edition: Edition) -> Any:
    """One long page, saved as a whole by each of its buttons: save, add a line, move it, take it away."""
    if edition.state is not EditionState.DRAFT:
        return redirect_to("releases.show", id=edition.id)
    form = forms.draft_form(edition.content, revision=edition.revision, reason=edition.reason)
    if is_read():
        passed_over = form.reveal(releases.check(edition), all_of_them="all" in request.args)
        return page("calls/edit.html", **_drawn(edition, form), open_entries=passed_over)
    if not form.sent():
        return invalid("calls/edit.html", **_drawn(edition, form), open_entries=0)
    action = request.form.get("action", "save")
    content, place = forms.after(action, forms.with_codes(form.content()))
    # The first edition of a call is not asked for one.
    reason = (form.reason.data or "") if edition.based_on_id else ""
    seen = form.seen.data or 0
    try:
        service.calls.save(edition, content, seen=seen, reason=reason, by=current_actor())
    except IllegalStep as error:
        if error.key != "edition_changed":
            raise
        form.seen.raw_data, form.seen.data = None, edition.revision
        both = releases.worded(KINDS["call"], edition.content, content)
        drawn = _drawn(edition, form)
        return clashing("calls/edit.html", problem=errors.describe(error), both=both, open_entries=0, **drawn)
    return _go_on(edition, action, place)


def _go_on(edition: Edition, action: str, place: str) -> BaseResponse:
    if action == "preview":
        return redirect_to("public.preview_call", id=edition.id)
    if action == "sign":
        return _to_mend(edition) if releases.check(edition) else redirect_to("releases.show", id=edition.id)
    flash_ok(_("The draft is saved."))
    return redirect_to("public.edit_call", id=edition.id, _anchor=place or None)


def _to_mend(edition: Edition) -> BaseResponse:
    flash_problem(_("The draft is saved. Before it can go on, these entries need your attention."))
    return redirect_to("public.edit_call", id=edition.id, all=1)


def _drawn(edition: Edition, form: forms.DraftForm) -> dict[str, Any]:
    return {
        "edition": edition,
        "form": form,
        "title": texts.call_name(edition.key),
        "wants_reason": edition.based_on_id is not None,
        "is_fixed": service.calls.has_opened(edition),
        "may_change": rules.may_change_when_open,
        "agreements": queries.agreements(),
    }


# --- as applicants will see it -------------------------------------------------------------------


@bp.get("/admin/calls/drafts/<uuid:id>/preview")
@requires(policy.reads, on=queries.call_edition)
def preview_call(edition: Edition) -> Any:
    """The public page of the call, from the draft."""
    call = service.calls.preview(edition)
    if call is None:
        return _to_mend(edition)
    steps = url_for("applications.preview_steps", id=edition.id)
    return page("public/call.html", **shown(call, is_open=True), apply_url=steps, preview=edition)
