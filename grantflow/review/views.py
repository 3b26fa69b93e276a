"""Pages of the review: the reviewer's queue, declaration, file with grid, comparison, and the office's assignments."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for
from flask_babel import gettext as _

from grantflow.accounts.models import Person
from grantflow.applications import queries as applications
from grantflow.applications.models import Application
from grantflow.calls import queries as calls
from grantflow.calls.rules import POINTS
from grantflow.calls.texts import criterion_question, criterion_title, scale
from grantflow.kernel.errors import Clash, DomainError, Incomplete, Invalid, Newer
from grantflow.platform import disputes, locale, returning
from grantflow.platform.access import current_actor, requires
from grantflow.platform.bodies import WRITING, takes
from grantflow.platform.disputes import Disputes
from grantflow.platform.http import clashing, flash_ok, flash_problem, invalid, is_read, page, redirect_to
from grantflow.seats.states import Conflict

from . import forms, policy, queries, rules, service, texts
from .models import Assignment
from .queries import Comparison

bp = Blueprint("review", __name__, url_prefix="/review")


@bp.get("/")
@requires(policy.reviews)
def queue() -> Any:
    """My queue in a call, by default the latest in which something waits for me."""
    actor = current_actor()
    choice = _choice(lambda: {key: sum(its.values()) for key, its in queries.pending_counts(actor).items()})
    return page("review/queue.html", queue=queries.queue(actor, choice.call_id, _cursor()), choice=choice)


@bp.route("/<uuid:id>/declaration", methods=["GET", "POST"])
@requires(policy.reviews, on=queries.own_file)
def declare(assignment: Assignment) -> Any:
    """The gate before the file; later the way out for a conflict found while reading."""
    form = forms.DeclareForm()
    context: dict[str, Any] = {"assignment": assignment, "own_institution": queries.is_own_institution(assignment)}
    if not form.sent():
        show = page if is_read() else invalid
        return show("review/declare.html", form=form, **context)
    conflict = form.conflict.data == "yes"
    try:
        service.declare(
            assignment,
            conflict=conflict,
            reason=form.reason.data or "",
            confidential=form.confidential.data,
            by=current_actor(),
        )
    except Invalid as error:
        form.blame(error)
        return invalid("review/declare.html", form=form, **context)
    if conflict:
        flash_ok(_("Thank you. This file is closed to you now; the office will appoint somebody else."))
        return redirect_to("review.queue")
    return redirect_to("review.assess", id=assignment.application_id)


@bp.route("/<uuid:id>", methods=["GET", "POST"])
@takes(WRITING)
@requires(policy.reviews, on=queries.own_file)
def assess(assignment: Assignment) -> Any:
    """File and grid; saves a draft, submits, goes on to the next file. Once submitted, a page to read."""
    if assignment.conflict is Conflict.UNDECLARED:
        return redirect_to("review.declare", id=assignment.application_id)
    criteria = assignment.application.call.criteria
    form = forms.grid_of(criteria, assignment.assessment, queries.marks(assignment.assessment))
    if not form.sent():
        return _grid(page if is_read() else invalid, assignment, form, clash=_still(assignment, form))
    try:
        return _save(assignment, form)
    except Incomplete as error:
        form.list_missing(error.reasons)
        return _grid(invalid, assignment, form)
    except Clash as error:
        found = disputes.of(error, form, forms.MARK, by=current_actor())
        return _grid(clashing, assignment, form, clash=found)
    except DomainError as error:  # submitted from another window, or the round is over
        url = url_for("review.assess", id=assignment.application_id)
        return returning.too_late(error, form, url)


def _save(assignment: Assignment, form: forms.Grid) -> Any:
    """Keep the draft or submit it, and lead on."""
    actor, action = current_actor(), request.form.get("action")
    answers = _answers(assignment, form) | {"seen": form.saw(forms.MARK)}
    here = assignment.application_id
    if action == "submit":
        try:
            service.submit(assignment, **answers)
        except Newer as error:  # the draft is kept, with what came from elsewhere
            flash_problem(disputes.newer([disputes.label_of(form, name) for name in error.changes]))
        else:
            flash_ok(_("Your review is submitted. It can no longer be changed."))
        return redirect_to("review.assess", id=here)
    draft, saved = service.save_draft(assignment, **answers)
    if action == "keep":
        return {"saved": _("Saved at %(time)s.", time=locale.long_datetime(draft.updated_at))}
    flash_ok(_("Saved as a draft. Nobody sees it before you submit."))
    if saved.taken:
        flash_ok(disputes.taken([disputes.label_of(form, name) for name in saved.taken]))
    following = queries.next_file(actor, assignment) if action == "next" else None
    return redirect_to("review.assess", id=following or here)


def _answers(assignment: Assignment, form: forms.Grid) -> dict[str, Any]:
    return {
        "marks": form.marks(assignment.application.call.criteria),
        "recommended_cents": form.recommended.data,
        "comment": form.comment.data or "",
        "by": current_actor(),
    }


def _still(assignment: Assignment, form: forms.Grid) -> Disputes | None:
    """What the page sent offered to choose about, and still does: it is shown again for another reason."""
    question = form.asks(forms.MARK)
    if question is None or assignment.assessment is None:
        return None
    try:
        service.save_draft(assignment, **_answers(assignment, form), seen=question)
    except Clash as error:
        return disputes.of(error, form, forms.MARK, by=current_actor()) if error.conflicts else None
    except DomainError:
        return None
    raise AssertionError("a question writes nothing")


def _grid(show: Callable[..., Any], assignment: Assignment, form: forms.Grid, **more: Any) -> Any:
    application = assignment.application
    criteria = application.call.criteria
    is_final = assignment.is_submitted
    file = applications.file_context(applications.version_for(current_actor(), application))
    return show(
        "review/assess.html",
        form=form,
        assignment=assignment,
        criteria=criteria,
        questions={criterion.position: criterion_question(criterion) for criterion in criteria},
        answers={
            criterion.position: [its for its in file.asked if criterion.position in its.question.criteria]
            for criterion in criteria
        },
        comment_limit=forms.COMMENT_LIMIT,
        scales={criterion.position: scale(criterion) for criterion in criteria},
        points_max=POINTS,
        total=rules.total(form.marks(criteria), {criterion.position: criterion.weight for criterion in criteria}),
        category=file.money.category,
        is_final=is_final,
        may_compare=is_final and queries.compare(current_actor(), application.id) is not None,
        file=file,
        **more,
    )


@bp.get("/<uuid:id>/comparison")
@requires(policy.compares, on=queries.compare)
def compare(comparison: Comparison) -> Any:
    """All reviews side by side; a reviewer comes from the queue, the others from the file's page."""
    application = comparison.application
    is_reviewer = queries.seat_of(current_actor(), application.id) is not None
    file = url_for("review.assess" if is_reviewer else "dashboard.file", id=application.id)
    title = locale.spoken(application.title, application.language)
    return page(
        "review/compare.html",
        comparison=comparison,
        titles={row.criterion.position: criterion_title(row.criterion) for row in comparison.rows},
        notable=rules.NOTABLE_GAP,
        file_url=file,
        back=(_("My queue"), url_for("review.queue")) if is_reviewer else (title, file),
    )


