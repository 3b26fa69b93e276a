"""From the right password to a session: at once, after the second factor, or after setting one up (T3)."""

from typing import Any

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from grantflow.kernel.errors import Invalid
from grantflow.kernel.parties import Actor, Role
from grantflow.platform import access, returning
from grantflow.platform.access import anyone, requires
from grantflow.platform.bodies import WRITING, takes
from grantflow.platform.http import invalid, is_read, page, redirect_to, safe_next

from .. import forms, service
from ..models import Person
from ..states import Means, Step
from .blueprint import bp


def home(person: Actor) -> str:
    return url_for("applications.index" if Role.APPLICANT in person.roles else "dashboard.home")


def go_on(person: Person, form: forms.SignInForm) -> Any:
    """After the password of ``person``: into a session, or to what has to come before it."""
    step = service.step_after(person, Means.PASSWORD)
    if step is Step.ENTER:
        return go_in(person, Means.PASSWORD, form)
    service.go_halfway(person)
    if not form.kept.data:
        return redirect_to(f".{_PAGES[step]}", next=form.next.data)
    # What was typed before the session ended is too long for an address: the next page holds it.
    following = forms.SecondStepForm(formdata=None) if step is Step.PROVE else forms.EnrolForm(formdata=None)
    following.next.data, following.kept.data = form.next.data, form.kept.data
    return ask(person, following) if step is Step.PROVE else offer(person, following)


_PAGES = {Step.PROVE: "second_step", Step.ENROL: "set_up"}


def go_in(person: Person, means: Means, form: Any) -> Any:
    """Into a session; what was typed before the last one ended comes back first."""
    access.enter(service.enter(person, means), person.id)
    # A page in between, as no redirect can carry what was typed to the form's own address: its button posts it there.
    if kept := returning.unseal(form.kept.data or "", person.id):
        return page("accounts/go_on.html", kept=kept)
    return redirect(safe_next(home(person)))


def _halfway(step: Step) -> Person | BaseResponse:
    """Who is to take ``step`` now; else the way to whatever they have to do."""
    person = service.halfway()
    if person is None:
        return redirect_to(".sign_in", next=request.values.get("next"))
    wanted = service.step_after(person, Means.PASSWORD)
    return person if wanted is step else redirect_to(f".{_PAGES.get(wanted, 'sign_in')}")


@bp.route("/sign-in/second-step", methods=["GET", "POST"])
@takes(WRITING)
@requires(anyone)
def second_step() -> Any:
    """Show the second factor, or a recovery code in its place."""
    person = _halfway(Step.PROVE)
    if not isinstance(person, Person):
        return person
    form = forms.SecondStepForm()
    if is_read():
        form.next.data = request.args.get("next", "")
    if not form.sent():
        return ask(person, form, page if is_read() else invalid)
    try:
        means = service.prove(person, **form.second())
    except Invalid as error:
        form.blame(error)
        return ask(person, form, invalid)
    return go_in(person, means, form)


def ask(person: Person, form: forms.SecondStepForm, show: Any = page) -> Response:
    ways = service.ways(person)
    form.fit(ways)
    answer: Response = show("accounts/second_step.html", form=form, owner=person, ways=ways)
    return answer


@bp.route("/sign-in/set-up", methods=["GET", "POST"])
@takes(WRITING)
@requires(anyone)
def set_up() -> Any:
    """Before the first session of somebody who must have a second factor: set one up."""
    person = _halfway(Step.ENROL)
    if not isinstance(person, Person):
        return person
    form = forms.EnrolForm()
    if is_read():
        form.next.data = request.args.get("next", "")
    codes = enrol(person, form)
    if isinstance(codes, Response):
        return codes
    means = Means.PASSKEY if form.new_passkey.data else Means.ONE_TIME_CODE
    access.enter(service.enter(person, means), person.id)
    kept = returning.unseal(form.kept.data or "", person.id)
    return show_codes(codes, safe_next(home(person)), kept)


def enrol(person: Person, form: forms.EnrolForm) -> list[str] | Response:
    """Set up what the form carries: the recovery codes to show, if any, or the page again."""
    if not form.sent():
        return offer(person, form, page if is_read() else invalid)
    try:
        if form.new_passkey.data:
            return service.add_passkey(
                person, form.new_passkey.data, form.new_challenge.data or "", label=form.label.data or ""
            )
        return service.add_app(person, form.sealed.data or "", form.first_code.data or "", label=form.label.data or "")
    except Invalid as error:
        form.blame(error)
        return offer(person, form, invalid)


def offer(person: Person, form: forms.EnrolForm, show: Any = page) -> Response:
    """An app to scan for, where there is none yet, and a passkey where the address allows one."""
    ways = service.ways(person)
    app = None if ways.has_app else service.offer(person, form.sealed.data or "")
    question = service.ask_for_new(person) if service.are_passkeys_possible() else None
    form.sealed.data = app.sealed if app else ""
    form.new_challenge.data = question.challenge if question else ""
    form.new_passkey.data = ""
    is_first = not ways.has_factor
    template = "accounts/set_up.html"
    answer: Response = show(template, form=form, owner=person, app=app, question=question, is_first=is_first)
    return answer


def show_codes(codes: list[str], url: str, kept: Any = None) -> Response:
    """Recovery codes, once: no browser keeps this page."""
    answer = page("accounts/recovery_codes.html", codes=codes, url=url, kept=kept)
    answer.headers["Cache-Control"] = "no-store"
    return answer
