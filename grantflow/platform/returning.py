"""What was typed comes back: a form whose session ended, or whose token no longer fits, is shown filled, and unsaved.

The token of a form is signed and names the person it was drawn for. So whatever has become of its session, what was
typed comes back to its author and to nobody else: at once where they are signed in, else after they have signed in. It
waits in the page that asks them to, sealed, for a day, never on the server, and never a password. A form that another
site sent comes back to nobody, and nothing that comes back is saved before its author sends it once more.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from flask import Flask, Response, current_app, g, render_template, request, session
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from itsdangerous import BadData, URLSafeTimedSerializer
from wtforms import FieldList, FormField, HiddenField, StringField

from grantflow.kernel.errors import DomainError

from . import access, errors, settings
from .db import db
from .forms import Form, Typed
from .http import endpoint_of, flash_problem, typed

#: The field by which the page after signing in asks for the form.
AGAIN = "_again"
#: Seconds that a form waits for its author.
KEPT_FOR = 24 * 3600


def author() -> UUID | None:
    """Whom the form sent was drawn for, as its token says; None: a visitor, or a token that is not ours."""
    try:
        seed = _signer("wtf-csrf-token").loads(request.form.get("csrf_token", ""))
    except BadData:
        return None
    return access.owner_of(seed)


def is_form_page(path: str) -> bool:
    """Whether ``path`` shows a form on GET. A bare button is not pressed again on somebody's behalf."""
    return endpoint_of(path) is not None


def seal(owner: UUID) -> str:
    """The form sent, to wait in a page for ``owner``; "" where nothing was typed or no page would show it."""
    kept = typed()
    if not kept or not is_form_page(request.path):
        return ""
    return str(_sealer().dumps({"for": str(owner), "path": request.path, "typed": kept}))


def unseal(kept: str, owner: UUID) -> dict[str, Any] | None:
    """The form that waited, ``path`` and ``typed`` (pairs), for whoever typed it and for nobody else."""
    try:
        found: dict[str, Any] = _sealer().loads(kept, max_age=KEPT_FOR)
    except BadData:
        return None
    return found if found["for"] == str(owner) else None


def to_copy() -> tuple[str, int]:
    """The texts sent, to be copied: nobody knows whose they are, so they go into no form."""
    return _page(texts=[value for _name, value in typed() if len(value) > 30], form=())


def too_late(error: DomainError, form: Form, url: str) -> tuple[str, int]:
    """A save that arrives after its file has moved on: why, what was typed, to be copied, and the way to the file."""
    texts = [(label, text) for label, text in _texts_of(form) if text]
    return render_template("errors/too_late.html", says=errors.describe(error), texts=texts, url=url), error.status


def _texts_of(form: Any) -> Iterator[tuple[str, str]]:
    for its in form:
        if isinstance(its, FieldList | FormField):
            yield from _texts_of(its)
        elif isinstance(its, StringField | Typed) and not isinstance(its, HiddenField):
            yield str(its.label.text), str(its._value())


def init_app(app: Flask) -> None:
    """To be called after the tokens' own check."""

    @app.errorhandler(CSRFError)
    def came_too_late(error: CSRFError) -> Any:
        if "HX-Request" in request.headers:
            return errors.problem(400)
        is_ours = request.headers.get("Origin") == request.host_url.rstrip("/") and is_form_page(request.path)
        if not is_ours:
            return _page()
        owner = author()
        if owner is None and app.config["SESSION_COOKIE_NAME"] not in request.cookies:
            return _page(form=typed())
        if owner is None or owner == access.current_actor().id:
            return _drawn_again()
        return access.login.unauthorized()

    @app.before_request
    def asked_for_again() -> None:
        if request.method == "POST" and AGAIN in request.form:
            _say_unsaved()


def _drawn_again() -> Response:
    """The same page with what was typed and a token that fits. Its view saves nothing, and could not."""
    _say_unsaved()
    app = current_app
    answer: Any
    try:
        answer = app.view_functions[request.endpoint or ""](**(request.view_args or {}))
    except Exception as error:  # a page that is not theirs any more, a file that moved on
        answer = app.handle_user_exception(error)
    reply = app.make_response(answer)
    db.session.rollback()
    if reply.status_code < 300:
        reply.status_code = 400
    elif reply.status_code < 400:
        session.pop("_flashes", None)
    return reply


def _say_unsaved() -> None:
    g.drawn_again = True
    flash_problem(_("Nothing is saved yet. What you typed is still here, except for passwords. Please send it again."))


def _page(texts: Any = (), form: Any = ()) -> tuple[str, int]:
    without_cookie = current_app.config["SESSION_COOKIE_NAME"] not in request.cookies
    context: dict[str, Any] = {"path": request.path, "typed": form, "texts": texts}
    return render_template("errors/form.html", without_cookie=without_cookie, **context), 400


def _signer(salt: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().secret_key, salt=salt)


def _sealer() -> URLSafeTimedSerializer:
    return _signer("typed-before-the-session-ended")
