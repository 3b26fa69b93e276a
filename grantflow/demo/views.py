"""Only in the demo: be anyone, read every message. In production these routes do not exist (D20)."""

from flask import Blueprint, Response
from werkzeug.wrappers import Response as BaseResponse

from grantflow.accounts.models import Person
from grantflow.kernel.parties import Actor
from grantflow.platform import access, mailsink, settings
from grantflow.platform.access import anyone, requires
from grantflow.platform.http import page, redirect_to

from . import service

bp = Blueprint("demo", __name__, url_prefix="/demo")


@bp.get("/roles")
@requires(anyone)
def roles() -> Response:
    """Everyone there is, by party and role."""
    return page("demo/roles.html", groups=service.cast())


@bp.post("/roles/<uuid:id>")
@requires(anyone, on=service.somebody)
def switch(person: Person) -> BaseResponse:
    """Go on as ``person``, with a session of their own."""
    access.enter(service.become(person), person.id)
    return redirect_to("dashboard.home")


@bp.get("/mailbox")
@requires(anyone)
def mailbox() -> Response:
    """What the local SMTP server received, newest first."""
    return page("demo/mailbox.html", messages=mailsink.messages(settings().data_dir, limit=100))


def _message(actor: Actor, name: str) -> mailsink.Received | None:
    return mailsink.message(settings().data_dir, name)


@bp.get("/mailbox/<name>")
@requires(anyone, on=_message)
def message(message: mailsink.Received) -> Response:
    """One message as plain text, its links alive."""
    return page("demo/message.html", message=message, lines=service.lines_of(message))
