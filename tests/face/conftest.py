"""A browser and the small application of the guide."""

from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from tests.face.world import create, serving


@pytest.fixture(scope="session")
def base() -> Iterator[str]:
    with serving(create()) as address:
        yield address


@pytest.fixture
def visit(base: str, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Open a path in a fresh context: ``visit("/start", "de", width=320, scheme="dark", script=False)``."""
    contexts = []

    def open_(
        path: str,
        language: str = "de",
        *,
        width: int = 1280,
        scheme: Literal["dark", "light"] = "light",
        script: bool = True,
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, locale=language, java_script_enabled=script
        )
        contexts.append(context)
        context.set_default_timeout(30_000)
        page = context.new_page()
        page.goto(f"{base}{path}{'&' if '?' in path else '?'}lang={language}")
        return page

    yield open_
    for context in contexts:
        context.close()
