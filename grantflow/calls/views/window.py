"""The fund's public window."""

from typing import Any

from flask import Response, request, url_for

from grantflow.kernel import clock, prose
from grantflow.kernel.parties import Role
from grantflow.platform.access import anyone, current_actor, requires
from grantflow.platform.http import page
from grantflow.releases import service as releases
from grantflow.releases.kinds import KINDS

from .. import queries, rules, texts
from ..models import Call
from ..states import DutyPage
from .blueprint import bp


def _card(call: Call) -> dict[str, Any]:
    """A call as lists show it."""
    return {
        "code": call.code,
        "title": texts.call_title(call),
        "summary": texts.call_summary(call),
        "closes_at": call.closes_at,
        "days_left": rules.days_left(call.closes_at),
        "url": url_for("public.call", code=call.code),
    }


def categories_of(call: Call) -> list[dict[str, Any]]:
    """The categories' rows; ``from_cents`` is the exclusive lower limit, ``closings`` says which are over."""
    now = clock.now()
    return [
        {
            "number": category.number,
            "from_cents": rules.floor_of(call.categories, category) - 1,
            "to_cents": category.up_to_cents,
            "share_bp": category.share_bp,
            "min_score": category.min_score,
            "min_score_is_assumed": category.min_score_is_assumed,
            "lead_days": category.lead_days,
            "effort": rules.effort(call.questions, call.papers, category.number),
            "median_minutes": category.median_minutes,
            "closings": [(its.closes_at, its.closes_at < now) for its in category.closings],
        }
        for category in call.categories
    ]


def _awarded(call: Call) -> dict[str, Any] | None:
    """What the funders have promised so far; nothing before the first award."""
    envelopes = queries.envelopes(call.id)
    total = sum(envelope.committed_cents for envelope in envelopes)
    if not total:
        return None
    return {
        "total_cents": total,
        "funders": [
            {"party": e.funder_code, "committed_cents": e.committed_cents, "envelope_cents": e.limit_cents}
            for e in envelopes
        ],
    }


def _announced(call: Call) -> list[dict[str, Any]]:
    """The money that is announced and not released yet, by funder."""
    return [{"party": pot.funder_code, "cents": pot.limit_cents} for pot in call.envelopes if not pot.is_released]


def _apply_url(call: Call) -> str | None:
    """Where one begins: a draft for applicants, an account for strangers; staff do not apply."""
    actor = current_actor()
    if not actor.is_authenticated:
        return url_for("accounts.register")
    return url_for("applications.start", call=call.code) if Role.APPLICANT in actor.roles else None


@bp.get("/")
@requires(anyone)
def start() -> Response:
    """What the fund is, what is open, how much, how it works: the latter of one call, and it says of which."""
    open_now = queries.open_calls()
    shown = rules.chosen(open_now, request.args.get("call"), {})
    categories = [category for call in open_now for category in call.categories]
    return page(
        "public/start.html",
        calls=[_card(call) for call in open_now],
        shown=_card(shown) if shown else None,
        next_opening=None if shown else queries.next_opening(),
        categories=categories_of(shown) if shown else [],
        awarded=_awarded(shown) if shown else None,
        announced=_announced(shown) if shown else [],
        first_instalment_bp=shown.first_instalment_bp if shown else None,
        largest_share_bp=rules.largest_share(categories) if categories else None,
        lead_days=rules.shortest_lead(categories),
        apply_url=_apply_url(shown) if shown else None,
        agreement=queries.agreement_on(clock.today()),
    )


@bp.get("/calls")
@requires(anyone)
def calls() -> Response:
    """What is open, and what was: calls of earlier years can still be read."""
    open_now = queries.open_calls()
    return page(
        "public/calls.html",
        calls=[_card(call) for call in open_now],
        closed=[_card(call) for call in queries.begun() if call not in open_now],
        next_opening=None if open_now else queries.next_opening(),
    )


@bp.get("/calls/<code>")
@requires(anyone, on=queries.by_code)
def call(call: Call) -> Response:
    """One call: deadline, amounts, criteria, and what to have ready."""
    is_open = rules.is_open(call.opens_at, call.closes_at, clock.now())
    apply_url = _apply_url(call) if is_open else None
    corrections = [
        (edition.in_force_at, releases.worded(KINDS["call"], before.content, edition.content))
        for before, edition in queries.corrections(call)
    ]
    return page("public/call.html", **shown(call, is_open=is_open), apply_url=apply_url, corrections=corrections)


def shown(call: Call, *, is_open: bool) -> dict[str, Any]:
    """What the page of a call says of it, whether its rows are stored or a draft's."""
    facts = (
        "code",
        "opens_at",
        "lead_days",
        "return_days",
        "first_instalment_bp",
        "report_months",
        "points_max",
        "guideline_version",
        "guideline_on",
    )
    return {
        "call": {**_card(call), "is_open": is_open, **{name: getattr(call, name) for name in facts}},
        "categories": categories_of(call),
        "criteria": [
            {
                "position": criterion.position,
                "title": texts.criterion_title(criterion),
                "question": texts.criterion_question(criterion),
                "weight": criterion.weight,
                "scale": texts.scale(criterion),
                "asked": [texts.question_label(question) for question in criterion.questions],
            }
            for criterion in call.criteria
        ],
        "announced": _announced(call),
    }


def _duty(name: DutyPage) -> Response:
    """What the funders' rows say, and the text that both cities released; before there is one, ours."""
    released = queries.page_text(name)
    text = texts.page_text(released) if released else ""
    return page(f"public/{name}.html", funders=list(queries.funders().values()), blocks=prose.blocks(text))


@bp.get("/privacy")
@requires(anyone)
def privacy() -> Response:
    return _duty(DutyPage.PRIVACY)


@bp.get("/imprint")
@requires(anyone)
def imprint() -> Response:
    return _duty(DutyPage.IMPRINT)


@bp.get("/contact")
@requires(anyone)
def contact() -> Response:
    return _duty(DutyPage.CONTACT)


@bp.get("/accessibility")
@requires(anyone)
def accessibility() -> Response:
    return _duty(DutyPage.ACCESSIBILITY)
