"""The fund's public window, and the rules of its calls for administrators."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, url_for

from grantflow.kernel import clock
from grantflow.kernel.parties import Role
from grantflow.platform import locale
from grantflow.platform.access import anyone, has_role, requires
from grantflow.platform.http import page

from . import queries, rules, texts
from .models import Call, Category

bp = Blueprint("public", __name__)


def _card(call: Call) -> dict[str, Any]:
    """A call as the public pages show it."""
    return {
        "code": call.code,
        "title": texts.call_title(call),
        "summary": texts.call_summary(call),
        "opens_at": call.opens_at,
        "closes_at": call.closes_at,
        "days_left": (clock.local(call.closes_at).date() - clock.today()).days,
        "url": url_for("public.call", code=call.code),
        "apply_url": url_for("applications.start", call=call.code),
        "categories": _categories(call.categories),
    }


def _categories(categories: Sequence[Category]) -> list[dict[str, Any]]:
    now = clock.now()
    return [
        {
            "number": category.number,
            "from_cents": rules.floor_of(categories, category),
            "to_cents": category.up_to_cents,
            "share_bp": category.share_bp,
            "min_score": category.min_score,
            "min_score_is_assumed": category.min_score_is_assumed,
            "lead_days": category.lead_days,
            "closes_at": rules.next_closing([c.closes_at for c in category.closings], now),
        }
        for category in categories
    ]


@bp.get("/")
@requires(anyone)
def start() -> Response:
    """What the fund is, what is open, how much, how it works."""
    calls = [_card(call) for call in queries.open_calls()]
    return page(
        "public/start.html",
        calls=calls,
        next_call=None if calls else queries.next_call(),
        categories=calls[0]["categories"] if calls else [],
        agreement=queries.agreement_on(clock.today()),
    )


@bp.get("/calls")
@requires(anyone)
def calls() -> Response:
    return page(
        "public/calls.html", calls=[_card(call) for call in queries.open_calls()], next_call=queries.next_call()
    )


@bp.get("/calls/<code>")
@requires(anyone, on=queries.by_code)
def call(call: Call) -> Response:
    """One call: deadline, amounts, criteria, and what to have ready."""
    return page(
        "public/call.html",
        call={
            **_card(call),
            "is_open": rules.is_open(call.opens_at, call.closes_at, clock.now()),
            "earliest_start": rules.earliest_start(clock.today(), call.lead_days),
            "lead_days": call.lead_days,
            "points_max": call.points_max,
            "first_instalment_bp": call.first_instalment_bp,
            "report_months": call.report_months,
            "criteria": [
                {
                    "position": criterion.position,
                    "title": texts.criterion_title(criterion),
                    "question": texts.criterion_question(criterion),
                    "points_max": criterion.points_max,
                }
                for criterion in call.criteria
            ],
            "agreement": call.agreement,
        },
    )


@bp.get("/privacy")
@requires(anyone)
def privacy() -> Response:
    return page(f"public/privacy/{locale.language()}.html", funders=queries.funders())


@bp.get("/imprint")
@requires(anyone)
def imprint() -> Response:
    return page(f"public/imprint/{locale.language()}.html", funders=queries.funders())


@bp.get("/contact")
@requires(anyone)
def contact() -> Response:
    return page("public/contact.html", funders=queries.funders())


@bp.get("/accessibility")
@requires(anyone)
def accessibility() -> Response:
    return page(f"public/accessibility/{locale.language()}.html", funders=queries.funders())


@bp.get("/admin/calls", endpoint="rules")
@requires(has_role(Role.ADMINISTRATOR))
def show_rules() -> Response:
    """All calls with their limits and envelopes, as rows hold them."""
    calls = queries.all_calls()
    return page(
        "calls/rules.html",
        calls=[(call, _categories(call.categories), queries.envelopes(call.id)) for call in calls],
        title_of=texts.call_title,
        criterion_of=texts.criterion_title,
    )
