"""When the councils sit, for offices and signatories; each office keeps the dates of its own side."""

from typing import Any

from flask import Blueprint
from flask_babel import gettext as _

from grantflow.kernel import clock
from grantflow.kernel.errors import Invalid
from grantflow.platform.access import current_actor, requires
from grantflow.platform.http import flash_ok, invalid, page, redirect_to

from . import forms, policy, queries, service, texts
from .models import Sitting

bp = Blueprint("councils", __name__, url_prefix="/staff/councils")


@bp.get("/")
@requires(policy.reads)
def index() -> Any:
    return page("councils/index.html", **_context(forms.sitting_form(current_actor(), formdata=None)))


@bp.post("/")
@requires(policy.enters)
def enter() -> Any:
    actor = current_actor()
    form = forms.sitting_form(actor)
    if not form.sent():
        return invalid("councils/index.html", **_context(form))
    try:
        service.schedule(*form.entered(), by=actor)
    except Invalid as error:
        form.blame(error)
        return invalid("councils/index.html", **_context(form))
    flash_ok(_("The sitting is entered."))
    return redirect_to(".index")


@bp.post("/<uuid:id>/removal")
@requires(policy.edits, on=queries.by_id)
def remove(sitting: Sitting) -> Any:
    service.remove(sitting, by=current_actor())
    flash_ok(_("The sitting is removed."))
    return redirect_to(".index")


def _context(form: forms.SittingForm) -> dict[str, Any]:
    actor = current_actor()
    found = queries.coming(clock.today())
    known = {sitting.party for sitting in found}
    return {
        "form": form,
        "sittings": [(sitting, policy.edits(actor, sitting)) for sitting in found],
        "own": policy.own(actor),
        "councils": texts.COUNCILS,
        "silent": [name for party, name in texts.COUNCILS.items() if party not in known],
    }
