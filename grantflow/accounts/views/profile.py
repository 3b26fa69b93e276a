"""One's own profile."""

from collections.abc import Iterable
from typing import Any, cast

from flask_babel import gettext as _

from grantflow.kernel.errors import Invalid
from grantflow.kernel.parties import Role
from grantflow.platform import access, locale, settings
from grantflow.platform.access import current_actor, requires, signed_in
from grantflow.platform.http import flash_ok, invalid, is_read, page, redirect_to

from .. import forms, service, texts
from ..models import Address, Person
from .blueprint import bp


def myself() -> Person:
    """The person signed in; the guard ``signed_in`` has let nobody else through."""
    return cast(Person, current_actor())


@bp.route("/profile", methods=["GET", "POST"])
@requires(signed_in)
def profile() -> Any:
    """Name, form of address, language, telephone."""
    person = myself()
    form = forms.ProfileForm(obj=person)
    if not form.sent():
        show = page if is_read() else invalid
        return show("accounts/profile.html", form=form, owner=person, roles=labels(person.roles))
    service.change_profile(
        person,
        name=form.name(),
        address=Address(form.address.data),
        phone=form.phone.data or "",
        language=form.language.data,
    )
    flash_ok(_("Your details are saved."))
    response = redirect_to(".profile")
    response.set_cookie(
        locale.COOKIE,
        person.language,
        max_age=365 * 86400,
        samesite="Lax",
        secure=settings().is_https,
        httponly=True,
    )
    return response


@bp.route("/profile/password", methods=["GET", "POST"])
@requires(signed_in)
def change_password() -> Any:
    """A new password; all other sessions end."""
    form = forms.ChangePasswordForm()
    if not form.sent():
        show = page if is_read() else invalid
        return show("accounts/change_password.html", form=form)
    try:
        token = service.change_password(person := myself(), old=form.old.data or "", new=form.new.data or "")
    except Invalid as error:
        form.blame(error)
        return invalid("accounts/change_password.html", form=form)
    access.enter(token, person.id)
    flash_ok(_("Your password is changed. You have been signed out on all other devices."))
    return redirect_to(".profile")


def labels(roles: Iterable[Role]) -> list[Any]:
    return [texts.ROLES[role] for role in Role if role in roles]
