"""The page that asks once more who acts, before a weighty step (``platform.proof``)."""

from dataclasses import replace
from typing import Any

from flask import redirect, request, url_for

from grantflow.kernel.errors import Invalid
from grantflow.platform import proof
from grantflow.platform.access import requires, signed_in
from grantflow.platform.http import is_read, page, safe_next, typed

from .. import forms, service
from .blueprint import bp
from .profile import myself
from .second import home


class Asker:
    """Accounts' part in ``platform.proof``."""

    @staticmethod
    def take() -> None:
        service.take(myself(), **forms.ProofForm().shown())

    @staticmethod
    def fit(form: forms.ProofForm) -> None:
        form.fit(service.ways(myself()))

    @staticmethod
    def page(error: Invalid | None) -> Any:
        """The form sent waits in the page, and its address with it; a page that was only asked for is led back to."""
        if is_read():
            wanted = request.args.get("next", "") if request.endpoint == "accounts.prove" else _here()
            return _ask(None, action=url_for("accounts.prove"), kept=[("next", wanted)])
        return _ask(error, action=_here(), kept=typed())


proof.asks(Asker())


def _here() -> str:
    return request.full_path.rstrip("?")


def _ask(error: Invalid | None, *, action: str, kept: list[tuple[str, str]]) -> Any:
    form = forms.ProofForm(formdata=None)
    ways = service.ways(myself())
    if error:
        form.blame(error)
    form.fit(replace(ways, is_fresh=False))
    status = 422 if error else 403
    return page("accounts/prove.html", status, form=form, ways=ways, action=action, kept=kept, asked=proof.ASKED)


@bp.route("/proof", methods=["GET", "POST"])
@requires(signed_in)
@proof.fresh_proof(at_sight=True)
def prove() -> Any:
    """Nothing but the proof: then on to the page that wanted it."""
    return redirect(safe_next(home(myself())))
