"""Pages of the decision: ranking, proposal, délibérations, two keys."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, request
from flask_babel import gettext as _

from grantflow.accounts.models import Person
from grantflow.applications.states import State
from grantflow.applications.texts import STAFF_BADGES, STATES
from grantflow.calls import queries as calls
from grantflow.calls.models import Envelope
from grantflow.config import LANGUAGES
from grantflow.kernel.errors import Invalid
from grantflow.kernel.parties import OFFICES
from grantflow.platform import errors, proof
from grantflow.platform.access import current_actor, requires
from grantflow.platform.bodies import WRITING, takes
from grantflow.platform.http import flash_ok, invalid, is_read, is_shown_again, page, redirect_to, refusal
from grantflow.platform.proof import fresh_proof
from grantflow.platform.words import spoken

from . import forms, policy, queries, rules, service, texts
from .models import Proposal
from .queries import Draft, Edge, FundersAct, Ranking
from .rules import CannotSign, Unsound

bp = Blueprint("decisions", __name__, url_prefix="/decisions")


@bp.app_context_processor
def words() -> dict[str, Any]:
    """For the part of the file's page that belongs to decisions, wherever it is shown."""
    return {"decision_texts": texts, "short_digest": rules.short}


def _ranking(actor: Any) -> Ranking | None:
    return queries.ranking(actor, request.args.get("call"), Edge.read(request.args.get("after")))


@bp.get("/ranking")
@requires(policy.decides, on=_ranking)
def ranking(its: Ranking) -> Any:
    labels = spoken(STATES)
    return page(
        "decisions/ranking.html",
        ranking=its,
        badges={state: (labels[state], *badge) for state, badge in STAFF_BADGES.items()},
        shapes={side: (office, 10) for side, office in OFFICES.items()},
    )


@bp.route("/envelopes/<uuid:id>/release", methods=["GET", "POST"])
@requires(policy.may_release, on=queries.envelope)
@fresh_proof()
def release_budget(envelope: Envelope) -> Any:
    """Money that was only announced: its funder says that it can be promised from now on."""
    form = forms.BudgetForm()
    if not form.sent():
        show = page if is_read() else invalid
        return show("decisions/release_budget.html", form=form, envelope=envelope)
    service.release_budget(envelope, form.reason.data or "", by=current_actor())
    flash_ok(_("The budget is released. What was prepared can be signed now."))
    return redirect_to("decisions.ranking", call=envelope.call.code)


@bp.get("/to-sign")
@requires(policy.decides)
def to_sign() -> Any:
    """What lies before the cities in a call, by default the latest in which something waits for the actor."""
    actor = current_actor()
    choice = calls.choice(
        request.args.get("call"),
        lambda _calls: {key: its.to_sign + its.to_deliberate for key, its in queries.tasks(actor).items()},
    )
    lists = queries.to_sign(actor, choice.call_id)
    return page("decisions/to_sign.html", lists=lists, choice=choice, describe=errors.describe)


# --- proposing -----------------------------------------------------------------------------------


@bp.route("/files/<uuid:id>", methods=["GET", "POST"])
@takes(WRITING)
@requires(policy.may_propose, on=queries.draft)
def propose(draft: Draft) -> Any:
    """Propose, or change what is proposed; a decided file leads to its decision."""
    if draft.application.state not in {State.ASSESSED, State.PROPOSED} and draft.proposal:
        return redirect_to("decisions.show", id=draft.proposal.id)
    form, actor = forms.proposal_form(draft), current_actor()
    context: dict[str, Any] = {
        "draft": draft,
        "blocked": [errors.describe(reason) for reason in rules.why_not_yet(draft.basis)],
        "enters_votes": policy.is_toulouse_office(actor),
        "held": queries.reservations(actor, draft.application.call_id, besides=draft.application.id),
        "shown": queries.SHOWN,
    }
    if form.wants_split() and not is_shown_again():
        if form.award.point_out():
            form.fill_split(forms.split_of(draft, form.award.data or 0))
        return page("decisions/propose.html", form=form, **context)
    if not form.sent():
        show = page if is_read() else invalid
        return show("decisions/propose.html", form=form, **context)
    was_signed = draft.proposal is not None and bool(queries.live_keys(draft.proposal))
    votes = form.deliberations() if context["enters_votes"] else None
    try:
        proposal = service.propose(draft.application, **form.terms(), deliberations=votes, by=actor)
    except Unsound as error:
        form.blame_all(error)
        return invalid("decisions/propose.html", form=form, **context)
    except Invalid as error:
        form.blame(error)
        return invalid("decisions/propose.html", form=form, **context)
    _say_what_fell(proposal, was_signed, _("The proposal is before both cities."))
    return redirect_to("decisions.show", id=proposal.id)


