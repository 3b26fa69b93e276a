"""The finance desk: find letters, download one, several or all, each fetch on record."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from grantflow.calls import queries as calls
from grantflow.calls.models import Call
from grantflow.kernel import clock
from grantflow.kernel.parties import Actor
from grantflow.letters import queries as letters_queries
from grantflow.letters import service as letters
from grantflow.letters import texts as letter_texts
from grantflow.letters.models import Letter
from grantflow.letters.queries import Filter
from grantflow.letters.states import Desk
from grantflow.platform.access import current_actor, requires
from grantflow.platform.http import attachment, flash_problem, page, redirect_to
from grantflow.platform.proof import fresh_proof

from . import forms, policy, texts

bp = Blueprint("finance", __name__, url_prefix="/finance")


@bp.get("/letters", endpoint="letters")
@requires(policy.has_desk)
def list_letters() -> Response:
    """The desk: a call's letters of one's own funder, newest first."""
    actor, (wanted, choice) = current_actor(), _wanted(request.args)
    found = letters_queries.desk(actor, wanted, after=request.args.get("after"), before=request.args.get("before"))
    query = forms.as_query(wanted, choice.kept)
    is_filtered = bool(query.keys() - {"call"})
    is_missed = choice.is_needed and is_filtered and not found.rows
    return page(
        "finance/letters.html",
        wanted=wanted,
        choice=choice,
        query=query,
        is_filtered=is_filtered,
        found=found,
        elsewhere=_counts(actor, wanted, choice.calls) if is_missed else {},
        kinds=letter_texts.KINDS,
        statuses=texts.STATUSES,
    )


def _wanted(values: MultiDict[str, str]) -> tuple[Filter, calls.Choice]:
    """The filter, within the call that is asked for: by default the latest with letters that nobody has fetched."""
    actor = current_actor()
    choice = calls.choice(values.get("call"), lambda its: _counts(actor, Filter(status="new"), its))
    return replace(forms.read_filter(values), call=choice.kept or ""), choice


def _counts(actor: Actor, wanted: Filter, begun: Sequence[Call]) -> dict[UUID, int]:
    found = letters_queries.counts(actor, replace(wanted, call=""))
    return {call.id: found[call.code] for call in begun if call.code in found}


@bp.get("/letters/<uuid:letter_id>.pdf")
@requires(policy.can_download, on=letters_queries.visible)
def download(letter: Letter) -> Response:
    """One file, as attachment."""
    if request.method == "HEAD":  # nobody has fetched anything
        content = letters.content(letter)
    else:
        content = letters.download(letter, by=current_actor(), desk=Desk.FINANCE)
    return attachment(content, letter.file_name, "application/pdf")


@bp.post("/letters/archive")
@requires(policy.has_desk)
@fresh_proof()
def archive() -> BaseResponse:
    """The ticked letters, or all that match the filter, as ZIP with an index; what is not printed is left out."""
    actor, (wanted, choice) = current_actor(), _wanted(request.form)
    ticked = None if request.form.get("all") else forms.read_ticks(request.form)
    chosen = letters_queries.printed(actor, wanted if ticked is None else None, ticked, most=forms.MOST)
    if not chosen:
        flash_problem(_("Please choose at least one letter that is ready."))
        return redirect_to(".letters", **forms.as_query(wanted, choice.kept))
    if len(chosen) > forms.MOST:
        flash_problem(_("One ZIP holds at most %(most)d letters. Please narrow the filter.", most=forms.MOST))
        return redirect_to(".letters", **forms.as_query(wanted, choice.kept))
    words = [_("letters"), actor.party, choice.kept, clock.today()]
    name = "-".join(str(word) for word in words if word)
    return attachment(letters.archive(chosen, by=actor), f"{name}.zip", "application/zip")
