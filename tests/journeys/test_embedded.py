"""The main job on the embedded defaults, in a real browser with script; and who may read what such a run keeps."""

import stat
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from .applying import STORIES
from .conftest import Running
from .main_job import journey
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


# What a run keeps names people: it is for the account that runs it, and for nobody else on the machine.

#: Made by the database's own account where that is another one; it closes it itself.
ELSEWHERE = "postgres"


def others_may(path: Path) -> int:
    """The rights of everybody else; the run goes on, and what it has taken away by now is nobody's."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return 0
    return mode & 0o077 if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else 0


def test_what_is_kept_is_for_nobody_else(embedded: Running) -> None:
    """Logs, mails, accounts, password, secret, letters, the anchor of the trail, the broker's files."""
    found = [path for path in embedded.folder.rglob("*") if path.relative_to(embedded.folder).parts[0] != ELSEWHERE]
    assert {str(path): oct(rights) for path in (embedded.folder, *found) if (rights := others_may(path))} == {}
    names = {path.relative_to(embedded.folder).parts[0] for path in found}
    assert {"log", "mailbox", "demo-accounts.json", "demo-password", "secret-key"} <= names
