"""The applicant's pages from the first draft to the letters, and the staff list."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from grantflow.calls import queries as calls
from grantflow.calls import rules as call_rules
from grantflow.calls import texts as call_texts
from grantflow.kernel import clock
from grantflow.kernel.errors import IllegalStep, Incomplete, Invalid, Reason
from grantflow.kernel.parties import OFFICES, Role, Side
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
from grantflow.organisations.states import Country
from grantflow.platform import errors, locale
from grantflow.platform.access import current_actor, has_role, requires
from grantflow.platform.http import attachment, flash_ok, invalid, page, redirect_to

from . import forms, policy, queries, rules, service, texts
from .models import Application, Event
from .queries import AtStep, OwnLetter
from .states import DECIDED, EDITABLE, OPEN, Action, LineKind, State, StepName

bp = Blueprint("applications", __name__)

STEPS = tuple(StepName)


# --- my files --------------------------------------------------------------------------------------


@bp.get("/applications")
@requires(organisation_policy.is_applicant)
def index() -> Any:
    """My files with state and next step."""
    rows = [
        {"application": application, "next": _next_step(application), **_badge(application)}
        for application in queries.of_applicant(current_actor())
    ]
    return page("applications/index.html", rows=rows, calls=_open_calls())


@bp.route("/applications/new", methods=["GET", "POST"])
@requires(organisation_policy.is_applicant)
def start() -> Any:
    """Begin a draft for an open call in the name of one of my organisations."""
    actor = current_actor()
    mine = organisations.of_member(actor)
    offered = calls.open_calls()
    form = forms.StartForm()
    form.call.choices = [(call.code, f"{call_texts.call_title(call)} ({call.code})") for call in offered]
    form.organisation.choices = [(str(o.id), o.name) for o in mine]
    if request.method == "GET":
        wanted = request.args.get("call", "")
        codes = [call.code for call in offered]
        form.call.data = wanted if wanted in codes else (codes[0] if codes else None)
        form.organisation.data = str(mine[0].id) if mine else None
    context: dict[str, Any] = {"form": form, "calls": _open_calls(), "organisations": mine}
    if request.method == "GET":
        return page("applications/start.html", **context)
    if not form.sent():
        return invalid("applications/start.html", **context)
    call = next(call for call in offered if call.code == form.call.data)
    organisation = next(o for o in mine if str(o.id) == form.organisation.data)
    application = service.start(call, organisation, by=actor, language=locale.language())
    return redirect_to("applications.step", id=application.id, step=StepName.ORGANISATION)


def _open_calls() -> list[dict[str, Any]]:
    return [
        {"code": call.code, "title": call_texts.call_title(call), "closes_at": call.closes_at}
        for call in calls.open_calls()
    ]


# --- the steps -------------------------------------------------------------------------------------


@bp.route("/applications/<uuid:id>/<step>", methods=["GET", "POST"])
@requires(policy.acts_for_its, on=queries.at_step)
def step(place: AtStep) -> Any:
    """One step of a draft, or of a file that came back."""
    application = place.application
    if application.state not in EDITABLE:
        if request.method == "POST":
            raise IllegalStep("not_editable")
        return redirect_to("applications.show", id=application.id)
    return PAGES[place.step](application)


def _organisation(application: Application) -> Any:
    """The lead's details are kept with the organisation; here they are read and their gaps named."""
    return _show("organisation", application, kind=organisation_texts.KINDS[application.lead.kind])


def _partner(application: Application) -> Any:
    form = forms.PartnerForm.of(application)
    other = Country.FRANCE if application.lead.country is Country.GERMANY else Country.GERMANY

    def write() -> None:
        partner = form.partner(other)
        service.save_partner(
            application,
            partner,
            partner_search=form.has_partner.data == "no",
            equal_roles=form.equal_roles.data,
            by=current_actor(),
        )

    return _answer("partner", application, form, write, country=organisation_texts.COUNTRIES[other])


def _plain(name: StepName, form_type: type[forms.AnswersForm]) -> Callable[[Application], Any]:
    """A step of plain answers."""

    def view(application: Application) -> Any:
        form = form_type(obj=application)
        return _answer(
            name.value,
            application,
            form,
            lambda: service.save_answers(application, name, form.answers(), by=current_actor()),
            **({"earliest": _earliest(application)} if name is StepName.DATES else {}),
        )

    return view


