"""Real Celery workers as processes, on both transports: the embedded one (files) and a real Redis."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from grantflow.app import create_app
from grantflow.config import ROOT
from grantflow.platform.db import db
from grantflow.platform.mailsink import MailSink
from tests.conftest import SECRET, Databases, settings_for

#: Seconds; a machine with two busy cores starts a worker in five.
PATIENCE = 60.0


def wait_for(condition: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """The condition's first true value; fails when patience ends."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError(f"still not after {seconds:.0f} s")


@dataclass
class House:
    """An application on a database of its own, its mail server, and the processes that work for it."""

    app: Flask
    sink: MailSink
    env: dict[str, str]
    folder: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *verb: str) -> subprocess.Popen[bytes]:
        """``start("worker")`` or ``start("beat")``; a process group of its own."""
        log = (self.folder / f"{len(self.running)}-{verb[0]}.log").open("wb")
        command = [sys.executable, "-m", "celery", "-A", "workers.celery_app", *verb]
        process = subprocess.Popen(
            command, cwd=ROOT, env=self.env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        self.running.append(process)
        return process

    def worker(self) -> subprocess.Popen[bytes]:
        return self.start("worker", "--concurrency", "1", "--without-gossip", "--without-mingle", "--without-heartbeat")

    def logs(self) -> str:
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))

    def end(self) -> None:
        for process in self.running:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(60)


#: Journeys run on the embedded transport; its faults are drilled.
@pytest.fixture(params=[pytest.param("files", marks=pytest.mark.drill), "redis"])
def house(request: pytest.FixtureRequest, databases: Databases, template: str, tmp_path: Path) -> Iterator[House]:
    redis = request.getfixturevalue("redis_url") if request.param == "redis" else None
    name = f"workers_{uuid4().hex[:8]}"
    url = databases.make(name, template)
    with MailSink(tmp_path / "mail") as sink:
        changes: dict[str, Any] = {"redis_url": redis, "smtp_url": sink.url, "sweep_seconds": 2, "lease_seconds": 6}
        app = create_app(settings_for(url, tmp_path / "data", **changes))
        env = {
            **{key: value for key, value in os.environ.items() if not key.startswith("GRANTFLOW_")},
            "GRANTFLOW_ENV": "demo",
            "GRANTFLOW_DATABASE_URL": url,
            "GRANTFLOW_SECRET_KEY": SECRET,
            "GRANTFLOW_SMTP_URL": sink.url,
            "GRANTFLOW_DATA_DIR": str(tmp_path / "data"),
            "GRANTFLOW_SWEEP_SECONDS": "2",
            "GRANTFLOW_LEASE_SECONDS": "6",
            **({"GRANTFLOW_REDIS_URL": redis} if redis else {}),
        }
        made = House(app, sink, env, tmp_path)
        try:
            yield made
        finally:
            made.end()
            if redis:
                with app.app_context():
                    from grantflow.platform import jobs

                    jobs.celery().control.purge()
            with app.app_context():
                db.engine.dispose()
            databases.drop(name)
