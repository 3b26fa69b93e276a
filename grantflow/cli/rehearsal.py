"""Migrations up, compared, down and up again on an embedded database made for it."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click


def rehearse() -> Iterator[str]:
    """Yields one line a step; raises ``ClickException`` when a step leaves the wrong tables."""
    from flask_migrate import downgrade, upgrade
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
                agree()
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


def agree() -> None:
    """Raises ``ClickException`` naming each table, column or index that only models or only migrations have."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    from grantflow.platform.db import db

    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = [_short(difference) for difference in compare_metadata(context, db.metadata)]
    if differences:
        raise click.ClickException("Models and migrations disagree: " + "; ".join(differences))


def _short(difference: Any) -> str:
    """``add_column proposal.returned_at`` rather than the whole description of the column."""
    if isinstance(difference, list):
        return "; ".join(_short(part) for part in difference)
    verb, *parts = difference
    named = [part if isinstance(part, str) else getattr(part, "name", None) for part in parts]
    return f"{verb} {'.'.join(str(name) for name in named if name)}"
