"""The eight steps of a draft, or of a file that came back."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _

from grantflow.calls import rules as call_rules
from grantflow.kernel import clock
from grantflow.kernel.errors import Clash, DomainError, IllegalStep, Incomplete, Invalid, Newer, Reason
from grantflow.kernel.parties import OFFICES
from grantflow.letters import texts as letter_texts
from grantflow.organisations import texts as organisation_texts
from grantflow.organisations.states import Country
from grantflow.platform import errors, locale, returning
from grantflow.platform.access import current_actor, requires
from grantflow.platform.bodies import WRITING, takes
from grantflow.platform.disputes import Disputes
from grantflow.platform.forms import Form
from grantflow.platform.http import flash_ok, is_read, page, redirect_to, refusal
from grantflow.platform.saving import Saved, Seen

from .. import forms, policy, queries, rules, service, texts
from ..models import Application, Version
from ..queries import AtStep
from ..states import EDITABLE, LineKind, StepName
from . import wording
from .blueprint import bp

STEPS = tuple(StepName)
#: What binds the organisation: without a form for those of its people who may not sign.
SIGNED = frozenset({StepName.DECLARATIONS, StepName.CHECK})


@bp.route("/applications/<uuid:id>/<step>", methods=["GET", "POST"])
@takes(WRITING)
@requires(policy.writes_for_its, on=queries.at_step)
def step(place: AtStep) -> Any:
    """One step of a draft, or of a file that came back."""
    application = place.application
    if application.state not in EDITABLE:
        if request.method == "POST":
            return _too_late(IllegalStep("not_editable"), application, _typed(place))
        return redirect_to("applications.show", id=application.id)
    version = application.open
    assert version is not None  # noqa: S101 - a file that can be written has one
    return PAGES[place.step](version)


def _typed(place: AtStep) -> Any:
    """The form that came too late, for the words in it; the organisation's is none of ours."""
    version = place.application.versions[-1]
    form = Form() if place.step is StepName.ORGANISATION else wording.form_of(version, place.step)
    if isinstance(form, forms.BudgetForm):
        form.name_lines()
    return form


def _too_late(error: IllegalStep, application: Application, form: Any) -> Any:
    return returning.too_late(error, form, url_for("applications.show", id=application.id))


def _organisation(version: Version) -> Any:
    """The lead's details are kept with the organisation; here they are read and their gaps named."""
    return _show("organisation", version, kind=organisation_texts.KINDS[version.lead.kind])


def _partner(version: Version) -> Any:
    form = forms.PartnerForm.of(version)
    other = Country.FRANCE if version.lead.country is Country.GERMANY else Country.GERMANY

    def write(seen: Seen) -> Saved:
        partner = form.partner(other)
        return service.save_partner(
            version.application,
            partner,
            partner_search=form.has_partner.data == "no",
            equal_roles=form.equal_roles.data,
            seen=seen,
            by=current_actor(),
        )

    return _answer("partner", version, form, write, country=organisation_texts.COUNTRIES[other])


def _plain(name: StepName, form_type: type[forms.AnswersForm]) -> Callable[[Version], Any]:
    """A step of plain answers."""

    def view(version: Version) -> Any:
        form_of_call = forms.asking(form_type, queries.of_step(version.application.call, name))
        form = form_of_call(data=queries.saved(version, name) if is_read() else None)
        return _answer(
            name.value,
            version,
            form,
            lambda seen: service.save_answers(version.application, name, form.answers(), seen=seen, by=current_actor()),
            **({"earliest": _earliest(version)} if name is StepName.DATES else {}),
        )

    return view


def _earliest(version: Version) -> dict[str, Any]:
    """The first day a project may begin if sent today, and the closing date of category 4."""
    application = version.application
    category = call_rules.category_of(application.call.categories, version.requested_cents)
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


def _budget(version: Version) -> Any:
    """Lines come and go by submit buttons; sums follow what was typed, saved or not."""
    application = version.application
    form = forms.BudgetForm.of(version, queries.lines(version) if is_read() else ())
    action, focus = request.form.get("action", ""), ""
    if request.method == "POST":
        if action.startswith("add-"):
            focus = form.add(action.removeprefix("add-"), side=application.lead_side)
        else:
            focus = form.remove(request.form.get("remove", "")) or action
    lines = form.lines()
    money = rules.money_of(lines, form.requested.data or 0, queries.category_terms(application.call))
    context: dict[str, Any] = {"money": money, "categories": _category_bar(application), "has_in_kind": _in_kind(lines)}

    def write(seen: Seen) -> Saved:
        return service.save_budget(
            application,
            lines,
            requested_cents=form.requested.data or 0,
            other_public_funding=form.other_public_funding.data or "",
            seen=seen,
            by=current_actor(),
        )

    if request.method == "POST" and (action.startswith("add-") or action == "sums" or "remove" in request.form):
        form.point_out()
        return _show("budget", version, form=form, focus=focus, clash=_still(form, version, write), **context)

    return _answer("budget", version, form, write, **context)


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


def _declarations(version: Version) -> Any:
    application = version.application
    form = forms.DeclarationsForm.of(version, [its.code for its in version.declarations] if is_read() else ())

    def write(seen: Seen) -> Saved:
        return service.declare(
            application,
            frozenset(form.codes.data or ()),
            channel=form.channel.data,
            seen=seen,
            by=current_actor(),
        )

    return _answer("declarations", version, form, write, consents=list(texts.CONSENTS.values()))


