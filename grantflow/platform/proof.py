"""A fresh proof before a weighty step: whoever acts shows once more, just before, that they are who signed in (T8).

``fresh_proof`` guards a view. What was typed waits in the page that asks, and goes on its way with the proof: nobody
types it twice. ``demand`` stands in the verb behind it, so that a view that forgot its guard does nothing. How a person
proves it (second factor, else password) is the business of accounts, which registers itself by ``asks``.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, TypeVar, cast

from flask import g, has_request_context, request

from grantflow.kernel.errors import Forbidden, Invalid

from .http import is_read, is_shown_again

F = TypeVar("F", bound=Callable[..., Any])

#: Secrets that travel with a form, to be judged and never shown again.
FIELDS = ("password", "one_time_code", "passkey")
#: Stands in the form of the page that asks.
ASKED = "_proof"


class Asker(Protocol):
    """Who knows how people prove who they are."""

    def take(self) -> None:
        """Judge what was sent as a proof, and note it; without any, one of the last minutes will do. Raises Invalid."""

    def fit(self, form: Any) -> None:
        """Leave in ``form`` only the fields by which its reader can prove it; none while a proof is fresh."""

    def page(self, error: Invalid | None) -> Any:
        """Ask for the proof, with what was typed kept."""


def asks(asker: Asker) -> None:
    """Register the asker, once: accounts does."""
    _askers[:] = [asker]


_askers: list[Asker] = []


def fresh_proof(*, at_sight: bool = False) -> Callable[[F], F]:
    """Guard a view's POST, below ``requires``: without a proof within the last minutes it is asked for first.

    ``at_sight``: also its GET, for downloads and for pages whose form carries files, which no page can keep.
    """

    def decorate(view: F) -> F:
        @wraps(view)
        def proven(*arguments: Any, **more: Any) -> Any:
            (asker,) = _askers
            if is_shown_again():
                return asker.page(None) if ASKED in request.form else view(*arguments, **more)
            if is_read() and not at_sight:
                return view(*arguments, **more)
            try:
                asker.take()
            except Invalid as error:
                return asker.page(error if any(request.form.get(name) for name in FIELDS) else None)
            return view(*arguments, **more)

        proven.fresh_proof = True  # type: ignore[attr-defined]
        return cast(F, proven)

    return decorate


def take() -> None:
    """For a view whose own form carries the proof: judge it. Raises Invalid at its field."""
    _askers[0].take()


def fit(form: Any) -> None:
    """For such a form, before it is drawn: leave in it what has to be asked of its reader."""
    _askers[0].fit(form)


def noted() -> None:
    """This request has been proved."""
    g.proven = True


def demand() -> None:
    """Raise Forbidden where a request has not been proved. Commands and the demo's loader have nobody to ask."""
    if has_request_context() and not g.get("proven"):
        raise Forbidden("proof_missing")
