"""``grantflow serve``: everything a run needs, started in order, watched, and ended together.

The demo brings its own PostgreSQL and mail server unless others are configured. One thread, one loop: a
signal only sets a flag, so that no child is started and forgotten in between.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from grantflow.config import ROOT, Settings, local_secret
from grantflow.platform import embedded, mailsink

LOOPBACK: Final = "127.0.0.1"
READY_WITHIN: Final = 180.0
#: What a run has started and waits for, by the names of ``/status``; beat is heard of a quarter of a minute later.
STARTED: Final = ("broker", "worker", "store")
PATIENCE: Final = 20.0
LONGEST_BACKOFF: Final = 30.0
LIVED_WELL: Final = 60.0
#: Stands where no mail server runs: a command outside ``serve`` queues mail and sends none.
NO_SMTP: Final = "smtp://127.0.0.1:25"


class CannotServe(Exception):
    """The message is what the person reads; nothing is left running."""


class _Told(Exception):
    """Ctrl-C or SIGTERM: end everything, in good order."""


# Settings of a demo -----------------------------------------------------------------------------------


def is_demo(env: Mapping[str, str]) -> bool:
    return (env.get("GRANTFLOW_ENV") or "demo") == "demo"


def data_dir_of(env: Mapping[str, str]) -> Path:
    return Path(env.get("GRANTFLOW_DATA_DIR") or ROOT / "var").resolve()


def furnished(env: Mapping[str, str]) -> dict[str, str]:
    """The environment of a single command: in a demo, what is not configured comes from the data folder.

    The embedded database of a running ``serve`` is joined; without one it is started for this command.
    """
    result = dict(env)
    if not is_demo(env):
        return result
    data_dir = data_dir_of(env)
    with _usable(data_dir):
        _fill(result, "GRANTFLOW_SECRET_KEY", lambda: local_secret(data_dir / "secret-key"))
    _fill(result, "GRANTFLOW_SMTP_URL", lambda: _sink_in_use(data_dir) or NO_SMTP)
    _fill(result, "GRANTFLOW_DATABASE_URL", lambda: embedded.ensure(data_dir))
    return result


def _preview(env: Mapping[str, str]) -> Settings:
    """The settings a run will have; a demo's own servers, not started yet, stand in by name."""
    result = dict(env)
    if is_demo(env):
        _fill(result, "GRANTFLOW_SECRET_KEY", lambda: local_secret(data_dir_of(env) / "secret-key"))
        _fill(result, "GRANTFLOW_SMTP_URL", lambda: NO_SMTP)
        _fill(result, "GRANTFLOW_DATABASE_URL", lambda: "postgresql:///none")
    return Settings.from_env(result)


