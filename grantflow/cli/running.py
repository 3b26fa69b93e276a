"""Commands that run something for long."""

from __future__ import annotations

import os
import socket
import sys
import time
from math import isinf
from pathlib import Path

import click


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; a demo keeps to this one.")
@click.option("--only", type=click.Choice(["web", "letters", "worker", "beat"]), help="One part alone, for containers.")
def serve(host: str, only: str | None) -> None:
    """Start everything a run needs, watch it, and end it together."""
    from grantflow import supervisor

    if only is not None:
        supervisor.become(only, host)
    sys.exit(supervisor.Supervisor(os.environ, host).run())


@click.command()
@click.option("--beat", is_flag=True, help="With the clock that calls the sweep, for a single machine.")
def worker(beat: bool) -> None:
    """Start one Celery worker, joining the database and mail server of a running demo."""
    from grantflow import supervisor
    from grantflow.config import Settings

    env = supervisor.furnished(os.environ)
    Settings.from_env(env)
    command = supervisor.worker_command(beat=beat)
    sys.exit(supervisor.run_child(command, env))


@click.command(hidden=True)
@click.option("--descriptor", type=int, required=True, help="A listening socket, inherited from the supervisor.")
def mailsink(descriptor: int) -> None:
    """Receive the demo's mail."""
    from grantflow import supervisor
    from grantflow.platform import mailsink as sink

    sink.serve(supervisor.data_dir_of(os.environ), socket.socket(fileno=descriptor))


@click.command()
def alive() -> None:
    """Status 0 while the part of this container is alive, for its health check."""
    from grantflow import pulse

    if not (file := os.environ.get("GRANTFLOW_PULSE")):
        raise click.ClickException("GRANTFLOW_PULSE does not say where this part notes that it lives")
    silent = time.monotonic() - pulse.last(Path(file))
    if silent > pulse.SILENT:
        raise click.ClickException("no sign of life yet" if isinf(silent) else f"no sign of life for {silent:.0f} s")
