"""A worker dies, or sleeps past its lease, while it renders: the letter must appear all the same, once, in time.

Real PostgreSQL, real Celery workers and beat as processes, real PDFs. Prints one JSON object.
``python -m tests.faults.drill kill|stop LEASE SWEEP``
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import flask_migrate
from sqlalchemy import select
from sqlalchemy.orm import Session

from grantflow.app import create_app
from grantflow.config import ROOT
from grantflow.letters.models import Letter
from grantflow.platform import storage
from grantflow.platform.db import db
from grantflow.platform.embedded import Embedded
from tests.conftest import FAST, SECRET, settings_for
from tests.letters import samples

#: One attempt, generously, on a busy machine with two cores.
ATTEMPT = 30.0


class Workers:
    """Celery processes of a drill, each a group of its own, all ended at the end."""

    def __init__(self, url: str, folder: Path, lease: int, sweep: int) -> None:
        self.folder = folder
        self.running: list[subprocess.Popen[bytes]] = []
        self.env = {
            **os.environ,
            "GRANTFLOW_ENV": "demo",
            "GRANTFLOW_DATABASE_URL": url,
            "GRANTFLOW_SECRET_KEY": SECRET,
            "GRANTFLOW_SMTP_URL": "smtp://127.0.0.1:1",
            "GRANTFLOW_DATA_DIR": str(folder),
            "GRANTFLOW_LEASE_SECONDS": str(lease),
            "GRANTFLOW_SWEEP_SECONDS": str(sweep),
            "DRILL_MARK": str(folder / "mark"),
        }

    def start(self, module: str, *arguments: str, **env: str) -> subprocess.Popen[bytes]:
        log = (self.folder / f"{len(self.running)}.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", module, *arguments],
            cwd=ROOT,
            env={**self.env, **env},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.running.append(process)
        return process

    def logs(self) -> str:
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))

    def end(self) -> None:
        for process in self.running:
            for told in (signal.SIGCONT, signal.SIGKILL):
                try:
                    os.killpg(process.pid, told)
                except ProcessLookupError:
                    break
            process.wait()


@contextmanager
def until(what: str, seconds: float) -> Iterator[Callable[[Callable[[], Any]], Any]]:
    """Ask again until the answer is yes; fail loudly when the time is over."""
    end = time.monotonic() + seconds

    def ask(question: Callable[[], Any]) -> Any:
        while not (answer := question()):
            if time.monotonic() > end:
                raise TimeoutError(f"{what}: not within {seconds:.0f} s")
            time.sleep(0.1)
        return answer

    yield ask


def issue() -> UUID:
    """One act, committed; its ring goes to the broker at once."""
    (letter,) = samples.issued()
    db.session.commit()
    return letter.id


def drill(fault: str, lease: int, sweep: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="drill-", ignore_cleanup_errors=True) as folder:
        return _drill(Path(folder), fault, lease, sweep)


def _drill(folder: Path, fault: str, lease: int, sweep: int) -> dict[str, Any]:
    cluster = Embedded(folder, options=FAST, temporary=True)
    workers = None
    try:
        url = cluster.start()
        app = create_app(settings_for(url, folder, lease_seconds=lease, sweep_seconds=sweep))
        with app.app_context():
            flask_migrate.upgrade()
            letter_id = issue()
        workers = Workers(url, folder, lease, sweep)
        arguments = ("worker", "-c", "1", "-l", "INFO", "--without-mingle", "--without-gossip")
        victim = workers.start("tests.faults.worker", *arguments, "-n", "victim@%h")
        mark = folder / "mark"
        with until("the worker renders", 180) as ask:
            ask(mark.exists)
        os.killpg(victim.pid, signal.SIGKILL if fault == "kill" else signal.SIGSTOP)
        struck = time.monotonic()
        workers.start("workers.celery_app", *arguments, "-n", "rescuer@%h")
        workers.start("workers.celery_app", "beat", "-l", "INFO", "-s", str(folder / "schedule"))

        def row() -> Letter:
            with app.app_context(), Session(db.engine) as session:
                return session.scalars(select(Letter).where(Letter.id == letter_id)).one()

        bound = sweep + lease + ATTEMPT
        with until("the letter appears", bound + 30) as ask:
            ask(lambda: row().digest)
        recovered = time.monotonic() - struck
        first = row()
        if fault == "stop":
            mark.with_name("go").touch()
            os.killpg(victim.pid, signal.SIGCONT)
            with until("the late worker speaks", 120) as ask:
                ask(lambda: "late_write_refused" in workers.logs())
        last = row()
        with app.app_context():
            content = storage.read(last.digest or "")
        files = [path.name for path in (folder / "files").rglob("*") if path.is_file()]
        return {
            "name": f"drill_{fault}",
            "lease": lease,
            "sweep": sweep,
            "bound_s": bound,
            "recovered_s": round(recovered, 1),
            "within_bound": recovered <= bound,
            "attempts": last.job.attempts,
            "same_digest": first.digest == last.digest,
            "files": len(files),
            "pdf": content.startswith(b"%PDF"),
        }
    except TimeoutError:
        print(workers.logs() if workers else "", file=sys.stderr)
        raise
    finally:
        if workers:
            workers.end()
        cluster.stop()


if __name__ == "__main__":
    print(json.dumps(drill(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
