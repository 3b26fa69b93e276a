"""Commands about the work in the background."""

from __future__ import annotations

import click

from grantflow.cli.application import application


@click.group()
def work() -> None:
    """Letters, messages and periodic work: what is done in the background."""


@work.command("list")
def list_() -> None:
    """What waits, is held by other work, is blocked by work that failed, or failed itself."""
    from grantflow.platform import jobs

    with application():
        click.echo(f"{'work':<28} {'waiting':>8} {'oldest':>8} {'held':>8} {'blocked':>8} {'failed':>8}")
        for name, its in sorted(jobs.backlogs().items()):
            oldest = f"{its.oldest_s:.0f} s" if its.waiting else ""
            click.echo(f"{name:<28} {its.waiting:>8} {oldest:>8} {its.held:>8} {its.blocked:>8} {its.failed:>8}")


@work.command()
@click.option("--letters", "kinds", flag_value="letters", help="Failed letters, and those whose file is lost.")
@click.option("--messages", "kinds", flag_value="messages", help="Failed messages.")
@click.option("--upkeep", "kinds", flag_value="upkeep", help="Periodic work that was given up.")
@click.option("--all", "kinds", flag_value="all", help="All of these.")
def restart(kinds: str | None) -> None:
    """Start again what has failed."""
    from grantflow.dashboard import service as upkeep
    from grantflow.kernel.parties import SYSTEM
    from grantflow.letters import service as letters
    from grantflow.notifications import service as notifications

    if kinds is None:
        raise click.UsageError("Say what to start again: --letters, --messages, --upkeep or --all")
    with application():
        if kinds in {"letters", "all"}:
            click.echo(f"{letters.retry_all(by=SYSTEM)} letters start again within a minute.")
        if kinds in {"messages", "all"}:
            click.echo(f"{notifications.restart_all(by=SYSTEM)} messages start again within a minute.")
        if kinds in {"upkeep", "all"}:
            click.echo(f"{upkeep.restart_all_upkeep(by=SYSTEM)} kinds of periodic work start again within a minute.")
