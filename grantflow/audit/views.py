"""The trail for administrators, and the state of its chain."""

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from grantflow.kernel.text import line
from grantflow.platform import limits
from grantflow.platform.access import current_actor, requires
from grantflow.platform.http import flash_ok, flash_problem, page, redirect_to
from grantflow.platform.locale import alphabetical

from . import policy, queries, service, texts

bp = Blueprint("audit", __name__, url_prefix="/audit")


@bp.get("/")
@requires(policy.can_read)
def trail() -> Response:
    """Who did what to what, newest first."""
    wanted = queries.Filters(
        action=request.args.get("action", ""),
        who=line(request.args.get("who", ""))[:100],
        what=line(request.args.get("what", ""))[:100],
    )
    found = queries.trail(wanted, request.args.get("before", type=_number))
    query = {"action": wanted.action, "who": wanted.who, "what": wanted.what}
    return page(
        "audit/trail.html",
        found=found,
        wanted=wanted,
        query={name: value for name, value in query.items() if value},
        check=service.last_check(),
        texts=texts,
        actions=sorted(texts.ACTIONS.items(), key=lambda row: alphabetical(str(row[1]))),
    )


def _number(text: str) -> int:
    """The number of an entry; ValueError for what can be none."""
    number = int(text)
    if not 0 < number < 2**63:
        raise ValueError(text)
    return number


@bp.post("/check")
@requires(policy.can_read)
def check() -> BaseResponse:
    """Walk the whole chain now, and anchor it if it holds."""
    verdict = service.anchor()
    if verdict.broken_at is None:
        flash_ok(
            ngettext(
                "The chain holds: %(num)s entry, none changed, none missing.",
                "The chain holds: %(num)s entries, none changed, none missing.",
                verdict.entries,
            )
        )
    else:
        flash_problem(_("The chain is broken at entry %(number)s.", number=verdict.broken_at))
    return redirect_to(".trail")


@bp.after_app_request
def note_refusal(response: Response) -> Response:
    """A signed-in person who was refused a page leaves an entry (T48), one in ten minutes however often they try.

    Visitors leave none: they are only sent to sign in.
    """
    if response.status_code != 403 or request.url_rule is None:
        return response
    actor, rule = current_actor(), request.url_rule.rule
    if actor.is_authenticated and limits.is_first("refusal", str(actor.id), rule):
        service.record_apart("access_refused", on=("page", rule), by=actor)
    return response