def _earliest(application: Application) -> dict[str, Any]:
    """The first day a project may begin if sent today, and the closing date of category 4."""
    category = call_rules.category_of(application.call.categories, application.requested_cents)
    sent = application.first_submitted_at or clock.now()
    closing = call_rules.next_closing([c.closes_at for c in category.closings], sent)
    return {
        "category": category.number,
        "days": category.lead_days,
        "day": call_rules.earliest_start(clock.local(sent).date(), category.lead_days)
        if category.lead_days is not None
        else None,
        "closing": closing,
    }


def _budget(application: Application) -> Any:
    """Lines come and go by submit buttons; sums follow what was typed, saved or not."""
    form = forms.BudgetForm.of(application, queries.lines(application))
    action = request.form.get("action", "")
    if request.method == "POST":
        if action.startswith("add-"):
            form.add(action.removeprefix("add-"), side=application.lead_side)
        form.remove(request.form.get("remove", ""))
    lines = form.lines()
    money = rules.money_of(lines, form.requested.data or 0, queries.category_terms(application.call))
    context: dict[str, Any] = {"money": money, "categories": _category_bar(application), "has_in_kind": _in_kind(lines)}
    if request.method == "POST" and (action.startswith("add-") or action == "sums" or "remove" in request.form):
        return _show("budget", application, form=form, **context)

    def write() -> None:
        service.save_budget(
            application,
            lines,
            requested_cents=form.requested.data or 0,
            other_public_funding=form.other_public_funding.data or "",
            by=current_actor(),
        )

    return _answer("budget", application, form, write, **context)


def _in_kind(lines: Sequence[rules.Line]) -> bool:
    return any(line.kind in {LineKind.IN_KIND_USE, LineKind.IN_KIND_SOURCE} for line in lines)


def _category_bar(application: Application) -> list[tuple[int, str]]:
    """Number and reach of each category: ``≤ 5.000 €``, ``> 50.000 €``."""
    found = []
    below = 0
    for category in application.call.categories:
        above = category.up_to_cents is None
        reach = below if category.up_to_cents is None else category.up_to_cents
        found.append((category.number, f"{'>' if above else '≤'} {locale.number(reach // 100)}"))
        below = reach
    return found


def _declarations(application: Application) -> Any:
    form = forms.DeclarationsForm.of(application)
    return _answer(
        "declarations",
        application,
        form,
        lambda: service.declare(application, frozenset(form.codes.data or ()), by=current_actor()),
    )


def _check(application: Application) -> Any:
    """What was entered, what is missing, and the button that sends."""
    form = forms.SendForm()
    reasons: Sequence[Reason] = ()
    if form.sent():
        try:
            service.submit(application, by=current_actor())
        except Incomplete as refused:
            reasons = refused.reasons
        else:
            return redirect_to("applications.receipt", id=application.id)
    return _show(
        "check",
        application,
        status=422 if reasons else 200,
        form=form,
        refused=bool(reasons),
        file=queries.file_context(application),
        declarations=[texts.DECLARATIONS[d.code] for d in application.declarations],
        kind=organisation_texts.KINDS[application.lead.kind],
        partner_kind=organisation_texts.KINDS[application.partner.kind] if application.partner else "",
        **_answers(application),
    )


PAGES: dict[StepName, Callable[[Application], Any]] = {
    StepName.ORGANISATION: _organisation,
    StepName.PARTNER: _partner,
    StepName.PROJECT: _plain(StepName.PROJECT, forms.ProjectForm),
    StepName.PEOPLE: _plain(StepName.PEOPLE, forms.PeopleForm),
    StepName.DATES: _plain(StepName.DATES, forms.DatesForm),
    StepName.BUDGET: _budget,
    StepName.DECLARATIONS: _declarations,
    StepName.CHECK: _check,
}


def _answer(name: str, application: Application, form: Any, write: Callable[[], None], **context: Any) -> Any:
    """Show a step's form, or write it and go on: to the next step, or back to my files."""
    if not form.sent():
        status = 200 if request.method == "GET" or locale.switching() else 422
        return _show(name, application, status=status, form=form, **context)
    try:
        write()
    except Invalid as refused:
        form.blame(refused)
        return _show(name, application, status=422, form=form, **context)
    if request.form.get("action") == "later":
        flash_ok(_("Saved, not yet sent. You can go on at any time."))
        return redirect_to("applications.show", id=application.id)
    following = STEPS[STEPS.index(StepName(name)) + 1]
    return redirect_to("applications.step", id=application.id, step=following)


