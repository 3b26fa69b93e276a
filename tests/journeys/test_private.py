"""What a run keeps names people: it is for the account that runs it, and for nobody else on the machine."""

import stat
from pathlib import Path

import pytest

from .conftest import Running

pytestmark = [pytest.mark.slow]

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
