"""The ``grantflow`` command. Each command imports what it needs when it runs, so that help is quick."""

import os
import sys
from collections.abc import Sequence

import click

from grantflow.cli import data, fund, quality, running, work
from grantflow.cli.doctor import doctor


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="grantflow")
def grantflow() -> None:
    """The joint grant fund of Düsseldorf, Toulouse and Toulouse Métropole."""


for command in (
    running.serve,
    running.worker,
    running.mailsink,
    running.alive,
    data.database,
    data.demo,
    fund.fund,
    data.admin,
    data.audit,
    data.organisations,
    data.files,
    work.work,
    doctor,
    quality.check,
    quality.i18n,
    quality.screenshots,
    quality.bench,
):
    grantflow.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point. What a person can put right is told in one line a mistake, with status 1.

    Whatever we and our parts write - logs, mails, accounts, letters - names people and is for this account alone.
    """
    from grantflow.config import ConfigError
    from grantflow.kernel.errors import DomainError
    from grantflow.platform.embedded import EmbeddedError
    from grantflow.supervisor import CannotServe

    os.umask(0o077)
    try:
        grantflow.main(args=arguments, prog_name="grantflow", standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.Abort:
        sys.exit(130)
    except click.UsageError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        click.echo(f"grantflow: {error.format_message()}", err=True)
        sys.exit(error.exit_code)
    except (ConfigError, EmbeddedError, CannotServe, DomainError) as error:
        for line in str(error).splitlines():
            click.echo(f"grantflow: {line}", err=True)
        sys.exit(1)
