"""The programs of a run, and one in the foreground."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from grantflow.config import ROOT, Settings
from grantflow.platform import embedded

from .environment import refuse_open_demo


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
    return [*celery("worker"), *own, *quiet, *(["--beat"] if beat else [])]


def beat_command() -> list[str]:
    return celery("beat")


def celery(verb: str) -> list[str]:
    return [sys.executable, "-m", "celery", "-A", "workers.celery_app", verb, "--loglevel", "INFO"]


def grantflow_command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "grantflow.cli", *arguments]


def become(part: str, host: str) -> None:
    """Replace this process by one part, for containers: signals arrive where they should."""
    settings = Settings.from_env(os.environ)
    refuse_open_demo(settings.is_demo, host)
    commands = {
        "web": web_command(f"{host}:{settings.port}"),
        **{name: worker_command(name) for name in WORKERS},
        "beat": beat_command(),
    }
    command = commands[part]
    os.chdir(ROOT)
    os.execv(command[0], command)  # noqa: S606


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
