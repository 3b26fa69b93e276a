"""Commands about the work in the background."""

from __future__ import annotations

import click

from grantflow.cli.application import application


@click.group()
def work() -> None:
    """Letters and messages that are made and sent in the background."""


@work.command()
@click.option("--letters", "kinds", flag_value="letters", help="Failed letters, and those whose file is lost.")
@click.option("--messages", "kinds", flag_value="messages", help="Failed messages.")
@click.option("--all", "kinds", flag_value="all", help="Both.")
def restart(kinds: str | None) -> None:
    """Start again what has failed."""
    from grantflow.kernel.parties import SYSTEM
    from grantflow.letters import service as letters
    from grantflow.notifications import service as notifications

    if kinds is None:
        raise click.UsageError("Say what to start again: --letters, --messages or --all")
    with application():
        if kinds != "messages":
            click.echo(f"{letters.retry_all(by=SYSTEM)} letters start again within a minute.")
        if kinds != "letters":
            click.echo(f"{notifications.restart_all(by=SYSTEM)} messages start again within a minute.")
