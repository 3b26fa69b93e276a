"""Migrations up, compared, down and up again on an embedded database made for it."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click


def rehearse() -> Iterator[str]:
    """Yields one line a step; raises ``ClickException`` when a step leaves the wrong tables."""
    from alembic.util import CommandError
    from flask_migrate import check, downgrade, upgrade
    from sqlalchemy import inspect

    from grantflow.app import create_app
    from grantflow.config import Settings
    from grantflow.platform.db import db
    from grantflow.platform.embedded import Embedded

    with tempfile.TemporaryDirectory(prefix="grantflow-rehearsal-") as folder:
        server = Embedded(Path(folder), options={"fsync": "off"}, temporary=True)
        env = {
            "GRANTFLOW_DATABASE_URL": server.start(),
            "GRANTFLOW_SMTP_URL": "smtp://127.0.0.1:25",
            "GRANTFLOW_SECRET_KEY": secrets.token_urlsafe(36),
            "GRANTFLOW_DATA_DIR": folder,
        }
        try:
            with create_app(Settings.from_env(env)).app_context():

                def tables() -> set[str]:
                    with db.engine.connect() as connection:
                        return set(inspect(connection).get_table_names()) - {"alembic_version"}

                upgrade()
                full = tables()
                yield f"up: {len(full)} tables"
                try:
                    check()
                except (CommandError, SystemExit) as error:
                    raise click.ClickException(f"Models and migrations disagree: {error}") from None
                yield "models and migrations agree"
                downgrade(revision="base")
                if left := tables():
                    raise click.ClickException(f"Left behind on the way down: {', '.join(sorted(left))}")
                yield "down: no table left"
                upgrade()
                if tables() != full:
                    raise click.ClickException("The second way up made other tables than the first.")
                yield "up again: the same tables"
                db.engine.dispose()
        finally:
            server.stop()
