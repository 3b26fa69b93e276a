"""The finance desk: find letters, download one, several or all, each fetch on record."""

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from grantflow.kernel import clock
from grantflow.letters import queries as letters_queries
from grantflow.letters import service as letters
from grantflow.letters import texts as letter_texts
from grantflow.letters.models import Letter
from grantflow.letters.states import Desk
from grantflow.platform.access import current_actor, requires
from grantflow.platform.http import attachment, flash_problem, page, redirect_to
from grantflow.platform.proof import fresh_proof

from . import forms, policy, texts

bp = Blueprint("finance", __name__, url_prefix="/finance")


@bp.get("/letters", endpoint="letters")
@requires(policy.has_desk)
def list_letters() -> Response:
    """The desk: letters of one's own funder, newest first."""
    actor, wanted = current_actor(), forms.read_filter(request.args)
    return page(
        "finance/letters.html",
        wanted=wanted,
        query=forms.as_query(wanted),
        found=letters_queries.desk(actor, wanted, after=request.args.get("after"), before=request.args.get("before")),
        calls=[(code, code) for code in letters_queries.calls_of(actor)],
        kinds=letter_texts.KINDS,
        statuses=texts.STATUSES,
    )


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
    actor, wanted = current_actor(), forms.read_filter(request.form)
    ticked = None if request.form.get("all") else forms.read_ticks(request.form)
    chosen = letters_queries.printed(actor, wanted if ticked is None else None, ticked, most=forms.MOST)
    if not chosen:
        flash_problem(_("Please choose at least one letter that is ready."))
        return redirect_to(".letters", **forms.as_query(wanted))
    if len(chosen) > forms.MOST:
        flash_problem(_("One ZIP holds at most %(most)d letters. Please narrow the filter.", most=forms.MOST))
        return redirect_to(".letters", **forms.as_query(wanted))
    word = _("letters")
    return attachment(letters.archive(chosen, by=actor), f"{word}-{actor.party}-{clock.today()}.zip", "application/zip")
