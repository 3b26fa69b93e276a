"""Pages of what two people release: what is in force, what is being prepared, who still has to sign."""

from typing import Any

from flask import Blueprint, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from grantflow.accounts.texts import PARTIES, ROLES
from grantflow.kernel.errors import DomainError, IllegalStep, Incomplete, Invalid
from grantflow.kernel.parties import Actor
from grantflow.platform import errors, proof
from grantflow.platform.access import current_actor, requires
from grantflow.platform.bodies import WRITING, takes
from grantflow.platform.http import clashing, flash_ok, flash_problem, invalid, is_read, page, redirect_to, refusal

from . import forms, policy, queries, service, texts
from .kinds import KINDS, Kind
from .models import Edition
from .states import EditionState

bp = Blueprint("releases", __name__, url_prefix="/editions")


@bp.get("")
@requires(policy.can_read)
def index() -> Any:
    """What is in force, what waits for its day, what is being prepared."""
    actor = current_actor()
    return page(
        "releases/index.html",
        overview=[(kind, things) for kind, things in service.overview(actor) if things or _may_begin_new(actor, kind)],
        kinds=texts.KINDS,
        may_begin_new=lambda kind: _may_begin_new(actor, kind),
        due={edition.id for edition in service.due_keys(actor)},
    )


def _may_begin_new(actor: Actor, kind: Kind[Any]) -> bool:
    return policy.can_read(actor) and bool(kind.new_key and kind.beginner) and kind.can_edit(actor, "")


# --- beginning -----------------------------------------------------------------------------------


def _thing(actor: Actor, kind: str, key: str) -> tuple[str, str] | None:
    """What can be released, whether or not there is anything of it yet."""
    known = policy.can_read(actor) and kind in KINDS and KINDS[kind].allows(key)
    return (kind, key) if known else None


@bp.post("/begin/<kind>/<key>")
@requires(policy.may_begin, on=_thing)
def begin(thing: tuple[str, str]) -> BaseResponse:
    """Begin a draft from what is signed now."""
    edition = service.draft(*thing, by=current_actor())
    return redirect_to(KINDS[edition.kind].editor, id=edition.id)


def _new(actor: Actor, kind: str) -> Kind[Any] | None:
    known = kind in KINDS and KINDS[kind].new_key and KINDS[kind].beginner == "releases.begin_new"
    return KINDS[kind] if known and policy.can_read(actor) else None


@bp.route("/begin/<kind>", methods=["GET", "POST"])
@requires(_may_begin_new, on=_new)
def begin_new(kind: Kind[Any]) -> Any:
    """Begin the first draft of something new."""
    form = forms.NewForm()
    if not form.sent():
        return (page if is_read() else invalid)("releases/new.html", form=form, title=texts.KINDS[kind.name])
    try:
        edition = service.draft(kind.name, form.key.data or "", by=current_actor())
    except DomainError as error:
        form.blame(Invalid(error.key, field="key"))
        return invalid("releases/new.html", form=form, title=texts.KINDS[kind.name])
    return redirect_to(kind.editor, id=edition.id)


# --- one edition ---------------------------------------------------------------------------------


@bp.get("/<uuid:id>")
@requires(policy.can_read, on=queries.visible)
def show(edition: Edition) -> Any:
    return _show(edition, forms.KeyForm(formdata=None))


def _show(edition: Edition, form: forms.KeyForm, *, status: int = 200, problem: str = "") -> Any:
    sight = service.sight(current_actor(), edition)
    form.digest.data = sight.digest
    proof.fit(form)
    return page(
        "releases/show.html",
        status,
        sight=sight,
        form=form,
        problem=problem,
        kinds=texts.KINDS,
        states=texts.STATES,
        parties=PARTIES,
        roles=ROLES,
        history=queries.history(edition.kind, edition.key),
        edit_url=url_for(KINDS[edition.kind].editor, id=edition.id),
    )


