"""Pages across features: for each role what there is to do, and for administrators whether the workers work."""

from typing import Any, cast

from flask import Blueprint, Response, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from grantflow.accounts.models import Person
from grantflow.applications import policy as application_policy
from grantflow.applications import queries as applications
from grantflow.applications import service as application_service
from grantflow.applications import texts as application_texts
from grantflow.applications.forms import PartnerWithdrawalForm
from grantflow.applications.models import Application, Event
from grantflow.applications.states import UNDECIDED, State
from grantflow.calls import queries as calls
from grantflow.calls import rules as call_rules
from grantflow.calls import texts as call_texts
from grantflow.councils import texts as council_texts
from grantflow.councils.states import Step
from grantflow.kernel import clock
from grantflow.kernel.errors import IllegalStep, Invalid
from grantflow.kernel.parties import OFFICES, Role
from grantflow.letters import policy as letter_policy
from grantflow.letters import service as letters
from grantflow.letters.models import Letter
from grantflow.notifications import policy as message_policy
from grantflow.notifications import queries as messages
from grantflow.notifications import service as notifications
from grantflow.notifications import texts as message_texts
from grantflow.notifications.models import Message
from grantflow.platform import locale
from grantflow.platform.access import current_actor, has_role, requires, signed_in
from grantflow.platform.errors import describe
from grantflow.platform.http import flash_ok, flash_problem, invalid, is_read, page, redirect_to, refusal

from . import queries, service, texts
from .forms import DeadlineForm, FormalCheckForm, Verdict
from .rules import EACH, ONCE, Part

bp = Blueprint("dashboard", __name__)


# --- my tasks --------------------------------------------------------------------------------------


@bp.get("/home")
@requires(signed_in)
def home() -> Response | BaseResponse:
    """What waits for me, in all my roles; applicants have their files instead."""
    actor = current_actor()
    if actor.party is None:
        return redirect_to("applications.index")
    begun, now = calls.begun(), clock.now()
    open_calls = [
        {
            "title": call_texts.call_title(call),
            "closes_at": call.closes_at,
            "days_left": call_rules.days_left(call.closes_at),
            "url": url_for("public.call", code=call.code),
        }
        for call in reversed(begun)
        if call.closes_at >= now
    ]
    agendas = [(its.call and call_texts.call_title(its.call), its.tasks) for its in queries.agendas(actor, begun)]
    found = queries.missing_to_open(actor, begun)
    return page(
        "dashboard/home.html",
        agendas=agendas,
        is_divided=len(begun) > 1,
        roles=sorted(actor.roles),
        calls=open_calls,
        opening=_opening(found) if found else None,
    )


# --- what is missing to open -------------------------------------------------------------------------

#: Where each part is done.
_WHERE: dict[Part, tuple[Any, str]] = {
    Part.CLOCK: (_l("To the workers"), ".workers"),
    Part.STORAGE: (_l("To the workers"), ".workers"),
    Part.WORKERS: (_l("To the workers"), ".workers"),
    **dict.fromkeys((Part.STAFF, Part.FACTORS), (_l("To the people"), "accounts.people")),
    **dict.fromkeys((*EACH, *ONCE), (_l("Basis of the fund"), "releases.index")),
}


def _opening(found: queries.Opening) -> dict[str, Any]:
    return {
        "lines": [
            {
                "part": line.part,
                "label": texts.PARTS[line.part],
                "is_done": line.is_done,
                "said": texts.lacks(line, found.findings) or [texts.THERE[line.part]],
                "where": _WHERE.get(line.part),
            }
            for line in found.lines
        ],
        "trial": found.trial,
        "is_done": found.is_done,
    }


@bp.get("/opening")
@requires(has_role(Role.ADMINISTRATOR))
def opening() -> Response:
    """What is there and what is missing to open a call."""
    return page("dashboard/opening.html", opening=_opening(queries.opening(current_actor())))


@bp.post("/opening/mail")
@requires(has_role(Role.ADMINISTRATOR))
def try_mail() -> BaseResponse:
    """Send a test message to oneself."""
    service.try_mail(by=cast(Person, current_actor()))
    flash_ok(_("A test message to you is on its way."))
    return redirect_to(".opening")


