"""How many bytes a request may carry, by what it is: a page takes little, so that nobody fills a worker's memory.

A table of three rows. A view that takes more than ``PAGE`` says so (``@takes``); a test compares with what its fields
may hold. The proxy before the application reads whole requests up to the largest of these (``supervisor/nginx.conf``).
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request

#: A form of lines and some paragraphs, a press of a button, whatever no page of ours sent.
PAGE = 64 * 1024
#: What people write for hours: a file's steps, an assessment and its autosave; and the page to sign in on, which hands
#: such a form back (``returning``).
WRITING = 512 * 1024
#: A whole call: every criterion with its scale, every question, in both languages.
CALL = 2 * 1024 * 1024

F = TypeVar("F", bound=Callable[..., Any])


def takes(most: int) -> Callable[[F], F]:
    """Let the view below have up to ``most`` bytes."""

    def decorate(view: F) -> F:
        view.takes = most  # type: ignore[attr-defined]
        return view

    return decorate


def init_app(app: Flask) -> None:
    """Before anything reads a body."""

    @app.before_request
    def measure() -> None:
        view = current_app.view_functions.get(request.endpoint or "")
        request.max_content_length = request.max_form_memory_size = getattr(view, "takes", PAGE)
