"""The applicant's own files: the list, the beginning, where each stands, its letters."""

from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from grantflow.calls import queries as calls
from grantflow.calls import texts as call_texts
from grantflow.calls.models import Call
from grantflow.kernel import clock
from grantflow.kernel.errors import Reason
from grantflow.kernel.parties import OFFICES
from grantflow.letters import queries as letters
from grantflow.letters import service as letter_service
from grantflow.letters import texts as letter_texts
from grantflow.letters.models import Letter
from grantflow.letters.states import Desk, Standing
from grantflow.letters.states import Kind as LetterKind
from grantflow.letters.states import State as LetterState
from grantflow.organisations import policy as organisation_policy
from grantflow.organisations import queries as organisations
from grantflow.organisations import texts as organisation_texts
from grantflow.platform import locale
from grantflow.platform.access import current_actor, requires
from grantflow.platform.http import attachment, flash_ok, invalid, is_read, page, redirect_to

from .. import forms, policy, queries, service, texts
from ..models import Application, Event, Version
from ..queries import File, OwnLetter
from ..states import DECIDED, EDITABLE, OPEN, Action, Declared, State, StepName
from .blueprint import bp
from .steps import STEPS, deadline, step_bar, step_url


@bp.get("/applications")
@requires(organisation_policy.is_applicant)
def index() -> Any:
    """My files with state and next step, by call where there are several, the latest call first."""
    rows: dict[Call, list[dict[str, Any]]] = {}
    for application in queries.of_applicant(current_actor()):
        rows.setdefault(application.call, []).append(
            {
                "application": application,
                "version": queries.version_for(current_actor(), application),
                "next": _next_step(application),
                **_badge(application),
            }
        )
    found = sorted(rows.items(), key=lambda its: its[0].opens_at, reverse=True)
    return page(
        "applications/index.html",
        groups=[(call_texts.call_title(call), its) for call, its in found],
        calls=_named(calls.open_calls(whole=False)),
    )


@bp.route("/applications/new", methods=["GET", "POST"])
@requires(organisation_policy.is_applicant)
def start() -> Any:
    """Begin a draft for an open call in the name of one of my organisations."""
    actor = current_actor()
    mine = [o for o in organisations.of_member(actor) if organisation_policy.writes_for(actor, o)]
    offered = calls.open_calls(whole=False)
    form = forms.StartForm()
    form.call.choices = [(call.code, f"{call_texts.call_title(call)} ({call.code})") for call in offered]
    form.organisation.choices = [(str(o.id), locale.spoken(o.name, o.language)) for o in mine]
    if is_read():
        wanted = request.args.get("call", "")
        codes = [call.code for call in offered]
        form.call.data = wanted if wanted in codes else (codes[0] if codes else None)
        form.organisation.data = str(mine[0].id) if mine else None
    context: dict[str, Any] = {"form": form, "calls": _named(offered), "organisations": mine}
    if is_read():
        return page("applications/start.html", **context)
    if not form.sent():
        return invalid("applications/start.html", **context)
    call = next(call for call in offered if call.code == form.call.data)
    organisation = next(o for o in mine if str(o.id) == form.organisation.data)
    application = service.start(call, organisation, by=actor, language=locale.language())
    return redirect_to("applications.step", id=application.id, step=StepName.ORGANISATION)


def _named(offered: Sequence[Call]) -> list[dict[str, Any]]:
    return [{"code": call.code, "title": call_texts.call_title(call), "closes_at": call.closes_at} for call in offered]


@bp.get("/applications/<uuid:id>")
@requires(policy.reads_for, on=queries.with_members)
def show(application: Application) -> Any:
    """Where the file stands, what happens next and who acts; then letters and history."""
    actor = current_actor()
    version, receives = queries.version_for(actor, application), policy.receives(actor, application)
    found = letters.of_application(application.id) if receives and application.state in DECIDED else []
    acts = [letter for letter in found if letter.standing is Standing.ACT]
    never_sent = application.number is None
    writes, signs = policy.writes_for(actor, application), policy.signs_for(actor, application)
    may_write = writes and application.state in EDITABLE and not _is_late(application)
    missing = queries.missing(version, clock.now()) if may_write else []
    return page(
        "applications/show.html",
        application=application,
        version=version,
        **_badge(application),
        next=_next_step(application),
        promise=queries.promised(application),
        phases=_phases(application),
        steps=step_bar(application, missing) if may_write else [],
        continue_url=_continue_url(application, missing) if may_write else None,
        events=[] if never_sent else _timeline(application, version),
        letters=[_letter(act, found) for act in acts],
        parts=[(act.funder, act.amount_cents) for act in acts if act.kind is LetterKind.AWARD],
        letters_due=receives and _are_due(application, acts),
        people=[(m.person.name, organisation_texts.MEMBER_ROLES[m.role]) for m in application.lead.memberships],
        office=calls.funders()[OFFICES[application.lead_side]],
        readings=_readings(application, version, writes=writes),
        gone=queries.withdrawn_partner(application),
        to_confirm=forms.SendForm(formdata=None) if signs and queries.awaits_confirmation(application) else None,
        may_withdraw=signs and application.state in OPEN,
        channel=letter_texts.CHANNELS[application.channel] if application.channel else None,
    )


