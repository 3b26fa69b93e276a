"""People, for administrators."""

from typing import Any, cast

from flask import Response, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from grantflow.kernel.errors import Invalid
from grantflow.kernel.parties import Party, Role
from grantflow.kernel.text import line
from grantflow.platform import proof
from grantflow.platform.access import current_actor, requires
from grantflow.platform.http import flash_ok, invalid, is_read, page, redirect_to, refusal

from .. import forms, policy, queries, rules, service, texts
from ..models import Person
from .blueprint import bp
from .profile import labels


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
@proof.fresh_proof()
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
    if person.roles:
        flash_ok(_("The invitation for %(name)s is on its way.", name=person.name) + _waits(person))
    else:
        flash_ok(_("%(name)s is invited as soon as a second administrator has confirmed the role.", name=person.name))
    return redirect_to(".person", person_id=person.id)


def _duties() -> dict[str, str]:
    """What each role may do, and which of them two administrators give."""
    note = _("A second administrator has to confirm it.")
    return {
        role.value: f"{text} {note}" if role in rules.CONFIRMED else str(text) for role, text in texts.DUTIES.items()
    }


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
        labels=labels(person.roles),
        waiting=[(proposal, texts.ROLES[proposal.role]) for proposal in queries.waiting_for(person)],
        can_change=policy.can_change(actor, person) and person.disabled_at is None,
        can_disable=policy.can_disable(actor, person),
    )


def _roles_form(person: Person, **how: Any) -> forms.RolesForm:
    """Ticked is what the person holds, and what waits for a second administrator."""
    ticked = person.roles | {proposal.role for proposal in queries.waiting_for(person)}
    form = forms.RolesForm(data={"roles": [role.value for role in ticked]}, **how)
    form.offer(person.party)
    return form


def _waits(person: Person) -> str:
    """What is added to a word of success while a role of that person waits."""
    return " " + _("A second administrator has to confirm the new role.") if queries.waiting_for(person) else ""


@bp.get("/people/<uuid:person_id>")
@requires(policy.is_administrator, on=queries.person)
def person(person: Person) -> Response:
    """One account: roles, state, and what can be done about it."""
    return _show_person(person, _roles_form(person), forms.DisableForm())


@bp.post("/people/<uuid:person_id>/roles")
@requires(policy.can_change, on=queries.person)
@proof.fresh_proof()
def set_roles(person: Person) -> Any:
    """Let a colleague hold exactly the ticked roles; ends that person's sessions."""
    form = _roles_form(person)
    if not form.sent():
        return _show_person(person, form, forms.DisableForm(formdata=None), status=refusal())
    try:
        service.set_roles(person, form.roles.roles(), by=current_actor())
    except Invalid as error:
        form.blame(error)
        return _show_person(person, form, forms.DisableForm(formdata=None), status=422)
    flash_ok(_("The roles of %(name)s are changed.", name=person.name) + _waits(person))
    return redirect_to(".person", person_id=person.id)


@bp.post("/people/<uuid:person_id>/disable")
@requires(policy.can_disable, on=queries.person)
def disable(person: Person) -> Any:
    """Close an account at once, with a reason for the trail."""
    form = forms.DisableForm()
    if not form.sent():
        return _show_person(person, _roles_form(person, formdata=None), form, status=refusal())
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