@bp.post("/opening/mail/arrival")
@requires(has_role(Role.ADMINISTRATOR))
def confirm_mail() -> BaseResponse:
    """Say that the test message has arrived."""
    service.confirm_mail(by=cast(Person, current_actor()))
    flash_ok(_("Noted: e-mail arrives."))
    return redirect_to(".opening")


# --- one file ----------------------------------------------------------------------------------------


@bp.get("/staff/applications/<uuid:id>")
@requires(application_policy.reads_staff_page, on=applications.by_id)
def file(application: Application) -> Response:
    """The file with its formal check, review and decision, as far as the reader may see them."""
    return _file(application, FormalCheckForm(formdata=None))


@bp.post("/staff/applications/<uuid:id>")
@requires(application_policy.is_responsible, on=applications.by_id)
def check(application: Application) -> Response | BaseResponse:
    """The formal check by the office of the lead's side: admit, return or exclude."""
    form, actor = FormalCheckForm(), current_actor()
    if application.state is not State.SUBMITTED:
        raise IllegalStep("illegal_step")
    if not form.sent():
        return _file(application, form, refusal())
    reason = form.reason.data or ""
    try:
        if form.verdict.data is Verdict.ADMIT:
            application_service.admit(application, by=actor)
            flash_ok(_("Admitted. Reviewers can be assigned now."))
        elif form.verdict.data is Verdict.RETURN:
            application_service.return_(application, reason=reason, by=actor)
            flash_ok(_("Returned. The applicant has been told the reason and the deadline."))
        else:
            application_service.exclude(application, reason=reason, by=actor)
            flash_ok(_("Excluded. The applicant has been told the reason."))
    except Invalid as refused:
        form.blame(refused)
        return _file(application, form, 422)
    return redirect_to(".file", id=application.id)


@bp.route("/staff/applications/<uuid:id>/partner", methods=["GET", "POST"])
@requires(application_policy.is_responsible, on=applications.by_id)
def partner_withdrawal(application: Application) -> Response | BaseResponse:
    """Note that the partner has withdrawn; until partners have pages of their own, the office is told and notes it."""
    form = PartnerWithdrawalForm()
    partner = applications.current_partner(application)
    if partner is None:
        raise IllegalStep("no_partner_to_leave")
    if not form.sent():
        show = page if is_read() else invalid
        return show("dashboard/partner_withdrawal.html", application=application, partner=partner, form=form)
    application_service.withdraw_partner(application, reason=form.reason.data, by=current_actor())
    flash_ok(_("Noted. The applicant has been told by e-mail."))
    return redirect_to(".file", id=application.id)


@bp.route("/staff/applications/<uuid:id>/deadline", methods=["GET", "POST"])
@requires(application_policy.is_responsible, on=applications.by_id)
def deadline(application: Application) -> Response | BaseResponse:
    """Give a returned file more time."""
    form = DeadlineForm()
    if application.state is not State.RETURNED:
        raise IllegalStep("illegal_step")
    if not form.sent() or form.until.data is None:
        return (page if is_read() else invalid)("dashboard/deadline.html", application=application, form=form)
    try:
        application_service.extend(application, form.until.data, reason=form.reason.data or "", by=current_actor())
    except Invalid as refused:
        form.blame(refused)
        return invalid("dashboard/deadline.html", application=application, form=form)
    flash_ok(_("Extended. The applicant and the other office have been told."))
    return redirect_to(".file", id=application.id)


