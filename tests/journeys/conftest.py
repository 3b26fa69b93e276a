"""The whole of GrantFlow as ``make run`` starts it: once on its embedded defaults, once on configured servers."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from grantflow.config import ROOT
from tests.conftest import Databases


@dataclass
class Running:
    """A GrantFlow that answers, and what its demo wrote."""

    address: str
    folder: Path
    log: Path

    @property
    def password(self) -> str:
        return (self.folder / "demo-password").read_text().strip()

    @property
    def accounts(self) -> list[dict[str, str]]:
        accounts: list[dict[str, str]] = json.loads((self.folder / "demo-accounts.json").read_text())
        return accounts


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def started(folder: Path, env: dict[str, str]) -> Iterator[Running]:
    """``grantflow serve`` in an environment of its own, ended by Ctrl-C."""
    port, log = free_port(), folder / "serve.log"
    clean = {key: value for key, value in os.environ.items() if not key.startswith("GRANTFLOW_")}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "grantflow.cli", "serve"],
            cwd=ROOT,
            env={**clean, "PORT": str(port), "GRANTFLOW_DATA_DIR": str(folder / "var"), **env},
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    running = Running(f"http://127.0.0.1:{port}", folder / "var", log)
    try:
        wait_ready(running, process)
        yield running
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(90)


def wait_ready(running: Running, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 180
    while time.monotonic() < end:
        assert process.poll() is None, running.log.read_text()
        if "GrantFlow is ready" in running.log.read_text():
            with urllib.request.urlopen(f"{running.address}/readyz", timeout=30) as answer:  # noqa: S310 - loopback
                assert answer.status == 200
            return
        time.sleep(0.5)
    raise AssertionError(running.log.read_text())


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    yield from started(tmp_path_factory.mktemp("embedded run"), {})


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Redis on loopback, for this run only."""
    port = free_port()
    server = subprocess.Popen(
        [
            shutil.which("redis-server") or "redis-server",
            *("--port", str(port), "--bind", "127.0.0.1", "--save", ""),
            *("--dir", str(tmp_path_factory.mktemp("redis"))),
        ],
        stdout=subprocess.DEVNULL,
    )
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture(scope="session")
def configured(databases: Databases, redis: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The same on a PostgreSQL and a Redis named by the environment."""
    name = f"configured_{uuid4().hex[:8]}"
    env = {"GRANTFLOW_DATABASE_URL": databases.make(name), "GRANTFLOW_REDIS_URL": redis}
    yield from started(tmp_path_factory.mktemp("configured"), env)
    databases.drop(name)
