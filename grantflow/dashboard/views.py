"""Pages across features: for each role what there is to do, and for administrators whether the workers work."""

from flask import Blueprint, Response
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from grantflow.kernel.parties import Role
from grantflow.letters import policy as letter_policy
from grantflow.letters import service as letters
from grantflow.letters.models import Letter
from grantflow.notifications import policy as message_policy
from grantflow.notifications import queries as messages
from grantflow.notifications import service as notifications
from grantflow.notifications import texts as message_texts
from grantflow.notifications.models import Message
from grantflow.platform.access import current_actor, has_role, requires
from grantflow.platform.http import flash_ok, page, redirect_to

from . import queries

bp = Blueprint("dashboard", __name__)


# --- the state of the workers ----------------------------------------------------------------------


@bp.get("/workers", endpoint="workers")
@requires(has_role(Role.ADMINISTRATOR))
def show_workers() -> Response:
    """Heartbeats, what waits, and what failed with its reason."""
    return page("dashboard/workers.html", state=queries.workers(), kinds=message_texts.KINDS)


@bp.post("/workers/letters/<uuid:letter_id>")
@requires(letter_policy.can_retry, on=queries.workers_letter)
def restart_letter(letter: Letter) -> BaseResponse:
    """Start a failed letter again."""
    letters.retry(letter, by=current_actor())
    flash_ok(_("The letter is being made again."))
    return redirect_to(".workers")


@bp.post("/workers/messages/<uuid:message_id>")
@requires(message_policy.can_restart, on=messages.visible)
def restart_message(message: Message) -> BaseResponse:
    """Start a failed message again."""
    notifications.restart(message, by=current_actor())
    flash_ok(_("The message is being sent again."))
    return redirect_to(".workers")