def _are_due(application: Application, acts: Sequence[Letter]) -> bool:
    """Whether letters of the decision are still being made."""
    return application.state in DECIDED and not all(act.state is LetterState.READY for act in acts)


def _badge(application: Application) -> dict[str, Any]:
    kind, icon = texts.BADGES[application.state]
    label = texts.GIVEN_UP_STATE if _is_given_up(application) else texts.APPLICANT_STATES[application.state]
    return {"badge_text": label, "badge_kind": kind, "badge_icon": icon}


def _next_step(application: Application) -> dict[str, Any]:
    """Title and text, who acts, until when and how long that is; the same words whatever is being deliberated."""
    title, text = texts.NEXT[application.state]
    if is_late := _is_late(application):
        title, text = texts.TOO_LATE[application.state]
    if _is_given_up(application):
        title, text = texts.GIVEN_UP
    mine = application.state in EDITABLE or application.state in DECIDED
    until = deadline(application) if application.state in EDITABLE else None
    if application.state not in OPEN and not mine:
        who = None
    elif mine:
        who = _("You")
    elif application.state is State.SUBMITTED:
        who = _("Office %(city)s", city=texts.SIDES[application.lead_side])
    else:
        who = _("Düsseldorf and Toulouse")
    rest = None
    if until:
        days = (clock.local(until).date() - clock.today()).days
        rest = ngettext("%(num)d day left", "%(num)d days left", days) if days >= 0 else _("The deadline has passed.")
    return {"title": title, "text": text, "who": None if is_late else who, "until": until, "rest": rest}


def _is_late(application: Application) -> bool:
    """Whether the applicant could still write, but no longer send."""
    return application.state in EDITABLE and clock.now() > deadline(application)


def _is_given_up(application: Application) -> bool:
    """Whether it was closed before it was ever sent."""
    return application.state is State.WITHDRAWN and application.number is None


def _readings(application: Application, version: Version, *, writes: bool) -> list[tuple[str, str, File, list[Any]]]:
    """What of the file is read on its page, each with its id, title and declarations.

    A draft or a returned file is read where it is written: in its steps, by those who write.
    """
    if application.state in EDITABLE:
        return [] if writes else [_whole("saved", _("Your application, as saved last"), version)]
    found = []
    if application.sent:
        found.append(_whole("sent", _("Your application, as sent"), application.sent))
        if unsent := queries.unsent(application):
            found.append(_whole("unsent", _("What you had changed and did not send"), unsent))
    return found


def _whole(name: str, title: str, version: Version) -> tuple[str, str, File, list[Any]]:
    given = {declaration.code for declaration in version.declarations}
    declared = [texts.DECLARATIONS[code] for code in Declared if code in given]
    return name, title, queries.file_context(version), declared


def _continue_url(application: Application, missing: Sequence[Reason]) -> str:
    """The first step that still lacks something."""
    first = next((STEPS[STEPS.index(StepName(r.step))] for r in missing), StepName.CHECK)
    return step_url(application, first)


def _phases(application: Application) -> list[dict[str, Any]]:
    now = texts.PHASE_OF.get(application.state)
    if now is None:
        return []
    return [
        {"label": label, "state": "done" if i < now else "now" if i == now else "next"}
        for i, label in enumerate(texts.PHASES)
    ]


#: Moves inside the deliberation stay out of the applicant's timeline (T13).
SHOWN = frozenset(Action) - {Action.COMPLETE_REVIEW, Action.REOPEN_REVIEW, Action.PROPOSE, Action.SEND_BACK}


