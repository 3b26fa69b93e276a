"""In and out, and what was typed before a session ended."""

from typing import Any

from flask import abort, redirect, request, session
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from grantflow.kernel.errors import Invalid
from grantflow.platform import access, returning
from grantflow.platform.access import anyone, current_actor, requires, signed_in
from grantflow.platform.bodies import WRITING, takes
from grantflow.platform.http import flash_ok, invalid, is_read, is_shown_again, page, redirect_to, safe_next

from .. import forms, queries, service
from .blueprint import bp
from .profile import myself
from .second import go_on, home

access.login.user_loader(service.person_of)


@bp.route("/sign-in", methods=["GET", "POST"])
@takes(WRITING)
@requires(anyone)
def sign_in() -> Any:
    """The one way in: address and password, and whatever has to come after them."""
    actor, form = current_actor(), forms.SignInForm()
    if is_read():
        if actor.is_authenticated:
            return redirect(safe_next(home(actor)))
        form.next.data = request.args.get("next", "")
    if not form.sent():
        show = page if is_read() else invalid
        return show("accounts/sign_in.html", form=form)
    try:
        person = service.sign_in(form.email.data or "", form.password.data or "")
    except Invalid as error:
        form.blame(error)
        return invalid("accounts/sign_in.html", form=form)
    return go_on(person, form)


@bp.post("/sign-out")
@requires(signed_in)
def sign_out() -> BaseResponse:
    """End all sessions; the browser forgets what it kept of us (T55). Pages were never cached: they say no-store."""
    service.sign_out(myself(), by=current_actor())
    session.clear()
    flash_ok(_("You have signed out, here and on all other devices."))
    response = redirect_to("public.start")
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


@access.login.unauthorized_handler
def ask_to_sign_in() -> Any:
    """Strangers sign in and come back. A form sent after the session ended waits, signed, on the sign-in page."""
    if "HX-Request" in request.headers:
        abort(401)  # the page keeps its text, and its script says aloud that nothing was saved
    if is_read():
        return redirect_to("accounts.sign_in", next=request.full_path.rstrip("?"))
    owner = returning.author() or queries.owner_of_session(session.get("_user_id", ""))
    if owner is None and is_shown_again():
        return returning.to_copy()
    form = forms.SignInForm(formdata=None)
    form.kept.data = returning.seal(owner) if owner else ""
    if not form.kept.data:
        return redirect_to("accounts.sign_in")
    return page("accounts/sign_in.html", 403, form=form, is_anothers=current_actor().is_authenticated)