@bp.get("/to-assign")
@requires(policy.assigns)
def to_assign() -> Any:
    """Files of a call that wait for the actor's office: for a reviewer of its side, or for the third one."""
    actor = current_actor()
    choice = _choice(lambda: {key: sum(its.values()) for key, its in queries.needs(actor).items()})
    found = queries.waiting(actor, choice.call_id, _cursor())
    rows = found[: queries.PAGE]
    following = rows[-1][0].id if len(found) > queries.PAGE else None
    return page("review/to_assign.html", rows=rows, needs=texts.NEEDS, following=following, choice=choice)


@bp.post("/<uuid:id>/assignments")
@requires(policy.assigns, on=queries.file_of_office)
def assign(application: Application) -> Any:
    reviewer = _chosen()
    service.assign(application, reviewer, by=current_actor())
    flash_ok(_("%(name)s has been assigned and told by e-mail.", name=reviewer.name))
    return redirect_to("dashboard.file", id=application.id)


@bp.post("/<uuid:id>/third")
@requires(policy.assigns, on=queries.file_of_office)
def nominate(application: Application) -> Any:
    """Propose somebody for the third review."""
    reviewer = _chosen()
    service.nominate(application, reviewer, by=current_actor())
    flash_ok(_("%(name)s is proposed. The other office has been asked by e-mail to confirm.", name=reviewer.name))
    return redirect_to("dashboard.file", id=application.id)


@bp.post("/<uuid:id>/third/confirmation")
@requires(policy.assigns, on=queries.file_of_office)
def confirm(application: Application) -> Any:
    """Confirm whom the other office proposed."""
    reviewer = _chosen()
    service.confirm(application, reviewer.id, by=current_actor())
    flash_ok(_("%(name)s has been assigned and told by e-mail.", name=reviewer.name))
    return redirect_to("dashboard.file", id=application.id)


@bp.post("/<uuid:id>/assignments/<uuid:assignment_id>/removal")
@requires(policy.assigns, on=queries.assignment_of_office)
def unassign(assignment: Assignment) -> Any:
    name, file = assignment.reviewer.name, assignment.application_id
    service.unassign(assignment, by=current_actor())
    flash_ok(_("%(name)s is no longer assigned.", name=name))
    return redirect_to("dashboard.file", id=file)


def _chosen() -> Person:
    """Whom the form names."""
    chosen = _uuid(request.form.get("reviewer", ""))
    reviewer = queries.reviewer(chosen) if chosen else None
    if reviewer is None:
        raise Invalid("review_reviewer_missing", field="reviewer")
    return reviewer


def _choice(work: Callable[[], Mapping[UUID, int]]) -> calls.Choice:
    return calls.choice(request.args.get("call"), lambda _calls: work())


def _cursor() -> UUID | None:
    return _uuid(request.args.get("after", ""))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