def _file(application: Application, form: FormalCheckForm, status: int = 200) -> Response:
    actor = current_actor()
    desk = queries.desk(actor, application)
    is_new = application.state is State.SUBMITTED
    return page(
        "dashboard/file.html",
        status,
        application=application,
        file=desk.file,
        schedule=_schedule(application, desk),
        review=desk.review,
        decision=desk.decision,
        checks=[
            {"label": application_texts.CHECKS[step], "reasons": [describe(reason) for reason in reasons]}
            for step, reasons in desk.checks
        ],
        lookalikes=desk.lookalikes,
        gone=desk.gone,
        awaits_confirmation=desk.gone is not None and applications.awaits_confirmation(application),
        may_extend=application.state is State.RETURNED and application_policy.is_responsible(actor, application),
        may_note_withdrawal=application_policy.is_responsible(actor, application)
        and applications.may_lose_its_partner(application),
        changes=[texts.changed(difference, application) for difference in desk.changes],
        form=form if is_new and application_policy.is_responsible(actor, application) else None,
        office=OFFICES[application.lead_side],
        state_label=application_texts.STATES[application.state],
        badge=application_texts.STAFF_BADGES[application.state],
        category=desk.file.money.category.number,
        events=[_event(event) for event in application.events],
        is_office=application_policy.is_office(actor),
    )


def _schedule(application: Application, desk: queries.Desk) -> list[dict[str, Any]] | None:
    """The steps still to be done, each with its last day and whether that is over; None of a file not under way."""
    if application.state not in UNDECIDED or application.starts_on is None:
        return None
    steps = list(Step)[list(Step).index(applications.STEPS[application.state]) :]
    days, today = desk.schedule or {}, clock.today()
    return [
        {"label": council_texts.STEPS[step], "by": days[step], "is_over": days[step] < today}
        for step in steps
        if step in days
    ]


def _event(event: Event) -> dict[str, Any]:
    """A move as staff read it: who made it, when, and the reason given."""
    return {
        "title": application_texts.EVENTS[event.action],
        "who": application_texts.ACTORS[event.party] if event.party else None,
        "note": locale.long_datetime(event.at),
        "said": event.note,
        "language": event.language,
        "state": "done",
    }


# --- the state of the workers ----------------------------------------------------------------------


@bp.get("/workers", endpoint="workers")
@requires(has_role(Role.ADMINISTRATOR))
def show_workers() -> Response:
    """Heartbeats, what waits, and what failed with its reason."""
    return page(
        "dashboard/workers.html",
        state=queries.workers(),
        kinds=message_texts.KINDS,
        labels=texts.CHECKS,
        upkeep=texts.UPKEEP,
        reason=texts.reason,
    )


@bp.post("/workers/letters/<uuid:letter_id>")
@requires(letter_policy.can_retry, on=queries.workers_letter)
def restart_letter(letter: Letter) -> BaseResponse:
    """Start a failed letter again."""
    letters.retry(letter, by=current_actor())
    flash_ok(_("The letter is being made again."))
    return redirect_to(".workers")


@bp.post("/workers/letters")
@requires(has_role(Role.ADMINISTRATOR))
def restart_letters() -> BaseResponse:
    """Start all failed letters again."""
    count = letters.retry_all(by=current_actor())
    _say(ngettext("%(num)s letter is made again.", "%(num)s letters are made again.", count), count)
    return redirect_to(".workers")


@bp.post("/workers/messages")
@requires(has_role(Role.ADMINISTRATOR))
def restart_messages() -> BaseResponse:
    """Start all failed messages again."""
    count = notifications.restart_all(by=current_actor())
    _say(ngettext("%(num)s message is sent again.", "%(num)s messages are sent again.", count), count)
    return redirect_to(".workers")


@bp.post("/workers/upkeep/<name>")
@requires(has_role(Role.ADMINISTRATOR))
def restart_upkeep(name: str) -> BaseResponse:
    """Start a kind of periodic work again that was given up."""
    service.restart_upkeep(name, by=current_actor())
    flash_ok(_("It is done again within a minute."))
    return redirect_to(".workers")


def _say(sentence: str, count: int) -> None:
    if count:
        flash_ok(sentence)
    else:
        flash_problem(_("Nothing has failed that could be started again."))


@bp.post("/workers/messages/<uuid:message_id>")
@requires(message_policy.can_restart, on=messages.visible)
def restart_message(message: Message) -> BaseResponse:
    """Start a failed message again."""
    notifications.restart(message, by=current_actor())
    flash_ok(_("The message is being sent again."))
    return redirect_to(".workers")
