"""Pages of accounts: in, out, registration, links from mails, one's own profile, and people for administrators."""

from collections.abc import Iterable
from typing import Any, cast

from flask import Blueprint, Response, abort, redirect, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from grantflow.kernel.errors import Invalid
from grantflow.kernel.parties import Actor, Party, Role
from grantflow.kernel.text import line
from grantflow.platform import access, locale, returning, settings
from grantflow.platform.access import anyone, current_actor, requires, signed_in
from grantflow.platform.http import flash_ok, invalid, is_read, page, redirect_to, safe_next

from . import forms, policy, queries, service, texts
from .models import Address, Person, Purpose

bp = Blueprint("accounts", __name__)

access.login.user_loader(service.person_of)


# --- in and out ----------------------------------------------------------------------------------


def _myself() -> Person:
    """The person signed in; the guard ``signed_in`` has let nobody else through."""
    return cast(Person, current_actor())


def _home(person: Actor) -> str:
    return url_for("applications.index" if Role.APPLICANT in person.roles else "dashboard.home")


@bp.route("/sign-in", methods=["GET", "POST"])
@requires(anyone)
def sign_in() -> Any:
    """The one way into a session. What was typed before a session ended comes back afterwards."""
    actor, form = current_actor(), forms.SignInForm()
    if is_read():
        if actor.is_authenticated:
            return redirect(safe_next(_home(actor)))
        form.next.data = request.args.get("next", "")
    if not form.sent():
        show = page if is_read() else invalid
        return show("accounts/sign_in.html", form=form)
    try:
        person, token = service.sign_in(form.email.data or "", form.password.data or "")
    except Invalid as error:
        form.blame(error)
        return invalid("accounts/sign_in.html", form=form)
    access.enter(token, person.id)
    if kept := returning.unseal(form.kept.data or "", person.id):
        return page("accounts/go_on.html", kept=kept)
    return redirect(safe_next(_home(person)))


@bp.post("/sign-out")
@requires(signed_in)
def sign_out() -> BaseResponse:
    """End all sessions; the browser forgets what it kept of us (T55). Pages were never cached: they say no-store."""
    service.sign_out(_myself(), by=current_actor())
    session.clear()
    flash_ok(_("You have signed out, here and on all other devices."))
    response = redirect_to("public.start")
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


# --- what was typed survives the end of a session (D21) --------------------------------------------


@access.login.unauthorized_handler
def ask_to_sign_in() -> Any:
    """Strangers sign in and come back. A form sent after the session ended waits, signed, on the sign-in page."""
    if "HX-Request" in request.headers:
        abort(401)  # the page keeps its text, and its script says aloud that nothing was saved
    if is_read():
        return redirect_to("accounts.sign_in", next=request.full_path.rstrip("?"))
    owner = returning.author() or queries.owner_of_session(session.get("_user_id", ""))
    if owner is None and locale.switching():
        return returning.to_copy()
    form = forms.SignInForm(formdata=None)
    form.kept.data = returning.seal(owner) if owner else ""
    if not form.kept.data:
        return redirect_to("accounts.sign_in")
    return page("accounts/sign_in.html", 403, form=form, is_anothers=current_actor().is_authenticated)


# --- registration and links from mails -------------------------------------------------------------


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


def _dead_link() -> Response:
    return page("accounts/link_dead.html", 404)


@bp.route("/confirm/<token>", methods=["GET", "POST"])
@requires(anyone)
def confirm(token: str) -> Any:
    """Finish a registration with the password chosen there; opening the link changes nothing."""
    form = forms.ConfirmForm()
    found = queries.live_token(token, Purpose.CONFIRM)
    if found is None:
        return _dead_link()
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
    return redirect(_home(person), 303)


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
        return _dead_link()
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
        return _dead_link()
    form = forms.AcceptForm(language=found.person.language)
    context: dict[str, Any] = {"form": form, "owner": found.person, "roles": _labels(found.person.roles)}
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


# --- the own profile -------------------------------------------------------------------------------


@bp.route("/profile", methods=["GET", "POST"])
@requires(signed_in)
def profile() -> Any:
    """Name, form of address, language, telephone."""
    person = _myself()
    form = forms.ProfileForm(obj=person)
    if not form.sent():
        show = page if is_read() else invalid
        return show("accounts/profile.html", form=form, owner=person, roles=_labels(person.roles))
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
        token = service.change_password(person := _myself(), old=form.old.data or "", new=form.new.data or "")
    except Invalid as error:
        form.blame(error)
        return invalid("accounts/change_password.html", form=form)
    access.enter(token, person.id)
    flash_ok(_("Your password is changed. You have been signed out on all other devices."))
    return redirect_to(".profile")


def _labels(roles: Iterable[Role]) -> list[Any]:
    return [texts.ROLES[role] for role in Role if role in roles]