def _show(name: str, application: Application, *, status: int = 200, **context: Any) -> Any:
    """A step's page with the bar of all steps, what is missing here, and the deadline."""
    current = STEPS.index(StepName(name))
    missing = queries.missing(application, clock.now())
    here = [errors.describe(reason) for reason in missing if reason.step == name]
    return page(
        f"applications/step_{name}.html",
        status,
        application=application,
        steps=_step_bar(application, missing),
        current=current + 1,
        title=texts.STEPS[STEPS[current]],
        previous=_step_url(application, STEPS[current - 1]) if current else None,
        following=_step_url(application, STEPS[current + 1]) if current + 1 < len(STEPS) else None,
        deadline=_deadline(application),
        missing=here,
        all_missing=missing,
        summaries=_summaries(application, missing) if name == StepName.CHECK else {},
        **{"form": None, **context},
    )


def _step_url(application: Application, name: StepName) -> str:
    return url_for("applications.step", id=application.id, step=name)


def _step_bar(application: Application, missing: Sequence[Reason]) -> list[dict[str, Any]]:
    open_steps = {reason.step for reason in missing}
    return [
        {
            "label": texts.STEPS[name],
            "url": _step_url(application, name),
            "state": "blocked"
            if name is StepName.CHECK and open_steps
            else "open"
            if name in open_steps or name is StepName.CHECK
            else "done",
        }
        for name in STEPS
    ]


def _summaries(application: Application, missing: Sequence[Reason]) -> dict[str, Any]:
    """For each step: its edit link and the sentences about what it lacks."""
    return {
        name.value: {
            "url": _edit_url(application, name),
            "missing": [errors.describe(reason) for reason in missing if reason.step == name],
        }
        for name in STEPS
    }


def _edit_url(application: Application, name: StepName) -> str:
    """The organisation is changed where it lives, and leads back here."""
    if name is not StepName.ORGANISATION:
        return _step_url(application, name)
    back = _step_url(application, StepName.CHECK)
    return url_for("organisations.edit", id=application.lead_id, next=back)


def _deadline(application: Application) -> datetime:
    return application.return_until or application.call.closes_at


def _answers(application: Application) -> dict[str, Any]:
    """Words for the enums among the answers."""
    return {
        "theme": texts.THEMES[application.theme] if application.theme else "",
        "project_format": texts.FORMATS[application.format] if application.format else "",
        "costs": texts.COSTS,
        "incomes": texts.INCOMES,
        "in_kind": texts.IN_KIND,
        "office": OFFICES,
    }


# --- one file --------------------------------------------------------------------------------------


@bp.get("/applications/<uuid:id>")
@requires(policy.acts_for, on=queries.with_members)
def show(application: Application) -> Any:
    """Where the file stands, what happens next and who acts; then letters and history."""
    found = letters.of_subject(application.id) if application.state in DECIDED else []
    acts = [letter for letter in found if letter.standing is Standing.ACT]
    is_draft = application.state is State.DRAFT
    may_write = application.state in EDITABLE and not _is_late(application)
    missing = queries.missing(application, clock.now()) if may_write else []
    return page(
        "applications/show.html",
        application=application,
        **_badge(application),
        next=_next_step(application),
        phases=_phases(application),
        steps=_step_bar(application, missing) if may_write else [],
        continue_url=_continue_url(application, missing) if may_write else None,
        events=[] if is_draft else _timeline(application),
        letters=[_letter(act, found) for act in acts],
        parts=[(act.funder, act.amount_cents) for act in acts if act.kind is LetterKind.AWARD],
        letters_due=application.state in DECIDED and not all(act.state is LetterState.READY for act in acts),
        people=[membership.person.name for membership in application.lead.memberships],
        office=calls.funders()[OFFICES[application.lead_side]],
        submission=None if is_draft else queries.last_submission(application),
        may_withdraw=application.state in OPEN,
    )


def _badge(application: Application) -> dict[str, Any]:
    kind, icon = texts.BADGES[application.state]
    label = texts.APPLICANT_STATES[application.state]
    return {"badge_text": label, "badge_kind": kind, "badge_icon": icon}


def _next_step(application: Application) -> dict[str, Any]:
    """Title and text, who acts, until when and how long that is; the same words whatever is being deliberated."""
    title, text = texts.NEXT[application.state]
    if is_late := _is_late(application):
        title, text = texts.TOO_LATE[application.state]
    mine = application.state in EDITABLE or application.state in DECIDED
    until = _deadline(application) if application.state in EDITABLE else None
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
    return application.state in EDITABLE and clock.now() > _deadline(application)


def _continue_url(application: Application, missing: Sequence[Reason]) -> str:
    """The first step that still lacks something."""
    first = next((STEPS[STEPS.index(StepName(r.step))] for r in missing), StepName.CHECK)
    return _step_url(application, first)


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