def _timeline(application: Application, version: Version) -> list[dict[str, Any]]:
    """What happened, what happens now, what is still to come."""
    past = [_entry(event) for event in application.events if event.action in SHOWN]
    coming: list[dict[str, Any]] = []
    if application.state in OPEN:
        upcoming = _next_step(application)
        coming.append(
            {
                "title": upcoming["title"],
                "who": upcoming["who"],
                "when": _("until %(day)s", day=locale.long_date(upcoming["until"])) if upcoming["until"] else None,
                "state": "now",
            }
        )
        if version.starts_on and version.ends_on:
            coming.append(
                {
                    "title": _("Project"),
                    "when": locale.period(version.starts_on, version.ends_on),
                    "state": "next",
                }
            )
    return past + coming


def _entry(event: Event) -> dict[str, Any]:
    office = event.party if event.action in {Action.ADMIT, Action.RETURN, Action.EXCLUDE} else None
    return {
        "title": texts.EVENTS[event.action],
        "when": locale.long_datetime(event.at),
        "who": _("Office %(city)s", city=texts.SIDES[office.side]) if office else None,
        "said": event.note if office else None,
        "language": event.language,
        "state": "done",
    }


def _letter(act: Letter, found: Sequence[Letter]) -> dict[str, Any]:
    """An act with its courtesy translations beneath it."""
    copies = [act, *(x for x in found if x.standing is Standing.COURTESY and x.register_number == act.register_number)]
    return {
        "act": act,
        "kind": letter_texts.KINDS[act.kind],
        "files": [
            {
                "url": url_for("applications.letter", id=act.application_id, letter_id=copy.id)
                if copy.state is LetterState.READY and not copy.purged_at
                else None,
                "is_act": copy is act,
                "is_erased": copy.purged_at is not None,
                "language": copy.language,
                "kilobytes": max(1, round((copy.byte_size or 0) / 1000)),
            }
            for copy in copies
        ],
    }


@bp.get("/applications/<uuid:id>/receipt")
@requires(policy.reads_for, on=queries.by_id)
def receipt(application: Application) -> Any:
    """Number, time and hash of what was sent last."""
    if application.sent is None:
        return redirect_to("applications.show", id=application.id)
    return page("applications/receipt.html", application=application, version=application.sent)


@bp.route("/applications/<uuid:id>/withdraw", methods=["GET", "POST"])
@requires(policy.signs_for, on=queries.by_id)
def withdraw(application: Application) -> Any:
    """Take the file back, after a question."""
    form = forms.WithdrawForm.of(application)
    if not form.sent():
        show_form = page if is_read() else invalid
        version = queries.version_for(current_actor(), application)
        return show_form("applications/withdraw.html", application=application, version=version, form=form)
    was_draft = application.state is State.DRAFT
    service.withdraw(application, by=current_actor())
    flash_ok(_("The draft is given up.") if was_draft else _("The application is withdrawn."))
    return redirect_to("applications.show", id=application.id)


@bp.post("/applications/<uuid:id>/confirmation")
@requires(policy.signs_for, on=queries.by_id)
def confirm(application: Application) -> Any:
    """Stand by the project after the partner has withdrawn."""
    service.confirm(application, by=current_actor())
    flash_ok(_("Thank you. Your organisation stands by the project."))
    return redirect_to("applications.show", id=application.id)


@bp.route("/applications/<uuid:id>/channel", methods=["GET", "POST"])
@requires(policy.signs_for, on=queries.by_id)
def channel(application: Application) -> Any:
    """How the acts shall arrive: agree to the portal, or withdraw that and turn to the post (D41)."""
    form = forms.ChannelForm(data={"channel": application.channel})
    if not form.sent():
        context: dict[str, Any] = {"consents": list(texts.CONSENTS.values()), "given": queries.consents(application)}
        show_form = page if is_read() else invalid
        context["version"] = queries.version_for(current_actor(), application)
        return show_form("applications/channel.html", application=application, form=form, **context)
    service.choose_channel(application, form.channel.data, by=current_actor())
    flash_ok(_("Your choice is saved."))
    return redirect_to("applications.show", id=application.id)


@bp.get("/applications/<uuid:id>/letters/<uuid:letter_id>")
@requires(policy.receives_its, on=queries.letter_of)
def letter(own: OwnLetter) -> Any:
    """The recipient's download: the first one notifies the act (§ 41 (2a) VwVfG), so it goes on record."""
    if request.method == "HEAD":  # nobody has read anything
        content = letter_service.content(own.letter)
    else:
        content = letter_service.download(own.letter, by=current_actor(), desk=Desk.RECIPIENT)
    return attachment(content, own.letter.file_name, "application/pdf")