# --- people ----------------------------------------------------------------------------------------


@bp.get("/people")
@requires(policy.is_administrator)
def people() -> Response:
    """Staff of the own party, and applicants."""
    wanted = queries.Filters(
        text=line(request.args.get("q", ""))[:100],
        role=_role(request.args.get("role", "")),
        group=request.args.get("group", "staff"),
    )
    found = queries.people(current_actor(), wanted, request.args.get("after", ""))
    query: dict[str, Any] = {"q": wanted.text, "role": wanted.role or "", "group": wanted.group}
    following = url_for(".people", **query, after=found.after) if found.after else None
    return page("accounts/people.html", found=found, wanted=wanted, next_url=following, role_labels=texts.ROLES)


def _role(text: str) -> Role | None:
    return Role(text) if text in set(Role) else None


@bp.route("/people/invite", methods=["GET", "POST"])
@requires(policy.is_administrator)
def invite() -> Any:
    """Invite a colleague of the own party."""
    actor = current_actor()
    form = forms.InviteForm(language=actor.party.language if actor.party else None)
    form.offer(actor.party)
    if not form.sent():
        show = page if is_read() else invalid
        return show("accounts/invite.html", form=form, duties=_duties())
    try:
        person = service.invite(
            name=form.name(),
            email=form.email.data or "",
            party=cast(Party, actor.party),
            roles=form.roles.roles(),
            language=form.language.data,
            by=actor,
        )
    except Invalid as error:
        form.blame(error)
        return invalid("accounts/invite.html", form=form, duties=_duties())
    flash_ok(_("The invitation for %(name)s is on its way.", name=person.name))
    return redirect_to(".person", person_id=person.id)


def _duties() -> dict[str, Any]:
    return {role.value: text for role, text in texts.DUTIES.items()}


def _show_person(
    person: Person, roles: forms.RolesForm, disabling: forms.DisableForm, *, status: int = 200
) -> Response:
    actor = current_actor()
    return page(
        "accounts/person.html",
        status,
        owner=person,
        form=roles if roles.errors else disabling,
        roles_form=roles,
        disable_form=disabling,
        duties=_duties(),
        labels=_labels(person.roles),
        can_change=policy.can_change(actor, person) and person.disabled_at is None,
        can_disable=policy.can_disable(actor, person),
    )


def _roles_form(person: Person) -> forms.RolesForm:
    form = forms.RolesForm(data={"roles": [role.value for role in person.roles]})
    form.offer(person.party)
    return form


@bp.get("/people/<uuid:person_id>")
@requires(policy.is_administrator, on=queries.person)
def person(person: Person) -> Response:
    """One account: roles, state, and what can be done about it."""
    return _show_person(person, _roles_form(person), forms.DisableForm())


@bp.post("/people/<uuid:person_id>/roles")
@requires(policy.can_change, on=queries.person)
def set_roles(person: Person) -> Any:
    """Let a colleague hold exactly the ticked roles; ends that person's sessions."""
    form = _roles_form(person)
    if not form.sent():
        return _show_person(person, form, forms.DisableForm(formdata=None), status=_refused())
    try:
        service.set_roles(person, form.roles.roles(), by=current_actor())
    except Invalid as error:
        form.blame(error)
        return _show_person(person, form, forms.DisableForm(formdata=None), status=422)
    flash_ok(_("The roles of %(name)s are changed.", name=person.name))
    return redirect_to(".person", person_id=person.id)


def _refused() -> int:
    return 200 if locale.switching() else 422


@bp.post("/people/<uuid:person_id>/disable")
@requires(policy.can_disable, on=queries.person)
def disable(person: Person) -> Any:
    """Close an account at once, with a reason for the trail."""
    form = forms.DisableForm()
    if not form.sent():
        roles = forms.RolesForm(formdata=None, data={"roles": [role.value for role in person.roles]})
        roles.offer(person.party)
        return _show_person(person, roles, form, status=_refused())
    service.disable(person, by=current_actor(), reason=form.reason.data or "")
    flash_ok(_("The account of %(name)s is disabled.", name=person.name))
    return redirect_to(".person", person_id=person.id)


@bp.post("/people/<uuid:person_id>/enable")
@requires(policy.can_disable, on=queries.person)
def enable(person: Person) -> BaseResponse:
    """Open a closed account again."""
    service.enable(person, by=current_actor())
    flash_ok(_("The account of %(name)s is open again.", name=person.name))
    return redirect_to(".person", person_id=person.id)


@bp.post("/people/<uuid:person_id>/invitation")
@requires(policy.can_change, on=queries.person)
def invite_again(person: Person) -> BaseResponse:
    """Send a fresh invitation; the earlier link stops working."""
    service.invite_again(person, by=current_actor())
    flash_ok(_("The invitation for %(name)s is on its way.", name=person.name))
    return redirect_to(".person", person_id=person.id)
