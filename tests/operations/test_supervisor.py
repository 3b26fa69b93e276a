"""``grantflow serve`` as a person meets it: what it refuses in one line, what it watches, what it ends."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from grantflow import supervisor
from grantflow.config import ROOT
from grantflow.platform import embedded, storage
from grantflow.platform.embedded import Embedded, remains

PATIENCE = 180.0


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "données et Daten"
    yield folder
    embedded.remove(folder)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(data_dir: Path, port: int, **more: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GRANTFLOW_")}
    return {**kept, "GRANTFLOW_DATA_DIR": str(data_dir), "PORT": str(port), **more}


def refused(data_dir: Path, port: int, *arguments: str, command: str = "serve", **more: str) -> list[str]:
    """Lines of the refusal; nothing but a refusal may come."""
    done = subprocess.run(
        [sys.executable, "-m", "grantflow.cli", command, *arguments],
        cwd=ROOT,
        env=environment(data_dir, port, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout == ""
    return done.stderr.splitlines()


def test_a_taken_port_is_one_line_and_nothing_is_started(data_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        (line,) = refused(data_dir, port)
    assert line.startswith(f"grantflow: Port {port} cannot be used")
    assert not (data_dir / "postgres").exists()
    assert not (data_dir / "postgres.place").exists()


def test_every_mistake_in_the_settings_is_a_line(data_dir: Path) -> None:
    lines = refused(data_dir, 70000, GRANTFLOW_REDIS_URL="http://redis", GRANTFLOW_LOG_LEVEL="LOUD")
    named = ("PORT", "GRANTFLOW_REDIS_URL", "GRANTFLOW_REDIS_URL", "GRANTFLOW_LOG_LEVEL")
    assert [line.split()[:2] for line in lines] == [["grantflow:", name] for name in named]


def test_a_demo_is_not_opened_to_the_network(data_dir: Path, port: int) -> None:
    (line,) = refused(data_dir, port, "--host", "192.0.2.1")
    assert "127.0.0.1 only" in line


@pytest.mark.parametrize("revision", ["0002", "9999"])
def test_an_old_demo_database_is_refused_in_one_line(data_dir: Path, port: int, revision: str) -> None:
    """ "0002" is what all builds before the foundation wrote, whatever their tables were; 9999 is of the future."""
    server = Embedded(data_dir, options={"fsync": "off"})
    url = server.start()
    try:
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            connection.execute("CREATE TABLE alembic_version (version_num text)")
            connection.execute("INSERT INTO alembic_version VALUES (%s)", [revision])
        with pytest.raises(supervisor.CannotServe, match="made by another build"):
            supervisor.revision_standing(url)
        (line,) = refused(data_dir, port, GRANTFLOW_DATABASE_URL=url)
        assert line.startswith(
            f"grantflow: The database was made by another build of GrantFlow (its revision {revision} "
        )
        assert "grantflow demo reset" in line
    finally:
        server.stop()


def test_a_database_that_does_not_answer_is_one_line(data_dir: Path, port: int) -> None:
    (line,) = refused(data_dir, port, GRANTFLOW_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert line.startswith("grantflow: The database cannot be reached: ")
    assert line.endswith("Connection refused")


def test_a_broker_that_does_not_answer_is_one_line(data_dir: Path, port: int) -> None:
    (line,) = refused(data_dir, port, GRANTFLOW_REDIS_URL="redis://127.0.0.1:1/0")
    assert line.startswith("grantflow: Redis cannot be reached (GRANTFLOW_REDIS_URL): ")
    assert not (data_dir / "postgres").exists()
    assert not (data_dir / "postgres.place").exists()


def test_a_broker_that_accepts_and_is_silent_is_refused_too() -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        with pytest.raises(supervisor.CannotServe, match="Timeout"):
            supervisor.refuse_silent_broker(f"redis://127.0.0.1:{mute.getsockname()[1]}/0")


def test_no_part_of_a_broker_password_is_told() -> None:
    with pytest.raises(supervisor.CannotServe) as told:
        supervisor.refuse_silent_broker("redis://:geheim/es@127.0.0.1/0")
    assert "geheim" not in str(told.value)


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_data_folder_that_cannot_be_used_is_one_line(port: int, tmp_path: Path, command: str) -> None:
    (tmp_path / "file").touch()
    for folder in (Path("/proc/nope"), tmp_path / "file", tmp_path / "file" / "below"):
        (line,) = refused(folder, port, command=command)
        assert line.startswith(f"grantflow: The data folder {folder} cannot be used (")


def test_the_pause_before_a_restart_doubles_and_is_forgotten(tmp_path: Path) -> None:
    child = supervisor.Child("any", ["true"], {}, tmp_path / "any.log")
    child.started_at = time.monotonic()
    assert [child.plan_restart() for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    child.started_at = time.monotonic() - supervisor.LIVED_WELL - 1
    assert child.plan_restart() == 0.5


class Run:
    """A ``grantflow serve`` of its own, and every process that belongs to it."""

    def __init__(self, data_dir: Path, port: int) -> None:
        self.data_dir = data_dir
        self.port = port
        self.said = data_dir.with_name("said.txt")
        with self.said.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "grantflow.cli", "serve"],
                cwd=ROOT,
                env=environment(data_dir, port),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def await_ready(self) -> None:
        within(PATIENCE, lambda: "GrantFlow is ready" in self.output() or self.process.poll() is not None)
        assert self.process.poll() is None, self.output() + self.logs()

    def output(self) -> str:
        return self.said.read_text(encoding="utf-8")

    def logs(self) -> str:
        return "\n".join(path.read_text(errors="replace")[-2000:] for path in self.data_dir.glob("log/*.log"))

    def readyz(self) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=10) as answer:
            return int(answer.status)

    def part(self, name: str) -> int:
        events = [json.loads(line) for line in (self.data_dir / "log" / "supervisor.log").read_text().splitlines()]
        return int([event["pid"] for event in events if event["event"] == "started" and event["part"] == name][-1])

    def command(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Another command in another window, beside the run."""
        return subprocess.run(
            [sys.executable, "-m", "grantflow.cli", *arguments],
            cwd=ROOT,
            env={**environment(self.data_dir, self.port), **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def family(self) -> set[int]:
        """Ids of the supervisor and of everything below it."""
        parents = dict(processes())
        found = {self.process.pid}
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return found


def processes() -> Iterator[tuple[int, int]]:
    listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    for line in listing.splitlines():
        pid, parent = line.split()
        yield int(pid), int(parent)


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.1)
    return holds()


def alive(pids: set[int]) -> set[int]:
    return {pid for pid in pids if remains.command_of(pid)}


@pytest.mark.first
@pytest.mark.timeout(480)
def test_a_run_from_its_first_start_to_its_last(data_dir: Path, port: int) -> None:
    run = Run(data_dir, port)
    try:
        run.await_ready()
        assert f"http://127.0.0.1:{port}" in run.output()
        assert (data_dir / "demo-password").read_text().strip() in run.output()
        assert run.readyz() == 200
        assert "preparing the database" in run.output()
        for command in (["doctor"], ["audit", "verify"]):
            told = run.command(*command)
            assert told.returncode == 0, told.stdout + told.stderr
        for part in (*supervisor.WORKERS, "beat"):
            told = run.command("alive", GRANTFLOW_PULSE=str(data_dir / f"{part}.pulse"))
            assert told.returncode == 0, part + told.stdout + told.stderr

        os.kill(run.part("web"), signal.SIGKILL)
        assert within(PATIENCE, lambda: "web has stopped" in run.output())
        assert within(PATIENCE, lambda: answers(run)), run.logs()

        family = run.family()
        assert len(family) > 5
        run.process.send_signal(signal.SIGINT)
        assert run.process.wait(60) == 0, run.output()
        assert alive(family) == set()
        assert "Traceback" not in run.output()

        run = Run(data_dir, port)
        run.await_ready()
        assert "preparing the database" not in run.output(), "the second start finds what the first one left"
        family = run.family()
        run.process.kill()
        run.process.wait()
        if sys.platform == "linux":
            assert within(30, lambda: alive(family) == set()), "children end with a supervisor that was killed"
    finally:
        if run.process.poll() is None:
            run.process.terminate()
            run.process.wait(60)


def answers(run: Run) -> bool:
    try:
        return run.readyz() == 200
    except OSError:
        return False


def test_a_part_without_the_shared_store_does_not_start(data_dir: Path, port: int) -> None:
    """A volume that nobody mounted: said at once, instead of letters that are missing tomorrow."""
    sound = {
        "GRANTFLOW_ENV": "production",
        "GRANTFLOW_ORIGIN": "https://fund.example",
        "GRANTFLOW_SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz",
        "GRANTFLOW_DATABASE_URL": "postgresql:///none",
        "GRANTFLOW_SMTP_URL": "smtp://127.0.0.1:1",
    }
    (line,) = refused(data_dir, port, "--only", "letters", **sound)
    assert line == f"grantflow: {data_dir}: {storage.NOT_HERE}"