def _timeline(application: Application) -> list[dict[str, Any]]:
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
        if application.starts_on and application.ends_on:
            coming.append(
                {
                    "title": _("Project"),
                    "when": locale.period(application.starts_on, application.ends_on),
                    "state": "next",
                }
            )
    return past + coming


def _entry(event: Event) -> dict[str, Any]:
    office = event.party if event.action in {Action.ADMIT, Action.RETURN, Action.EXCLUDE} else None
    return {
        "title": texts.EVENTS[event.action],
        "when": locale.long_datetime(event.at),
        "who": _("Office %(city)s", city=texts.SIDES[office.side]) if office and not event.note else None,
        "note": _("Office %(city)s: %(reason)s", city=texts.SIDES[office.side], reason=event.note)
        if office and event.note
        else None,
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
                "url": url_for("applications.letter", id=act.subject_id, letter_id=copy.id)
                if copy.state is LetterState.READY
                else None,
                "is_act": copy is act,
                "language": copy.language,
                "kilobytes": max(1, round((copy.byte_size or 0) / 1000)),
            }
            for copy in copies
        ],
    }


@bp.get("/applications/<uuid:id>/receipt")
@requires(policy.acts_for, on=queries.by_id)
def receipt(application: Application) -> Any:
    """Number, time and hash of what was sent last."""
    submission = queries.last_submission(application)
    if submission is None:
        return redirect_to("applications.show", id=application.id)
    return page("applications/receipt.html", application=application, submission=submission)


@bp.route("/applications/<uuid:id>/withdraw", methods=["GET", "POST"])
@requires(policy.acts_for, on=queries.by_id)
def withdraw(application: Application) -> Any:
    """Take the file back, after a question."""
    form = forms.WithdrawForm()
    if not form.sent():
        show_form = page if request.method == "GET" else invalid
        return show_form("applications/withdraw.html", application=application, form=form)
    service.withdraw(application, by=current_actor())
    flash_ok(_("The application is withdrawn."))
    return redirect_to("applications.show", id=application.id)


@bp.get("/applications/<uuid:id>/letters/<uuid:letter_id>")
@requires(policy.acts_for_its, on=queries.letter_of)
def letter(own: OwnLetter) -> Any:
    """The recipient's download: the first one notifies the act (§ 41 (2a) VwVfG), so it goes on record."""
    content = letter_service.download(own.letter, by=current_actor(), desk=Desk.RECIPIENT)
    return attachment(content, own.letter.file_name, "application/pdf")


# --- staff -----------------------------------------------------------------------------------------


@bp.get("/staff/applications")
@requires(has_role(Role.OFFICE, Role.SIGNATORY))
def staff_list() -> Any:
    """Every file that was sent, the last first, with filters and search."""
    actor = current_actor()
    wanted = _wanted()
    found = queries.staff_page(actor, wanted, after=_cursor("after"), before=_cursor("before"))
    counts = queries.counts(actor, wanted.side)
    return page(
        "applications/staff_list.html",
        found=found,
        wanted=wanted,
        states=[(state, texts.STATES[state], counts[state]) for state in State if state in counts],
        total=sum(counts.values()),
        state_labels=texts.STATES,
        badges=texts.STAFF_BADGES,
        sides=[(side.value, texts.SIDES[side]) for side in Side],
        office=OFFICES,
        numbers=[(n, n) for n in sorted({c.number for of_call in found.categories.values() for c in of_call})],
        next_url=_page_url("after", found.after),
        previous_url=_page_url("before", found.before),
    )


def _wanted() -> queries.Wanted:
    """The filter from the address; what makes no sense does not filter."""
    state, side, number = (request.args.get(name, "") for name in ("state", "side", "category"))
    return queries.Wanted(
        state=State(state) if state in set(State) else None,
        side=Side(side) if side in set(Side) else None,
        category=int(number) if number.isascii() and number.isdigit() and len(number) == 1 else None,
        text=request.args.get("q", "")[:100].replace("\x00", ""),
    )


def _cursor(name: str) -> queries.Cursor | None:
    moment, _sign, key = request.args.get(name, "").partition("~")
    try:
        at = datetime.fromisoformat(moment)
        return (at, UUID(key)) if at.tzinfo else None
    except ValueError:
        return None


def _page_url(name: str, cursor: queries.Cursor | None) -> str | None:
    if cursor is None:
        return None
    kept: dict[str, Any] = {k: v for k, v in request.args.items() if k in {"state", "side", "category", "q"} and v}
    kept[name] = f"{cursor[0].isoformat()}~{cursor[1]}"
    return url_for(".staff_list", **kept)
