"""Commands that read or change the data: migrations, demo fund, first administrator, audit trail."""

from __future__ import annotations

import os
import shutil
from uuid import UUID

import click

from grantflow.cli.application import application


@click.group("db")
def database() -> None:
    """The tables and their migrations."""


@database.command()
def upgrade() -> None:
    """Bring the database to the newest migration."""
    from flask_migrate import upgrade as migrate

    from grantflow import supervisor
    from grantflow.app import create_app
    from grantflow.config import Settings
    from grantflow.platform import storage

    settings = Settings.from_env(supervisor.furnished(os.environ))
    supervisor.revision_standing(settings.database_url)
    with create_app(settings).app_context():
        migrate()
        storage.establish()
    click.echo("The database is at the newest migration.")


@database.command()
@click.argument("revision", default="-1")
def downgrade(revision: str) -> None:
    """Go back to REVISION (default: one step)."""
    from flask_migrate import downgrade as migrate

    with application():
        migrate(revision=revision)
    click.echo(f"The database went back to {revision}.")


@database.command("check")
def check_tables() -> None:
    """Fail when the models and the migrations disagree."""
    from grantflow.cli.rehearsal import agree

    with application():
        agree()
    click.echo("Models and database agree.")


@database.command()
def rehearse() -> None:
    """Every migration up, models compared, all down, all up again, on a database made for it."""
    from grantflow.cli.rehearsal import rehearse as run

    for step in run():
        click.echo(step)


@click.group()
def demo() -> None:
    """The demo fund."""


@demo.command()
def load() -> None:
    """Load the demo fund unless it is there."""
    from grantflow.demo import service

    with application() as app:
        _refuse_production(app.extensions["settings"].is_demo)
        service.load()


@demo.command()
@click.confirmation_option(prompt="Delete every application, letter and message of the demo?")
def reset() -> None:
    """Delete the demo's data; the next start loads it anew. Stop GrantFlow first."""
    from grantflow import supervisor
    from grantflow.audit import service as audit
    from grantflow.config import with_secrets
    from grantflow.platform import embedded

    _refuse_production(supervisor.is_demo(os.environ))
    if with_secrets(os.environ).get("GRANTFLOW_DATABASE_URL"):
        raise click.ClickException("GRANTFLOW_DATABASE_URL names a database of yours: delete that by hand.")
    data_dir = supervisor.data_dir_of(os.environ)
    if embedded.running(data_dir):
        raise click.ClickException("GrantFlow is running: stop it first (Ctrl-C in its window).")
    embedded.remove(data_dir)
    for name in ("files", "mailbox", "broker"):
        shutil.rmtree(data_dir / name, ignore_errors=True)
    for name in ("demo-accounts.json", "demo-password", *audit.FILES):
        (data_dir / name).unlink(missing_ok=True)
    click.echo("The demo's data are deleted.")


def _refuse_production(is_demo: bool) -> None:
    if not is_demo:
        raise click.ClickException("This is a production installation: it has no demo fund.")


@click.group()
def admin() -> None:
    """Administrators."""


def _address(context: click.Context, option: click.Parameter, typed: str) -> str:
    from email_validator import EmailNotValidError, validate_email

    from grantflow.kernel import emails

    try:
        return validate_email(emails.typed(typed), check_deliverability=False, allow_smtputf8=False).normalized
    except EmailNotValidError as error:
        raise click.BadParameter(str(error)) from error


def _name(context: click.Context, option: click.Parameter, typed: str) -> str:
    from grantflow.kernel.text import line, unprintable

    name = line(typed)
    if option.required and not name:
        raise click.BadParameter("It is empty.")
    if found := unprintable(name):
        raise click.BadParameter(f"Letters cannot print these characters: {' '.join(found)}")
    return name


