"""The fund as a file: written out, checked, and read in as drafts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, TYPE_CHECKING, Any

import click

from grantflow.cli.application import application

if TYPE_CHECKING:
    from grantflow.fundfile.rules import Finding
    from grantflow.fundfile.service import Step
    from grantflow.releases.models import Edition

READABLE = click.File("rb")
WRITABLE = click.File("w", encoding="utf-8", lazy=True)
#: Of a value in a difference, before its end is left out.
LONGEST = 300


@click.group()
def fund() -> None:
    """The fund - funders, law, agreements, pages, calls - as a file."""


@fund.command()
@click.argument("file", type=WRITABLE, default="-")
def start(file: IO[str]) -> None:
    """Write the joint fund to FILE, to begin with; what is doubtful in it says "to be confirmed"."""
    from grantflow.fundfile import service

    file.write(service.STARTING_FILE.read_text(encoding="utf-8"))


@fund.command()
@click.argument("file", type=WRITABLE, default="-")
def export(file: IO[str]) -> None:
    """Write what is in force to FILE."""
    from grantflow.fundfile import rules, service

    with application():
        document = service.export()
    file.write(rules.write(document))


@fund.command()
@click.argument("file", type=READABLE)
@click.option("--language", type=click.Choice(["en", "de", "fr"]), default="en", show_default=True)
def check(file: IO[bytes], language: str) -> None:
    """Name every mistake in FILE, at its line and column; status 1 when there is one."""
    from grantflow.fundfile import service
    from grantflow.platform import locale

    with application(), locale.use(language):
        document, found = service.check(file.read())
        if document is None:
            raise _mistakes(file.name, found)
    click.echo("No mistakes.")


@fund.command("import")
@click.argument("file", type=READABLE)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--reason", default="", help="Why what is in force is to change.")
@click.option("--overwrite", is_flag=True, help="Also drafts that somebody has worked on.")
def take_in(file: IO[bytes], yes: bool, reason: str, overwrite: bool) -> None:
    """Show what FILE would change, ask, and make drafts of it: all or nothing.

    Nothing in force changes: whoever's keys a draft takes reads it in the browser and releases it.
    """
    from grantflow.fundfile import service
    from grantflow.kernel.errors import IllegalStep
    from grantflow.platform import errors, locale
    from grantflow.platform.db import db

    with application(), locale.use("en"):
        document, found = service.check(file.read())
        if document is None:
            raise _mistakes(file.name, found)
        steps = service.plan(document)
        for step in steps:
            _show(step)
        if all(step.is_idle for step in steps):
            click.echo("Nothing to import.")
            return
        # Nobody thinks with a transaction open: what was agreed to is compared afterwards.
        db.session.rollback()
        if not yes:
            click.confirm("Make drafts of this?", abort=True)
        try:
            editions = service.take_in(document, steps, reason=reason, may_overwrite=overwrite)
        except IllegalStep as refused:
            raise click.ClickException(str(errors.MESSAGES[refused.key])) from refused
        for edition in editions:
            _drafted(edition)


def _mistakes(name: str, found: Sequence[Finding]) -> click.ClickException:
    """Tell each of them; what is left to say is how many."""
    from grantflow.fundfile import texts

    for finding in found:
        where = texts.name(finding.flaw.path)
        said = f"{where}: {texts.reason(finding.flaw)}" if where else texts.reason(finding.flaw)
        click.echo(f"{name}:{finding.place.line}:{finding.place.column}: {said}")
    return click.ClickException("1 mistake." if len(found) == 1 else f"{len(found)} mistakes.")


def _show(step: Step) -> None:
    from grantflow.fundfile import texts

    if step.is_idle:
        click.echo(f"{step.kind} {step.key}: unchanged" + (", drafted already" if step.draft else ""))
        return
    whose = ", which somebody is working on" if step.is_in_hand else ""
    against = f"against the draft{whose}" if step.draft else "against what is signed" if step.signed else "new"
    click.echo(f"{step.kind} {step.key}: {against}")
    changes = step.differences
    for change in changes:
        click.echo(f"  {texts.name(change.path)}: {_short(change.before)} -> {_short(change.after)}")
    if not changes:
        click.echo("  another order of lines")


def _short(value: Any) -> str:
    text = "nothing" if value is None or value in ("", [], {}) else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"


def _drafted(edition: Edition) -> None:
    from grantflow.fundfile import texts
    from grantflow.releases import service as releases

    click.echo(f"{edition.kind} {edition.key}: drafted. Needed now: {'; '.join(texts.needs(releases.needs(edition)))}")
