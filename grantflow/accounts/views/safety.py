"""One's own e-mail address, and where one is signed in."""

from typing import Any

from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from grantflow.kernel.errors import Invalid
from grantflow.platform import access
from grantflow.platform.access import anyone, current_actor, requires, signed_in
from grantflow.platform.http import flash_ok, invalid, is_read, page, redirect_to
from grantflow.platform.proof import fresh_proof

from .. import forms, queries, service, texts
from ..models import Purpose, SignIn
from .blueprint import bp
from .joining import dead_link
from .profile import myself


@bp.route("/profile/email", methods=["GET", "POST"])
@requires(signed_in)
@fresh_proof()
def change_address() -> Any:
    """Ask for another address; it counts once whoever reads it has confirmed it."""
    person, form = myself(), forms.AddressForm()
    if not form.sent():
        show = page if is_read() else invalid
        return show("accounts/change_address.html", form=form, owner=person)
    try:
        service.request_address(person, form.email.data or "")
    except Invalid as error:
        form.blame(error)
        return invalid("accounts/change_address.html", form=form, owner=person)
    return redirect_to(".check_mail", about="address")


@bp.route("/address/<token>", methods=["GET", "POST"])
@requires(anyone)
def confirm_address(token: str) -> Any:
    """What the link at the new address opens; looking at it changes nothing."""
    found = queries.live_token(token, Purpose.ADDRESS)
    if found is None:
        return dead_link()
    form = forms.ConfirmAddressForm()
    if not form.sent():
        show = page if is_read() else invalid
        return show("accounts/confirm_address.html", form=form, email=found.email)
    try:
        service.confirm_address(token)
    except Invalid as error:
        form.blame(error)
        return invalid("accounts/confirm_address.html", form=form, email=found.email)
    flash_ok(_("Your new e-mail address counts from now on."))
    return redirect_to(".profile")


@bp.get("/profile/sessions")
@requires(signed_in)
def sessions() -> Any:
    """Where one is signed in."""
    here = queries.session_of(access.session_key())
    return page("accounts/sessions.html", sessions=queries.sessions(myself()), here=here, means=texts.MEANS)


@bp.post("/profile/sessions/<uuid:session_id>/end")
@requires(signed_in, on=queries.own_session)
def end_session(row: SignIn) -> BaseResponse:
    """Sign out one browser."""
    service.end_session(row, by=current_actor())
    flash_ok(_("This browser is signed out."))
    return redirect_to(".sessions")


@bp.post("/profile/sessions/end-others")
@requires(signed_in)
def end_other_sessions() -> BaseResponse:
    """Sign out everywhere else."""
    service.end_other_sessions(myself(), by=current_actor())
    flash_ok(_("You are signed out everywhere else."))
    return redirect_to(".sessions")