@admin.command()
@click.option("--email", required=True, callback=_address)
@click.option("--title", default="", callback=_name, help="Such as Dr.")
@click.option("--given-name", required=True, callback=_name)
@click.option("--family-name", required=True, callback=_name)
@click.option("--party", required=True, type=click.Choice(["duesseldorf", "toulouse", "metropole"]))
@click.option("--language", type=click.Choice(["de", "fr"]), help="Default: the party's.")
@click.option(
    "--reason",
    default="",
    callback=lambda context, option, typed: typed.strip(),
    help="Needed where the party has an administrator: why another one is made here. For the audit trail.",
)
def create(email: str, party: str, language: str | None, reason: str, **name: str) -> None:
    """Invite the first administrator of a party, by mail. Nobody confirms it: trail and other administrators are told.

    Asked for again, the invitation is sent again; with another address, the earlier one stops working.
    """
    from grantflow.accounts import service as accounts
    from grantflow.accounts.rules import Name
    from grantflow.kernel.errors import IllegalStep, Invalid
    from grantflow.kernel.parties import Party

    with application():
        member, called = Party(party), Name(**name)
        language = language or member.language
        try:
            accounts.make_administrator(email=email, name=called, party=member, language=language, reason=reason)
        except IllegalStep as refused:
            raise click.ClickException(
                "This party has an administrator, who can invite others. If that person cannot act any more,"
                " say why with --reason."
            ) from refused
        except Invalid as refused:
            raise click.ClickException("There is an account with this address already.") from refused
    click.echo(f"An invitation to {email} is on its way.")


@click.group()
def organisations() -> None:
    """Organisations that were entered twice."""


@organisations.command()
def duplicates() -> None:
    """Pairs that share a register number, with their keys."""
    from grantflow.organisations import queries

    with application():
        found = [(one.id, other.id, one.name, other.name) for one, other in queries.duplicates()]
    for one, other, name, same in found:
        click.echo(f"{one} {other} {name} / {same}")
    click.echo(f"{len(found)} pairs share a register number and are not merged.")


@organisations.command()
@click.argument("organisation", type=click.UUID)
@click.argument("into", type=click.UUID)
def merge(organisation: UUID, into: UUID) -> None:
    """Note that ORGANISATION is the same as INTO. Both rows stay; nobody sees more than before."""
    from grantflow.kernel.parties import SYSTEM
    from grantflow.organisations import queries, service

    with application():
        rows = [queries.by_key(key) for key in (organisation, into)]
        first, second = rows
        if first is None or second is None:
            raise click.ClickException("No organisation has this key.")
        service.merge(first, second, by=SYSTEM)
        names = first.name, second.name
    click.echo("{} is noted as the same as {}.".format(*names))


@click.group()
def files() -> None:
    """Files of applications."""


@files.command()
@click.argument("number")
@click.confirmation_option(prompt="Erase every text of this file for good? Numbers, hashes and amounts remain.")
def purge(number: str) -> None:
    """Erase the personal texts of the closed file NUMBER, such as DT-27-1-001, with its letters and messages."""
    from grantflow.applications import queries
    from grantflow.decisions import service
    from grantflow.kernel.errors import IllegalStep
    from grantflow.kernel.parties import SYSTEM

    with application():
        file = queries.by_number(number)
        if file is None:
            raise click.ClickException("No file has this number.")
        try:
            service.purge(file, by=SYSTEM)
        except IllegalStep as refused:
            raise click.ClickException("The file is not closed, or a letter of it is not printed yet.") from refused
    click.echo(f"The texts of {number} are erased; files of its letters go within a minute.")


@click.group()
def audit() -> None:
    """The audit trail."""


@audit.command()
def verify() -> None:
    """Recompute the chain over the entries as stored; status 1 when one was changed or is missing."""
    from grantflow.audit import service

    with application():
        verdict = service.verify()
    if verdict.broken_at is not None:
        raise click.ClickException(
            f"The trail is broken at entry {verdict.broken_at}; {verdict.entries} before it hold."
        )
    click.echo(f"The trail holds: {verdict.entries} entries, head {verdict.head}")
