"""The few words views answer with."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from flask import (
    Response,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from . import locale


def is_read() -> bool:
    """Whether a page is only asked for: by GET, or by HEAD, which answers alike and without the body."""
    return request.method in {"GET", "HEAD"}


def is_shown_again() -> bool:
    """Whether this POST only asks for its page: in the other language, or as it came too late (``returning``)."""
    return locale.is_switching() or "drawn_again" in g


def refusal() -> int:
    """The status of a form shown again: 422, so that nothing is committed; 200 where nobody meant to send it."""
    return 200 if is_shown_again() else 422


def page(template: str, status: int = 200, **context: Any) -> Response:
    """Render ``templates/pages/<template>``."""
    return make_response(render_template(f"pages/{template}", **context), status)


def invalid(template: str, **context: Any) -> Response:
    """The form again, with what was typed."""
    return page(template, refusal(), **context)


def clashing(template: str, **context: Any) -> Response:
    """The form again, with what both changed: 409, so that nothing is committed."""
    return page(template, 409, **context)


def redirect_to(endpoint: str, **values: Any) -> BaseResponse:
    return redirect(url_for(endpoint, **values))


def url_pattern(endpoint: str, name: str, **values: Any) -> Callable[[object], str]:
    """``url_for`` for the rows of a table: the address is built once, the argument ``name`` (an id) then put in."""
    mark = "0" * 32
    before, after = url_for(endpoint, **{**values, name: mark}).split(mark)
    return lambda value: f"{before}{value}{after}"


def flash_ok(message: str) -> None:
    flash(str(message), "ok")


def flash_problem(message: str) -> None:
    flash(str(message), "problem")


def endpoint_of(path: str) -> tuple[str, dict[str, Any]] | None:
    """Which of our endpoints answers a GET of ``path`` (unquoted), with its arguments; None where none does."""
    try:
        endpoint, values = current_app.url_map.bind_to_environ(request.environ).match(path, method="GET")
    except HTTPException:  # no such page, none for GET, or only a redirect to one
        return None
    return endpoint, dict(values)


#: Never put into a page again, and nothing a reader typed.
NOT_KEPT = ("password", "old", "new", "one_time_code", "passkey", "challenge", "_proof", "csrf_token", locale.SWITCH)


def typed() -> list[tuple[str, str]]:
    """What was typed into the form sent, without secrets."""
    return [(name, value) for name, value in request.form.items(multi=True) if name not in NOT_KEPT]


def safe_next(default: str) -> str:
    """Where to go after signing in: ``?next=`` if it is one of our own GET pages, else ``default``.

    The target is rebuilt from the matched endpoint, never echoed: nothing a browser could read as another site.
    """
    try:
        parts = urlsplit(request.values.get("next", ""))
    except ValueError:  # an address such as "http://["
        return default
    if parts.scheme or parts.netloc or not parts.path.startswith("/"):
        return default
    found = endpoint_of(unquote(parts.path))
    if found is None or found[0] == "static":
        return default
    endpoint, values = found
    query = urlencode(parse_qsl(parts.query))
    return url_for(endpoint, **values) + (f"?{query}" if query else "")


def attachment(content: bytes | Iterator[bytes], name: str, mimetype: str) -> Response:
    """A download that no browser will run: attachment, own type, sandboxed (T28). An iterator is streamed."""
    response = Response(content, mimetype=mimetype)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
