"""An applicant's organisations."""

from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _

from grantflow.kernel.errors import Invalid
from grantflow.platform import errors
from grantflow.platform.access import current_actor, requires
from grantflow.platform.http import flash_ok, invalid, is_read, page, safe_next

from . import policy, queries, service, texts
from .forms import OrganisationForm
from .models import Organisation

bp = Blueprint("organisations", __name__, url_prefix="/organisations")


@bp.get("")
@requires(policy.is_applicant)
def index() -> Any:
    """My organisations, each with what it still lacks."""
    actor = current_actor()
    rows = [
        {
            "organisation": organisation,
            "kind": texts.KINDS[organisation.kind],
            "role": texts.MEMBER_ROLES[role],
            "may_write": policy.writes_for(actor, organisation),
            "added": request.form.get("action") == "person",
            "missing": [errors.describe(reason) for reason in queries.missing(organisation)],
        }
        for organisation in queries.of_member(actor)
        if (role := policy.role_of(actor, organisation))
    ]
    return page("organisations/index.html", rows=rows)


@bp.route("/new", methods=["GET", "POST"])
@requires(policy.is_applicant)
def new() -> Any:
    """Describe an organisation; its kind and country decide what is asked (R4)."""
    form = OrganisationForm()
    return _answer(form, None, lambda: service.create(form.profile(), by=current_actor()))


@bp.route("/<uuid:id>", methods=["GET", "POST"])
@requires(policy.writes_for, on=queries.by_id)
def edit(organisation: Organisation) -> Any:
    """Change what is known of an organisation; the country stays."""
    form = OrganisationForm(obj=organisation)
    form.country.data = organisation.country.value
    return _answer(form, organisation, lambda: service.update(organisation, form.profile(), by=current_actor()))


def _answer(form: OrganisationForm, organisation: Organisation | None, write: Any) -> Any:
    """Show the form, show other fields for another kind, or write and go back where the person came from."""
    context: dict[str, Any] = {
        "form": form,
        "organisation": organisation,
        "kind_hints": {str(kind): hint for kind, hint in texts.KIND_HINTS.items()},
        "back": safe_next(url_for("organisations.index")),
        "added": request.form.get("action") == "person",
        "missing": [errors.describe(reason) for reason in queries.missing(organisation)] if organisation else [],
    }
    wish = request.form.get("action")
    if wish == "person":
        form.add_person()
    # With script the fields follow each choice by themselves: half of two choices is no mistake yet.
    pressed = wish == "fields" and "HX-Request" not in request.headers
    if is_read() or (wish in {"fields", "person"} and not (pressed and form.misses_kind())):
        return page("organisations/edit.html", **context)
    if pressed or not form.sent():
        return invalid("organisations/edit.html", **context)
    try:
        write()
    except Invalid as refused:
        form.blame(refused)
        return invalid("organisations/edit.html", **context)
    flash_ok(_("The organisation is saved."))
    return redirect(context["back"])
