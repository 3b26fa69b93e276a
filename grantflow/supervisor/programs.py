"""The programs of a run, and one of them alone."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Final, NoReturn

from grantflow import pulse
from grantflow.config import Settings
from grantflow.platform import storage

from .asking import ask
from .environment import refuse_open_demo
from .errors import CannotServe
from .guard import run_child


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


def become(part: str, host: str) -> NoReturn:
    """Be one part, for containers: signals arrive where they should, and a part that hangs ends."""
    settings = Settings.from_env(os.environ)
    refuse_open_demo(settings.is_demo, host)
    if not settings.is_demo and not storage.mark(settings.data_dir):
        raise CannotServe(f"{settings.data_dir}: {storage.NOT_HERE}")
    commands = {
        "web": web_command(f"{host}:{settings.port}"),
        **{name: worker_command(name) for name in WORKERS},
        "beat": beat_command(),
    }
    with tempfile.TemporaryDirectory(prefix="grantflow-") as folder:
        file = settings.pulse or Path(folder) / "pulse"

        def sign() -> float:
            # The web server's arbiter turns whatever its threads do: an answer is its sign of life.
            if part == "web" and not ask(host, settings, "/healthz"):
                pulse.beat(file)
            return pulse.last(file)

        sys.exit(run_child(commands[part], {**os.environ, "GRANTFLOW_PULSE": str(file)}, sign))
