"""Errors have one home: keys and facts come in, a page in the reader's language goes out."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import structlog
from flask import Flask, g, render_template
from flask_babel import lazy_gettext as _l
from kombu.exceptions import OperationalError as BrokerAway
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from werkzeug.exceptions import HTTPException

from grantflow.kernel.errors import DomainError, Reason

from . import locale

log = structlog.get_logger()

#: What each key says. Features add theirs (``texts.MESSAGES``); a test asks that no key is mute.
MESSAGES: dict[str, Any] = {
    "forbidden": _l("You are not allowed to do this."),
    "rights_lost": _l("Your rights have changed in the meantime. Nothing was saved; please sign in again."),
    "proof_missing": _l("Please confirm once more that it is you. Nothing was saved."),
    "illegal_step": _l("This is no longer possible: the file has moved on in the meantime."),
    "both_changed": _l("The same entries have been changed elsewhere in the meantime. Nothing was saved."),
    "changed_meanwhile": _l("Something has been changed elsewhere in the meantime. Nothing was sent."),
    "store_away": _l("Letters cannot be fetched at the moment. The administrators see this; please try again later."),
    "too_many_attempts": _l("Too many attempts. Please wait ten minutes and try again."),
}


def register(messages: Mapping[str, Any]) -> None:
    MESSAGES.update(messages)


def describe(error: DomainError | Reason) -> str:
    """The sentence for an error or a reason, in the language in force.

    Facts speak the language too: days and instants are written out, names ending in ``_cents`` are amounts, several
    things are a list.
    """
    text = str(MESSAGES[error.key])
    return text % {name: _spoken(name, value) for name, value in error.facts.items()} if error.facts else text


def _spoken(name: str, value: object) -> object:
    if isinstance(value, datetime):
        return locale.long_datetime(value)
    if isinstance(value, date):
        return locale.long_date(value)
    if name.endswith("_cents") and isinstance(value, int):
        return locale.money(value)
    if isinstance(value, Decimal):
        return locale.points(value)
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return value


PAGES = {400, 403, 404, 405, 409, 413, 422, 429, 500, 503}


def problem(status: int, says: str = "") -> tuple[str, int]:
    """The error page; it needs neither database nor person."""
    return render_template(
        f"errors/{status if status in PAGES else 400 if status < 500 else 500}.html",
        says=says,
    ), status


def init_app(app: Flask) -> None:
    @app.errorhandler(DomainError)
    def refused(error: DomainError) -> tuple[str, int]:
        return problem(error.status, describe(error))

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Any:
        if error.code is None or error.code < 400:
            return error
        body, status = problem(error.code)
        return (
            body,
            status,
            {k: v for k, v in error.get_headers() if k in {"Allow", "Retry-After"}},
        )

    @app.errorhandler(OperationalError)
    @app.errorhandler(InterfaceError)
    @app.errorhandler(NoConnectionFree)
    @app.errorhandler(BrokerAway)
    def away(error: Exception) -> tuple[str, int, dict[str, str]]:
        log.error("service_away", error=type(error).__name__)
        g.broken = True
        return *problem(503), {"Retry-After": "30"}

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> tuple[str, int]:
        log.exception("unexpected_error")
        g.broken = True
        return problem(500)