@contextlib.contextmanager
def _usable(data_dir: Path) -> Iterator[None]:
    """The data folder exists and takes files, before and within; raises ``CannotServe`` otherwise."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=data_dir):
            pass
        yield
    except OSError as error:
        raise CannotServe(
            f"The data folder {data_dir} cannot be used ({error.strerror}). Choose another one: GRANTFLOW_DATA_DIR"
        ) from None


def _fill(env: dict[str, str], key: str, make: Callable[[], str]) -> None:
    if not env.get(key):
        env[key] = make()


def _sink_in_use(data_dir: Path) -> str | None:
    try:
        return str(json.loads((data_dir / "serving.json").read_text(encoding="utf-8"))["smtp_url"])
    except (OSError, ValueError, KeyError):
        return None


# Programs ---------------------------------------------------------------------------------------------


def web_command(bind: str) -> list[str]:
    """gunicorn; threads, so that a slow reader of a letter does not hold a whole process."""
    options = ["--workers", "2", "--worker-class", "gthread", "--threads", "4", "--no-control-socket"]
    limits = ["--timeout", "60", "--graceful-timeout", "15", "--keep-alive", "5"]
    # The application itself decides how many proxies it trusts: gunicorn must not guess the scheme.
    proxies = ["--forwarded-allow-ips", ""]
    program = [sys.executable, "-m", "gunicorn", "grantflow.wsgi:app", "--bind", bind]
    program += ["--config", "python:grantflow.platform.webserver"]
    return [*program, *options, *limits, *proxies]


#: The parts that work, and from which queues. Letters are work: their limits need processes. Mail and upkeep wait for
#: others: threads do, at a third of the memory; each queue has a lane of its own (``workers.lanes``).
WORKERS: Final = {
    "letters": ["--queues", "letters", "--concurrency", "2"],
    "worker": ["--queues", "urgent,mail,upkeep", "--pool", "threads", "--concurrency", "12"],
}


def worker_command(part: str = "", *, beat: bool = False) -> list[str]:
    """One of ``WORKERS``, named after its part, or a worker for everything."""
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    own = [*WORKERS[part], "--hostname", f"{part}@%h"] if part else ["--concurrency", "2"]
    return [*_celery("worker"), *own, *quiet, *(["--beat"] if beat else [])]


def beat_command() -> list[str]:
    return _celery("beat")


def _celery(verb: str) -> list[str]:
    return [sys.executable, "-m", "celery", "-A", "workers.celery_app", verb, "--loglevel", "INFO"]


def become(part: str, host: str) -> None:
    """Replace this process by one part, for containers: signals arrive where they should."""
    settings = Settings.from_env(os.environ)
    _refuse_open_demo(settings.is_demo, host)
    commands = {
        "web": web_command(f"{host}:{settings.port}"),
        **{name: worker_command(name) for name in WORKERS},
        "beat": beat_command(),
    }
    command = commands[part]
    os.chdir(ROOT)
    os.execv(command[0], command)  # noqa: S606


def _refuse_open_demo(demo: bool, host: str) -> None:
    if demo and host != LOOPBACK:
        raise CannotServe("The demo lets everyone be anyone: it answers on 127.0.0.1 only.")


@dataclass
class Child:
    """One program, its log, and the pause before it is started again."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    log_file: Path
    inherits: Sequence[int] = ()
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    again_at: float = 0.0
    falls: int = field(default=0)

    def start(self) -> None:
        embedded.set_aside(self.log_file)
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                list(self.command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env=dict(self.env),
                pass_fds=tuple(self.inherits),
                # A session of its own: Ctrl-C reaches the supervisor alone, which ends the parts in order.
                start_new_session=True,
                preexec_fn=embedded.dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 - there is one thread
            )
        self.started_at = time.monotonic()

    @property
    def has_fallen(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def plan_restart(self) -> float:
        """Seconds until the next start: doubling, forgotten once it has lived well."""
        if time.monotonic() - self.started_at > LIVED_WELL:
            self.falls = 0
        pause = min(LONGEST_BACKOFF, 0.5 * 2.0**self.falls)
        self.falls += 1
        self.process = None
        self.again_at = time.monotonic() + pause
        return pause

    def tell(self, with_signal: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(with_signal)

    def sweep_up(self) -> None:
        """Whatever the program itself has started and left."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def last_words(self) -> str:
        try:
            lines = self.log_file.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        return next((line.strip() for line in reversed(lines) if line.strip()), "")[:300]


# The run ----------------------------------------------------------------------------------------------


class Supervisor:
    """One run. ``run`` returns the exit status; whatever happens, no child outlives it."""

    def __init__(self, env: Mapping[str, str], host: str = LOOPBACK) -> None:
        self.env = dict(env)
        self.host = host
        self.demo = is_demo(env)
        self.data_dir = data_dir_of(env)
        self.children: list[Child] = []
        self.database: embedded.Embedded | None = None
        self.sockets: list[socket.socket] = []
        self.told = False
        self._wakeup = socket.socketpair()

    def run(self) -> int:
        self._listen_to_signals()
        try:
            settings = self._check_before_anything_starts()
            self._start(settings)
            self._watch()
        except _Told:
            print("Stopping ...", flush=True)
        except embedded.EmbeddedError as error:
            raise CannotServe(str(error)) from None
        finally:
            self._end_everything()
        return 0

    def _check_before_anything_starts(self) -> Settings:
        """Folder, settings, broker and port are right, or nothing starts."""
        _refuse_open_demo(self.demo, self.host)
        with _usable(self.data_dir):
            if self.demo:
                _fill(self.env, "GRANTFLOW_SECRET_KEY", lambda: local_secret(self.data_dir / "secret-key"))
        # So that this run can ask itself how it is; a monitor needs one that somebody chose.
        _fill(self.env, "GRANTFLOW_STATUS_TOKEN", lambda: secrets.token_urlsafe(24))
        settings = _preview(self.env)
        if settings.redis_url:
            refuse_silent_broker(settings.redis_url)
        self.sockets.append(_bound(self.host, settings.port))
        return settings

    def _start(self, settings: Settings) -> None:
        log_dir = self.data_dir / "log"
        log_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.demo and not self.env.get("GRANTFLOW_DATABASE_URL"):
            self._say("starting the database")
            self.database = embedded.Embedded(self.data_dir)
            self.env["GRANTFLOW_DATABASE_URL"] = self.database.start()
        if self.demo and not self.env.get("GRANTFLOW_SMTP_URL"):
            self._start_mailsink()
        self._migrate()
        web_socket = self.sockets[0]
        self._begin("web", web_command(f"fd://{web_socket.fileno()}"), [web_socket.fileno()])
        for name in WORKERS:
            self._begin(name, worker_command(name))
        self._begin("beat", beat_command())
        if self.demo:
            self._say("making sure of the demo fund")
            self._run_once("the demo fund could not be loaded", ["demo", "load"])
        self._await_ready(settings)
        self._announce(settings)

    def _start_mailsink(self) -> None:
        listening = mailsink.loopback_socket()
        self.sockets.append(listening)
        self.env["GRANTFLOW_SMTP_URL"] = mailsink.url_of(listening)
        note = self.data_dir / "serving.json"
        note.write_text(json.dumps({"smtp_url": self.env["GRANTFLOW_SMTP_URL"]}), encoding="utf-8")
        descriptor = listening.fileno()
        self._begin("mail", [*_grantflow("mailsink"), "--descriptor", str(descriptor)], [descriptor])

    def _migrate(self) -> None:
        """A demo's database is brought up to date; a production one by hand, with its backup at hand."""
        standing = revision_standing(self.env["GRANTFLOW_DATABASE_URL"])
        if standing == "current":
            return
        if not self.demo:
            raise CannotServe("The database is older than this program. Type: grantflow db upgrade")
        self._say("preparing the database")
        self._run_once("the database could not be migrated", ["db", "upgrade"])

    def _run_once(self, failure: str, arguments: list[str]) -> None:
        """One command of ours, ended before we go on, and ended with us."""
        step = Child(arguments[0], _grantflow(*arguments), self.env, self.data_dir / "log" / f"{arguments[0]}.log")
        self.children.append(step)
        step.start()
        while not step.has_fallen:
            self._pause(0.1)
        self.children.remove(step)
        if step.process is not None and step.process.returncode != 0:
            raise CannotServe(f"{failure}: {step.last_words()} (log: {step.log_file})")

    def _begin(self, name: str, command: Sequence[str], inherits: Sequence[int] = ()) -> None:
        child = Child(name, command, self.env, self.data_dir / "log" / f"{name}.log", inherits)
        self.children.append(child)
        child.start()
        self._log("started", part=name, pid=child.process.pid if child.process else None)

    def _await_ready(self, settings: Settings) -> None:
        self._say("waiting until every part is ready")
        deadline = time.monotonic() + READY_WITHIN
        missing = "no answer"
        while time.monotonic() < deadline:
            missing = _ask(self.host, settings, "/readyz") or _ask(self.host, settings, "/status", STARTED)
            if not missing:
                return
            self._look_after()
            for child in self.children:
                if child.falls >= 3:
                    raise CannotServe(f"{child.name} does not start: {child.last_words()} (log: {child.log_file})")
            self._pause(0.2)
        raise CannotServe(f"Not ready after {READY_WITHIN:.0f} s: {missing} (logs: {self.data_dir / 'log'})")

    def _watch(self) -> None:
        while True:
            self._look_after()
            self._pause(1.0)

    def _look_after(self) -> None:
        if self.database is not None and self.database.pid is None:
            self._log("fallen", part="database")
            self._say("the database has stopped: starting it again")
            # A new start means a new socket folder, which the parts must be told.
            self.database.stop()
            self.env["GRANTFLOW_DATABASE_URL"] = self.database.start()
            for child in self.children:
                child.env = self.env
                child.tell(signal.SIGTERM)
        now = time.monotonic()
        for child in self.children:
            if child.process is None and now >= child.again_at:
                child.start()
                self._log("started", part=child.name, falls=child.falls)
            elif child.has_fallen:
                status = child.process.returncode if child.process else None
                child.sweep_up()
                pause = child.plan_restart()
                self._log("fallen", part=child.name, status=status, again_in=pause, said=child.last_words())
                self._say(f"{child.name} has stopped (status {status}): starting it again in {pause:g} s")

    def _announce(self, settings: Settings) -> None:
        self._log("ready", origin=settings.origin)
        print(f"\nGrantFlow is ready: {settings.origin}\n", flush=True)
        if self.demo:
            for line in accounts_table(self.data_dir):
                print(line)
            print("\nCtrl-C ends everything; the data stay.", flush=True)

    # Signals, waiting, ending

    def _listen_to_signals(self) -> None:
        for end in self._wakeup:
            end.setblocking(False)
        signal.set_wakeup_fd(self._wakeup[1].fileno(), warn_on_full_buffer=False)
        for told in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(told, self._hear)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)  # only to wake the loop

    def _hear(self, number: int, frame: object) -> None:
        self.told = True

    def _pause(self, seconds: float) -> None:
        """Wait, shorter when a signal comes; raises ``_Told`` once we were told to end."""
        if not self.told:
            readable, _, _ = select.select([self._wakeup[0]], [], [], seconds)
            if readable:
                with contextlib.suppress(BlockingIOError):
                    self._wakeup[0].recv(4096)
        if self.told:
            raise _Told

    def _end_everything(self) -> None:
        """First those who serve people and take work, then mail, then the database they all need."""
        mail = [child for child in self.children if child.name == "mail"]
        for group in ([child for child in self.children if child not in mail], mail):
            for child in group:
                child.tell(signal.SIGTERM)
            deadline = time.monotonic() + PATIENCE
            while time.monotonic() < deadline and any(c.process and not c.has_fallen for c in group):
                time.sleep(0.05)
            for child in group:
                child.sweep_up()
        if self.database is not None:
            self.database.stop()
        for listening in self.sockets:
            listening.close()
        if len(self.sockets) > 1:
            (self.data_dir / "serving.json").unlink(missing_ok=True)
        if self.children:
            self._log("ended")

    def _say(self, text: str) -> None:
        print(f"· {text}", flush=True)

    def _log(self, event: str, **facts: object) -> None:
        """One JSON object a line, as the other parts write them."""
        path = self.data_dir / "log" / "supervisor.log"
        embedded.set_aside(path)
        entry = {"event": event, **facts, "timestamp": datetime.now(UTC).isoformat()}
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")


def _grantflow(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "grantflow.cli", *arguments]


def _bound(host: str, port: int) -> socket.socket:
    """The port, taken now and handed to gunicorn: nobody can come between the check and the start."""
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
        taken.listen(128)
    except OSError as error:
        taken.close()
        raise CannotServe(
            f"Port {port} cannot be used ({error.strerror}). Choose another one: PORT=8001 make run"
        ) from None
    return taken


def _ask(host: str, settings: Settings, path: str, parts: Collection[str] = ()) -> str:
    """Empty when the page answers well, else what it says against it; of ``/status`` only these ``parts`` count."""
    address = LOOPBACK if host == "0.0.0.0" else host  # noqa: S104
    headers = {"Host": settings.host, "Authorization": f"Bearer {settings.status_token}"}
    request = urllib.request.Request(f"http://{address}:{settings.port}{path}", headers=headers)
    # Never through a proxy that the environment names.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10):
            return ""
    except urllib.error.HTTPError as answer:
        with answer:
            said = answer.read()
        with contextlib.suppress(ValueError, AttributeError):
            told = json.loads(said)
            if parts and "checks" in told:
                return ", ".join(name for name in parts if not told["checks"][name]["well"])
            missing = [name for name, state in told.items() if state is False]
            return ", ".join(missing) or f"status {answer.code}"
        return f"status {answer.code}"
    except OSError as error:
        return f"no answer ({error})"


def ask_web(env: Mapping[str, str]) -> None:
    """Raises ``CannotServe`` unless the web processes of this machine answer."""
    said = _ask(LOOPBACK, _preview(env), "/healthz")
    if said:
        raise CannotServe(said)


def _first_line(error: Exception) -> str:
    """The reason; what follows it are hints, some of them of several lines."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)


def refuse_silent_broker(redis_url: str) -> None:
    """Raises ``CannotServe`` unless this Redis answers: Celery itself would wait for it and say nothing."""
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.exceptions import RedisError
    from redis.retry import Retry

    try:
        once = Retry(NoBackoff(), 0)
        with Redis.from_url(redis_url, socket_timeout=5, socket_connect_timeout=5, retry=once) as redis:
            redis.ping()
    except ValueError:
        # Its message may quote the password.
        raise CannotServe("Redis cannot be reached: GRANTFLOW_REDIS_URL is not well formed") from None
    except (RedisError, OSError) as error:
        raise CannotServe(f"Redis cannot be reached (GRANTFLOW_REDIS_URL): {_first_line(error)}") from None


def revision_standing(database_url: str) -> str:
    """``empty``, ``behind`` or ``current``; raises ``CannotServe`` for a database that another build has made."""
    import psycopg
    from alembic.script import ScriptDirectory

    try:
        with psycopg.connect(database_url.replace("+psycopg", "", 1), connect_timeout=10) as connection:
            present = connection.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone()
            if present is None or not present[0]:
                return "empty"
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except psycopg.Error as error:
        raise CannotServe(f"The database cannot be reached: {_first_line(error)}") from None
    if row is None:
        return "empty"
    scripts = ScriptDirectory(str(ROOT / "migrations"))
    if row[0] not in {script.revision for script in scripts.walk_revisions()}:
        raise CannotServe(
            f"The database was made by another build of GrantFlow (its revision {row[0]} is unknown here). "
            "By an older build, for a demo: grantflow demo reset. By a newer version: update GrantFlow."
        )
    return "current" if row[0] == scripts.get_current_head() else "behind"


def accounts_table(data_dir: Path) -> Iterator[str]:
    """Lines of the table of demo accounts."""
    try:
        accounts = json.loads((data_dir / "demo-accounts.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    columns = ("role", "party", "name", "email", "language")
    rows = [[str(account.get(column) or "") for column in columns] for account in accounts]
    widths = [max(len(row[index]) for row in [list(columns), *rows]) for index in range(len(columns))]
    for row in [list(columns), ["-" * width for width in widths], *rows]:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    password = data_dir / "demo-password"
    if password.exists():
        yield ""
        yield f"Password of all of them: {password.read_text(encoding='utf-8').strip()}"


def run_child(command: Sequence[str], env: Mapping[str, str], cwd: Path) -> int:
    """Run one program in the foreground and pass signals on to it; returns its exit status."""
    child = subprocess.Popen(
        list(command),
        cwd=cwd,
        env=dict(env),
        start_new_session=True,
        preexec_fn=embedded.dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 - there is one thread
    )
    for told in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(told, lambda number, frame: child.send_signal(signal.SIGTERM))
    try:
        status = child.wait()
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    return status if status >= 0 else 128 - status
