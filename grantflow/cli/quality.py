"""Commands for those who work on GrantFlow; they need the development requirements."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import click

from grantflow.config import ROOT


def _tool(name: str, *arguments: str) -> list[str]:
    """A program of this environment, by its folder: ``bin`` need not be on the path."""
    return [str(Path(sys.executable).with_name(name)), *arguments]


def _own(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "grantflow.cli", *arguments]


CHECKS: dict[str, list[str]] = {
    "lint": _tool("ruff", "check", "."),
    "format": _tool("ruff", "format", "--check", "."),
    "types": _tool("mypy"),
    "contracts": _tool("lint-imports"),
    "catalogues": _own("i18n", "check"),
    "templates": _tool("djlint", "templates", "--lint", "--quiet"),
    "migrations": _own("db", "rehearse"),
}


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(CHECKS)))
def check(names: tuple[str, ...]) -> None:
    """Linters, types, import contracts, catalogues, templates, migrations; all of them, or NAMES."""
    failed = []
    for name in names or CHECKS:
        began = time.monotonic()
        done = subprocess.run(
            CHECKS[name],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        verdict = "ok" if done.returncode == 0 else "FAILED"
        click.echo(f"{name:<11} {verdict:<6} {time.monotonic() - began:5.1f} s")
        if done.returncode != 0:
            failed.append(name)
            click.echo(done.stdout.rstrip())
    if failed:
        raise click.ClickException(f"{len(failed)} of {len(names or CHECKS)} checks failed: {', '.join(failed)}")


@click.group()
def i18n() -> None:
    """The catalogues of translations."""


@i18n.command("check")
def check_catalogues() -> None:
    """Every text of the program is in every catalogue: not empty, not fuzzy, with its placeholders. And no other."""
    from grantflow.cli import catalogues

    mistakes = list(catalogues.mistakes())
    for mistake in mistakes:
        click.echo(mistake)
    if mistakes:
        raise click.ClickException(f"{len(mistakes)} mistakes in the catalogues")
    click.echo("The catalogues are complete.")


@i18n.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), default="messages.pot")
def extract(file: Path) -> None:
    """Write the texts of the program to FILE, as a template for translators."""
    from babel.messages.pofile import write_po

    from grantflow.cli import catalogues

    found = catalogues.extracted()
    with file.open("wb") as out:
        write_po(out, found, sort_output=True, width=100)
    click.echo(f"{len(found)} texts in {file}")


@click.command()
def screenshots() -> None:
    """Take the pictures of docs/images anew."""
    sys.exit(subprocess.run([sys.executable, "-m", "tests.screenshots"], cwd=ROOT, check=False).returncode)


@click.command()
@click.argument("names", nargs=-1)
def bench(names: tuple[str, ...]) -> None:
    """Run the benchmarks, or NAMES; one JSON object a line."""
    sys.exit(subprocess.run([sys.executable, "-m", "tests.benchmarks", *names], cwd=ROOT, check=False).returncode)
