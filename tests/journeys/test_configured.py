"""The main job on a PostgreSQL and a Redis named by the environment, and with JavaScript switched off."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from .applying import STORIES
from .conftest import Running
from .main_job import journey
from .visitor import Company

pytestmark = [pytest.mark.first, pytest.mark.browser, pytest.mark.timeout(1200)]


@pytest.mark.parametrize(("language", "pointer"), [pytest.param("de", True, marks=pytest.mark.drill), ("fr", False)])
def test_the_journey_without_script(
    language: str, pointer: bool, chromium: Browser, configured: Running, tmp_path: Path
) -> None:
    """German with a pointer, French with the keyboard alone."""
    company = Company(chromium, configured, script=False, pointer=pointer)
    try:
        journey(company, STORIES[language], tmp_path)
    finally:
        company.part()