@bp.route("/<uuid:id>/edit", methods=["GET", "POST"])
@takes(WRITING)
@requires(policy.can_edit, on=queries.visible)
def edit(edition: Edition) -> Any:
    """The draft's values, both languages side by side."""
    kind = KINDS[edition.kind]
    if edition.state is not EditionState.DRAFT or kind.editor != "releases.edit":
        return redirect_to("releases.show", id=edition.id)
    form = forms.edition_form(kind, edition)
    if not form.sent():
        return (page if is_read() else invalid)("releases/edit.html", **_drawn(kind, edition, form))
    content = form.content()
    day = form.edition_valid_from.data if kind.is_dated else None
    base = queries.base(edition)
    if form.reveal(service.flaws(kind.name, edition.key, base.content if base else None, content)):
        return invalid("releases/edit.html", **_drawn(kind, edition, form))
    content = service.as_stored(kind.name, content)
    try:
        service.save(
            edition,
            content,
            seen=form.seen.data or 0,
            by=current_actor(),
            reason=form.edition_reason.data or "",
            valid_from=day,
        )
    except IllegalStep as error:
        if error.key != "edition_changed":
            raise
        form.seen.raw_data, form.seen.data = None, edition.revision
        both = service.worded(kind, edition.content, content)
        return clashing("releases/edit.html", problem=errors.describe(error), both=both, **_drawn(kind, edition, form))
    flash_ok(_("The draft is saved."))
    return redirect_to("releases.show", id=edition.id)


def _drawn(kind: Kind[Any], edition: Edition, form: forms.EditionForm) -> dict[str, Any]:
    return {
        "edition": edition,
        "form": form,
        "groups": forms.groups(kind, form),
        "title": kind.title(edition.key),
        "kind_name": texts.KINDS[kind.name],
        "is_dated": kind.is_dated,
    }


@bp.post("/<uuid:id>/offer")
@requires(policy.can_edit, on=queries.visible)
def offer(edition: Edition) -> Any:
    """Put the draft before those who sign."""
    try:
        service.offer(edition, by=current_actor())
    except Incomplete:  # the page names all of it
        return _show(edition, forms.KeyForm(formdata=None), status=409)
    flash_ok(_("Those who sign have been told."))
    return redirect_to("releases.show", id=edition.id)


@bp.post("/<uuid:id>/key")
@requires(policy.can_read, on=queries.visible)
def turn_key(edition: Edition) -> Any:
    form = forms.KeyForm()
    if not form.sent():
        return _show(edition, form, status=refusal())
    try:
        proof.take()
        service.turn_key(edition, digest=form.digest.data or "", by=current_actor())
    except Invalid as error:
        form.blame(error)
        return _show(edition, form, status=422)
    except IllegalStep as error:
        return _show(edition, forms.KeyForm(formdata=None), status=409, problem=errors.describe(error))
    if edition.state is EditionState.IN_FORCE:
        flash_ok(_("Everybody has signed. It is in force."))
    elif edition.state is EditionState.RELEASED:
        flash_ok(_("Everybody has signed. It comes into force on its day."))
    else:
        flash_ok(_("Your signature is in place."))
    return redirect_to("releases.show", id=edition.id)


@bp.post("/<uuid:id>/key/withdrawal")
@requires(policy.can_read, on=queries.visible)
def take_back(edition: Edition) -> BaseResponse:
    service.take_back(edition, by=current_actor())
    flash_ok(_("Your signature is taken back."))
    return redirect_to("releases.show", id=edition.id)


@bp.route("/<uuid:id>/discard", methods=["GET", "POST"])
@requires(policy.can_edit, on=queries.visible)
def discard(edition: Edition) -> Any:
    """Give up a draft, or a release before its day."""
    form = forms.DiscardForm()
    if not form.sent():
        title = KINDS[edition.kind].title(edition.key)
        return (page if is_read() else invalid)("releases/discard.html", form=form, edition=edition, title=title)
    service.discard(edition, by=current_actor(), reason=form.reason.data or "")
    flash_ok(_("Discarded. What is in force stays as it is."))
    return redirect_to("releases.index")


@bp.post("/<uuid:id>/rebase")
@requires(policy.can_edit, on=queries.visible)
def rebase(edition: Edition) -> BaseResponse:
    """Measure the draft against what was signed since it was begun."""
    service.rebase(edition, by=current_actor())
    flash_problem(
        _("The draft is now compared with the latest edition. Please check every difference before you sign.")
    )
    return redirect_to("releases.show", id=edition.id)
