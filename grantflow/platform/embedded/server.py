"""The server: made, started, ended."""

from __future__ import annotations

import atexit
import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote

from .children import dies_with_parent, set_aside
from .places import Account, EmbeddedError, account_of_server, binaries, known_home, place, socket_folder
from .remains import end_orphan, gentle_to_hard, is_locked, pid_file, refuse_other_version, take_lock

DATABASE: Final = "grantflow"
ROLE: Final = "grantflow"
SUPERUSER: Final = "postgres"
PATIENCE: Final = 60.0


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
        account = account_of_server()
        bin_dir = binaries(account)
        home = self._home = place(self.data_dir, account)
        self._lock = take_lock(home / "lock")
        try:
            data = home / "data"
            if data.exists():
                refuse_other_version(data, bin_dir)
                end_orphan(data)
            else:
                self._initialise(data, bin_dir, account)
            _write_access_rules(home, account)
            self._socket_dir = socket_folder(account)
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

    def _initialise(self, data: Path, bin_dir: Path, account: Account) -> None:
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

    def _launch(self, home: Path, bin_dir: Path, socket_dir: Path, account: Account) -> None:
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
    home = known_home(Path(data_dir).absolute())
    if home is None or not is_locked(home / "lock"):
        return None
    lines = pid_file(home / "data")
    return _url(Path(lines[4])) if len(lines) > 7 and lines[7] == "ready" else None


def remove(data_dir: Path) -> None:
    """Delete the cluster of this data folder, wherever it lies. The server must be stopped."""
    data_dir = Path(data_dir).absolute()
    home = known_home(data_dir)
    if home is not None:
        shutil.rmtree(home, ignore_errors=True)
    (data_dir / "postgres.place").unlink(missing_ok=True)


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _write_access_rules(home: Path, account: Account) -> None:
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
        lines = pid_file(data)
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
    for with_signal, patience in gentle_to_hard():
        if process.poll() is not None:
            return
        process.send_signal(with_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)


def _url(socket_dir: Path) -> str:
    return f"postgresql+psycopg://{ROLE}@/{DATABASE}?host={quote(str(socket_dir), safe='/')}"


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error" in line.lower()]
    return (telling or lines or ["no reason given"])[-1]