@bp.route("/<uuid:id>/deliberations", methods=["GET", "POST"])
@requires(policy.may_deliberate, on=queries.proposal)
def deliberate(proposal: Proposal) -> Any:
    form = forms.deliberation_form(proposal.shares)
    if not form.sent():
        show = page if is_read() else invalid
        return show("decisions/deliberate.html", form=form, proposal=proposal)
    was_signed = bool(queries.live_keys(proposal))
    try:
        service.deliberate(proposal, form.deliberations(), by=current_actor())
    except Unsound as error:
        form.blame_all(error)
        return invalid("decisions/deliberate.html", form=form, proposal=proposal)
    _say_what_fell(proposal, was_signed, _("The délibérations are entered."))
    return redirect_to("decisions.show", id=proposal.id)


@bp.post("/<uuid:id>/renewal")
@requires(policy.may_renew, on=queries.proposal)
def renew(proposal: Proposal) -> Any:
    was_signed = bool(queries.live_keys(proposal))
    service.renew(proposal, by=current_actor())
    _say_what_fell(proposal, was_signed, _("The acts are written out anew, with the present data."))
    return redirect_to("decisions.show", id=proposal.id)


def _say_what_fell(proposal: Proposal, was_signed: bool, otherwise: str) -> None:
    if was_signed and not queries.live_keys(proposal):
        flash_ok(_("Saved. What is signed has changed: earlier signatures and consents are void, and all were told."))
    else:
        flash_ok(otherwise)


@bp.route("/<uuid:id>/return", methods=["GET", "POST"])
@requires(policy.may_send_back, on=queries.proposal)
def send_back(proposal: Proposal) -> Any:
    form = forms.ReturnForm()
    if not form.sent():
        show = page if is_read() else invalid
        return show("decisions/send_back.html", form=form, proposal=proposal)
    service.send_back(proposal, form.reason.data or "", by=current_actor())
    flash_ok(_("The proposal is back with the office; all signatures are void."))
    return redirect_to("decisions.show", id=proposal.id)


# --- signing -------------------------------------------------------------------------------------


@bp.get("/<uuid:id>")
@requires(policy.decides, on=queries.proposal)
def show(proposal: Proposal) -> Any:
    return _show(proposal, forms.signing(current_actor(), anew=True))


def _act(actor: Any, id: UUID, party: str) -> FundersAct | None:  # noqa: A002 - the word in the address
    return queries.act(actor, id, party, request.args.get("version", type=int))


@bp.get("/<uuid:id>/letters/<party>")
@requires(policy.decides, on=_act)
def letter(act: FundersAct) -> Any:
    """An act word for word, as it stands to be signed or as an earlier version had it."""
    wanted = request.args.get("in", act.party.language)
    language = wanted if wanted in LANGUAGES else act.party.language
    return page("decisions/letter.html", act=act, text=service.words(act, language), tongue=language)


@bp.post("/<uuid:id>/key")
@requires(policy.may_turn_key, on=queries.proposal)
def turn_key(proposal: Proposal) -> Any:
    return _sign(proposal, service.turn_key)


@bp.post("/<uuid:id>/consent")
@requires(policy.may_consent, on=queries.proposal)
def consent(proposal: Proposal) -> Any:
    return _sign(proposal, service.consent)


def _sign(proposal: Proposal, verb: Callable[..., Proposal]) -> Any:
    actor = current_actor()
    form = forms.signing(actor)
    assert isinstance(actor, Person)  # noqa: S101 - the policy wants a role, and only people have one
    if not form.sent():
        return _show(proposal, form, status=refusal())
    try:
        proof.take()
        proposal = verb(proposal, form.digest.data, by=actor)
    except Invalid as error:
        form.blame(error)
        return _show(proposal, form, status=422)
    except CannotSign as error:
        # What stands now, with the reason on top: nothing was written.
        return _show(proposal, forms.signing(actor, anew=True), status=409, problem=errors.describe(error))
    if proposal.act.decided_at:
        flash_ok(_("Both keys are turned. The decision is made, and the letters are being produced."))
    elif verb is service.consent:
        flash_ok(_("Your consent is given."))
    else:
        flash_ok(_("Your signature is in place."))
    return redirect_to("decisions.show", id=proposal.id)


def _show(proposal: Proposal, form: forms.KeyForm, *, status: int = 200, problem: str = "") -> Any:
    sight = queries.sight(current_actor(), proposal)
    form.digest.data = proposal.digest
    proof.fit(form)
    return page("decisions/show.html", status, sight=sight, form=form, problem=problem, describe=errors.describe)