def _check(version: Version) -> Any:
    """What was entered, what is missing, and the button that sends."""
    form, application = forms.SendForm(), version.application
    form.show(version.number, version.revision)
    reasons: Sequence[Reason] = ()
    changes: list[dict[str, Any]] = []
    if form.sent():
        try:
            service.submit(application, seen=form.saw(version.number), by=current_actor())
        except Incomplete as refused:
            reasons = refused.reasons
        except Newer as refused:
            changes = wording.newer(version, refused.changes)
            form.show(version.number, version.revision, anew=True)
        else:
            return redirect_to("applications.receipt", id=application.id)
    file = queries.file_context(version)
    return _show(
        "check",
        version,
        status=422 if reasons else 409 if changes else 200,
        form=form,
        refused=bool(reasons),
        changes=changes,
        file=file,
        answered={
            step: [_read(its.question, version) for its in file.asked if its.question.step is step]
            for step in queries.ASKING
        },
        declarations=[texts.DECLARATIONS[d.code] for d in version.declarations],
        channel=letter_texts.CHANNELS[application.channel] if application.channel else None,
        kind=organisation_texts.KINDS[version.lead.kind],
        partner_kind=organisation_texts.KINDS[version.partner.kind] if version.partner else "",
        **_answers(version),
    )


def _read(question: rules.Question, version: Version) -> tuple[str, Any]:
    """A question beside what was answered, in the language it was written in."""
    return question.label, locale.spoken(question.text, version.language)


PAGES: dict[StepName, Callable[[Version], Any]] = {
    StepName.ORGANISATION: _organisation,
    StepName.PARTNER: _partner,
    StepName.PROJECT: _plain(StepName.PROJECT, forms.ProjectForm),
    StepName.PEOPLE: _plain(StepName.PEOPLE, forms.PeopleForm),
    StepName.DATES: _plain(StepName.DATES, forms.DatesForm),
    StepName.BUDGET: _budget,
    StepName.DECLARATIONS: _declarations,
    StepName.CHECK: _check,
}


def _answer(name: str, version: Version, form: Any, write: Callable[[Seen], Saved], **context: Any) -> Any:
    """Show a step's form, or write it and go on: to the next step, the previous one, or the overview."""
    form.show(version.number, version.revision)
    if not form.sent():
        status = 200 if is_read() else refusal()
        return _show(name, version, status=status, form=form, clash=_still(form, version, write), **context)
    try:
        saved = write(form.saw(version.number))
    except Invalid as refused:
        form.blame(refused)
        return _show(name, version, status=422, form=form, clash=_still(form, version, write), **context)
    except Clash as clash:
        return _show(name, version, status=409, form=form, clash=wording.both_changed(clash, form, version), **context)
    except IllegalStep as late:  # somebody has just sent it
        return _too_late(late, version.application, form)
    if saved.taken:
        flash_ok(wording.taken(form, saved.taken))
    application, action = version.application, request.form.get("action")
    if action in {"later", "save"}:
        flash_ok(_("Saved, not yet sent. You can go on at any time."))
    if action == "later":
        return redirect_to("applications.show", id=application.id)
    # Enter in a field saves and stays.
    turn = {"back": -1, "save": 0}.get(action or "", 1)
    return redirect_to("applications.step", id=application.id, step=STEPS[STEPS.index(StepName(name)) + turn])


def _still(form: Any, version: Version, write: Callable[[Seen], Saved]) -> Disputes | None:
    """What the page sent offered to choose about, and still does: it is shown again for another reason."""
    question = form.asks(version.number)
    if question is None:
        return None
    try:
        write(question)
    except Clash as clash:
        return wording.both_changed(clash, form, version) if clash.conflicts else None
    except DomainError:
        return None
    raise AssertionError("a question writes nothing")


def _show(name: str, version: Version, *, status: int = 200, **context: Any) -> Any:
    """A step's page with the bar of all steps, what is missing here, and the deadline."""
    current, application = STEPS.index(StepName(name)), version.application
    if name in SIGNED and not policy.signs_for(current_actor(), application):
        context["form"] = None
    missing = queries.missing(version, clock.now())
    # What is missing is counted from what is saved: beside what was just typed and not saved it would be wrong.
    here = [errors.describe(reason) for reason in missing if reason.step == name and is_read()]
    return page(
        f"applications/step_{name}.html",
        status,
        application=application,
        version=version,
        steps=step_bar(application, missing),
        current=current + 1,
        title=texts.STEPS[STEPS[current]],
        previous=step_url(application, STEPS[current - 1]) if current else None,
        following=step_url(application, STEPS[current + 1]) if current + 1 < len(STEPS) else None,
        deadline=deadline(application),
        missing=here,
        all_missing=missing,
        asked=[its for its in queries.asked(version) if its.question.step == name] if name in queries.ASKING else [],
        summaries=_summaries(application, missing) if name == StepName.CHECK else {},
        **{"form": None, **context},
    )


def step_url(application: Application, name: StepName) -> str:
    return url_for("applications.step", id=application.id, step=name)


def step_bar(application: Application, missing: Sequence[Reason]) -> list[dict[str, Any]]:
    open_steps = {reason.step for reason in missing}
    return [
        {
            "label": texts.STEPS[name],
            "url": step_url(application, name),
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
        return step_url(application, name)
    back = step_url(application, StepName.CHECK)
    return url_for("organisations.edit", id=application.lead_id, next=back)


def deadline(application: Application) -> datetime:
    return application.return_until or application.call.closes_at


def _answers(version: Version) -> dict[str, Any]:
    """Words for the enums among the answers."""
    return {
        "theme": texts.THEMES[version.theme] if version.theme else "",
        "project_format": texts.FORMATS[version.format] if version.format else "",
        "costs": texts.COSTS,
        "incomes": texts.INCOMES,
        "in_kind": texts.IN_KIND,
        "office": OFFICES,
    }
