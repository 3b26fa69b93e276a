"""One's own second factors."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from grantflow.kernel.errors import Invalid
from grantflow.platform import errors, settings
from grantflow.platform.access import requires, signed_in
from grantflow.platform.http import flash_ok, flash_problem, page, redirect_to
from grantflow.platform.proof import fresh_proof

from .. import forms, queries, service, texts
from ..models import Factor
from .blueprint import bp
from .profile import myself
from .second import enrol, show_codes


@bp.get("/profile/second-factor")
@requires(signed_in)
def factors() -> Any:
    """What there is, and how many recovery codes are left."""
    person = myself()
    return page(
        "accounts/factors.html",
        factors=queries.factors(person),
        kinds=texts.FACTORS,
        left=queries.codes_left(person),
        is_asked=settings().asks_second_factor and person.party is not None,
    )


@bp.route("/profile/second-factor/new", methods=["GET", "POST"])
@requires(signed_in)
@fresh_proof(at_sight=True)
def new_factor() -> Any:
    """Set up an app or a passkey."""
    codes = enrol(myself(), forms.EnrolForm())
    if not isinstance(codes, list):
        return codes
    flash_ok(_("Your second factor is set up. From now on you are asked for it when you sign in."))
    return show_codes(codes, url_for(".factors")) if codes else redirect_to(".factors")


@bp.post("/profile/second-factor/<uuid:factor_id>/remove")
@requires(signed_in, on=queries.own_factor)
@fresh_proof()
def remove_factor(factor: Factor) -> BaseResponse:
    """Take it away; the last one of somebody who must have one stays."""
    try:
        service.remove_factor(factor, myself())
    except Invalid as error:
        flash_problem(errors.describe(error))
    else:
        flash_ok(_("The second factor is removed."))
    return redirect_to(".factors")


@bp.post("/profile/second-factor/codes")
@requires(signed_in)
@fresh_proof()
def renew_codes() -> Any:
    """Fresh recovery codes; the earlier ones are void."""
    try:
        codes = service.renew_codes(myself())
    except Invalid as error:
        flash_problem(errors.describe(error))
        return redirect_to(".factors")
    return show_codes(codes, url_for(".factors"))
