"""Run migrations inside the application, all of them in one transaction."""

from alembic import context
from flask import current_app

db = current_app.extensions["migrate"].db


def run() -> None:
    with db.engine.connect() as connection:
        context.configure(connection=connection, target_metadata=db.metadata, compare_type=True)
        with context.begin_transaction():
            # Two starts at once must not migrate twice.
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7261)")
            context.run_migrations()


run()
