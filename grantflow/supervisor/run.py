"""One run, from the first check to the last child."""

from __future__ import annotations

import contextlib
import json
import secrets
import select
import signal
import socket
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from grantflow.config import Settings, local_secret, with_secrets
from grantflow.platform import embedded, mailsink

from .asking import ask, bound, refuse_silent_broker, revision_standing
from .child import PATIENCE, Child
from .environment import LOOPBACK, accounts_table, data_dir_of, fill, is_demo, preview, refuse_open_demo, usable
from .errors import CannotServe
from .programs import WORKERS, beat_command, grantflow_command, web_command, worker_command

READY_WITHIN: Final = 180.0
#: What a run has started and waits for, by the names of ``/status``; beat is heard of a quarter of a minute later.
STARTED: Final = ("broker", "worker", "store")


class _Told(Exception):
    """Ctrl-C or SIGTERM: end everything, in good order."""


class Supervisor:
    """One run. ``run`` returns the exit status; whatever happens, no child outlives it."""

    def __init__(self, env: Mapping[str, str], host: str = LOOPBACK) -> None:
        self.env = with_secrets(env)
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
        refuse_open_demo(self.demo, self.host)
        with usable(self.data_dir):
            if self.demo:
                fill(self.env, "GRANTFLOW_SECRET_KEY", lambda: local_secret(self.data_dir / "secret-key"))
        # So that this run can ask itself how it is; a monitor needs one that somebody chose.
        fill(self.env, "GRANTFLOW_STATUS_TOKEN", lambda: secrets.token_urlsafe(24))
        settings = preview(self.env)
        if settings.redis_url:
            refuse_silent_broker(settings.redis_url)
        self.sockets.append(bound(self.host, settings.port))
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
            self._begin(name, worker_command(name), pulse=self.data_dir / f"{name}.pulse")
        self._begin("beat", beat_command(), pulse=self.data_dir / "beat.pulse")
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
        self._begin("mail", [*grantflow_command("mailsink"), "--descriptor", str(descriptor)], [descriptor])

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
        step = Child(
            arguments[0], grantflow_command(*arguments), self.env, self.data_dir / "log" / f"{arguments[0]}.log"
        )
        self.children.append(step)
        step.start()
        while not step.has_fallen:
            self._pause(0.1)
        self.children.remove(step)
        if step.process is not None and step.process.returncode != 0:
            raise CannotServe(f"{failure}: {step.last_words()} (log: {step.log_file})")

    def _begin(
        self, name: str, command: Sequence[str], inherits: Sequence[int] = (), pulse: Path | None = None
    ) -> None:
        child = Child(name, command, self.env, self.data_dir / "log" / f"{name}.log", inherits, pulse)
        self.children.append(child)
        child.start()
        self._log("started", part=name, pid=child.process.pid if child.process else None)

    def _await_ready(self, settings: Settings) -> None:
        self._say("waiting until every part is ready")
        deadline = time.monotonic() + READY_WITHIN
        missing = "no answer"
        while time.monotonic() < deadline:
            missing = ask(self.host, settings, "/readyz") or ask(self.host, settings, "/status", STARTED)
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
            if child.hangs:
                self._say(f"{child.name} hangs: ending it")
                child.sweep_up()
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
