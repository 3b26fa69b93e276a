"""Registration, and what links in mails open."""

from typing import Any

from flask import Response, redirect, request, session
from flask_babel import gettext as _

from grantflow.kernel.errors import Invalid
from grantflow.platform import access
from grantflow.platform.access import anyone, requires
from grantflow.platform.http import flash_ok, invalid, is_read, page, redirect_to

from .. import forms, queries, service
from ..models import Address, Purpose
from .blueprint import bp
from .profile import labels
from .second import home


@bp.route("/register", methods=["GET", "POST"])
@requires(anyone)
def register() -> Any:
    """Ask for an account; the answer does not tell whether there is one already."""
    form = forms.RegisterForm()
    if not form.sent():
        show = page if is_read() else invalid
        return show("accounts/register.html", form=form)
    try:
        service.register(
            name=form.name(),
            email=form.email.data or "",
            password=form.password.data or "",
            language=form.language.data,
            address=Address(form.address.data),
            phone=form.phone.data or "",
        )
    except Invalid as error:
        form.blame(error)
        return invalid("accounts/register.html", form=form)
    return redirect_to(".check_mail", about="registration")


@bp.get("/check-your-mail")
@requires(anyone)
def check_mail() -> Response:
    """What happens next; the same for everybody."""
    return page("accounts/check_mail.html", about=request.args.get("about"))


def dead_link() -> Response:
    return page("accounts/link_dead.html", 404)


@bp.route("/confirm/<token>", methods=["GET", "POST"])
@requires(anyone)
def confirm(token: str) -> Any:
    """Finish a registration with the password chosen there; opening the link changes nothing."""
    form = forms.ConfirmForm()
    found = queries.live_token(token, Purpose.CONFIRM)
    if found is None:
        return dead_link()
    context: dict[str, Any] = {"form": form, "email": found.person.email}
    if not form.sent():
        show = page if is_read() else invalid
        return show("accounts/confirm.html", **context)
    try:
        person, key = service.confirm(token, form.password.data or "")
    except Invalid as error:
        form.blame(error)
        return invalid("accounts/confirm.html", **context)
    access.enter(key, person.id)
    flash_ok(_("Welcome. Your account is ready."))
    return redirect(home(person), 303)


@bp.route("/reset", methods=["GET", "POST"])
@requires(anyone)
def request_reset() -> Any:
    """Ask for a link to choose a new password; the answer is the same for every address."""
    form = forms.RequestResetForm()
    if not form.sent():
        show = page if is_read() else invalid
        return show("accounts/request_reset.html", form=form)
    service.request_reset(form.email.data or "")
    return redirect_to(".check_mail", about="reset")


@bp.route("/reset/<token>", methods=["GET", "POST"])
@requires(anyone)
def reset(token: str) -> Any:
    """Choose a new password by a mailed link."""
    form = forms.ResetForm()
    found = queries.live_token(token, Purpose.RESET)
    if found is None:
        return dead_link()
    context: dict[str, Any] = {"form": form, "email": found.person.email}
    if not form.sent():
        show = page if is_read() else invalid
        return show("accounts/reset.html", **context)
    try:
        service.reset_password(token, form.password.data or "")
    except Invalid as error:
        form.blame(error)
        return invalid("accounts/reset.html", **context)
    session.clear()
    flash_ok(_("Your new password is set. Please sign in with it."))
    return redirect_to(".sign_in")


@bp.route("/invitation/<token>", methods=["GET", "POST"])
@requires(anyone)
def accept(token: str) -> Any:
    """A member of staff arrives: password, form of address, language."""
    found = queries.live_token(token, Purpose.INVITE)
    if found is None:
        return dead_link()
    form = forms.AcceptForm(language=found.person.language)
    context: dict[str, Any] = {"form": form, "owner": found.person, "roles": labels(found.person.roles)}
    if not form.sent():
        show = page if is_read() else invalid
        return show("accounts/accept.html", **context)
    try:
        service.accept_invitation(
            token,
            password=form.password.data or "",
            address=Address(form.address.data),
            phone=form.phone.data or "",
            language=form.language.data,
        )
    except Invalid as error:
        form.blame(error)
        return invalid("accounts/accept.html", **context)
    session.clear()
    flash_ok(_("Your account is ready. Please sign in."))
    return redirect_to(".sign_in")
