"""Commands that run something for long."""

from __future__ import annotations

import os
import socket
import sys

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
    from grantflow.config import ROOT, Settings

    env = supervisor.furnished(os.environ)
    Settings.from_env(env)
    command = supervisor.worker_command(beat=beat)
    sys.exit(supervisor.run_child(command, env, ROOT))


@click.command(hidden=True)
@click.option("--descriptor", type=int, required=True, help="A listening socket, inherited from the supervisor.")
def mailsink(descriptor: int) -> None:
    """Receive the demo's mail."""
    from grantflow import supervisor
    from grantflow.platform import mailsink as sink

    sink.serve(supervisor.data_dir_of(os.environ), socket.socket(fileno=descriptor))


@click.command()
@click.option("--part", type=click.Choice(["web", "letters", "worker", "beat"]), default="web", show_default=True)
def alive(part: str) -> None:
    """Status 0 while a part is alive, for the health checks of containers."""
    from grantflow import supervisor

    if part == "web":
        supervisor.ask_web(os.environ)
        return
    from grantflow.cli.application import application
    from grantflow.platform import health, jobs

    with application():
        seen = {name: (f"worker-{name}@", "worker-celery@") for name in supervisor.WORKERS}.get(part, (part,))
        ages = [age for name, age in jobs.heartbeats().items() if name.startswith(seen)]
    if not ages or min(ages) > health.LATELY:
        raise click.ClickException(f"{part} was not seen lately")
