"""The main job on the embedded defaults, in a real browser with script."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from .conftest import Running
from .main_job import STORIES, journey
from .visitor import Company

pytestmark = [pytest.mark.first, pytest.mark.browser, pytest.mark.timeout(1200)]


def test_the_journey(chromium: Browser, embedded: Running, tmp_path: Path) -> None:
    company = Company(chromium, embedded)
    try:
        journey(company, STORIES["de"], tmp_path)
    finally:
        company.part()


@pytest.fixture(scope="module")
def seen() -> set[tuple[str, str]]:
    """Page and language: what one story has looked at, the other need not."""
    return set()


@pytest.mark.drill
@pytest.mark.parametrize("language", ["de", "fr"])
def test_every_page_of_the_journey(
    language: str, chromium: Browser, embedded: Running, seen: set[tuple[str, str]], tmp_path: Path
) -> None:
    """Each is looked at in both languages, in both colour schemes and on the narrowest phone."""
    company = Company(chromium, embedded, whole=True, seen=seen)
    try:
        journey(company, STORIES[language], tmp_path)
    finally:
        company.part()
