"""What a run keeps names people: it is for the account that runs it, and for nobody else on the machine."""

import stat

import pytest

from .conftest import Running

pytestmark = [pytest.mark.slow]

#: Made by the database's own account where that is another one; it closes it itself.
ELSEWHERE = {"postgres"}


def test_what_is_kept_is_for_nobody_else(embedded: Running) -> None:
    """Logs, mails, accounts, password, secret, letters, the anchor of the trail, the broker's files."""
    found = [
        path for path in embedded.folder.rglob("*") if not set(path.relative_to(embedded.folder).parts) & ELSEWHERE
    ]
    open_to_others = {
        str(path.relative_to(embedded.folder)): oct(stat.S_IMODE(path.lstat().st_mode))
        for path in (embedded.folder, *found)
        if not path.is_symlink() and not path.is_socket() and path.lstat().st_mode & 0o077
    }
    assert open_to_others == {}
    names = {str(path.relative_to(embedded.folder).parts[0]) for path in found}
    assert {"log", "mailbox", "files", "demo-accounts.json", "demo-password", "secret-key"} <= names
