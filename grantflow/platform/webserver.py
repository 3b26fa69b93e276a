"""gunicorn, made to speak like the application: no name of its own, and its refusals under our headers (T53, T55).

What is no request at all - a request line or header too long or malformed - never reaches the application. gunicorn
answers it with a page of its own, in English, that repeats what it was sent. It has no setting for either.
"""

import socket
from http import HTTPStatus
from typing import Any

from gunicorn import util
from gunicorn.http import wsgi

from .headers import FIXED, HSTS

#: What every answer carries; where people come by https, the promise to stay there too.
ALWAYS = dict(FIXED)
SAYS = "Diese Anfrage kann nicht gelesen werden.\nCette requête ne peut pas être lue.\n".encode()


class Response(wsgi.Response):
    def default_headers(self) -> list[str]:
        return [line for line in super().default_headers() if not line.startswith("Server:")]


def write_error(sock: socket.socket, status_int: int, reason: str, mesg: str) -> None:
    """In place of ``gunicorn.util.write_error``: nothing of what was sent comes back."""
    head = [
        f"HTTP/1.1 {status_int} {HTTPStatus(status_int).phrase}",
        "Connection: close",
        "Content-Type: text/plain; charset=utf-8",
        f"Content-Length: {len(SAYS)}",
        "Cache-Control: no-store",
        *(f"{name}: {value}" for name, value in ALWAYS.items()),
    ]
    util.write_nonblock(sock, "\r\n".join([*head, "", ""]).encode("latin-1") + SAYS)


def on_starting(server: Any) -> None:
    """gunicorn's hook, before its workers are there."""
    wsgi.Response = Response
    util.write_error = write_error


def post_worker_init(worker: Any) -> None:
    """gunicorn's hook, when a worker has loaded the application."""
    if worker.wsgi.extensions["settings"].is_https:
        ALWAYS["Strict-Transport-Security"] = HSTS
