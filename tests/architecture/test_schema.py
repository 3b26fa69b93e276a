"""What the database is asked to hold: every key it follows has its index, every list of values its check."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Enum, Table, text

from grantflow.platform.db import Base, db

#: Columns that lead to rows of a feature above, which they know by number only: followed like foreign keys.
FOLLOWED = {
    ("letter", "act_id"),
    ("letter", "application_id"),
    ("letter_download", "letter_id"),
    ("seat", "application_id"),
    ("commitment", "act_id"),
    ("reservation", "act_id"),
}


@pytest.fixture
def catalogue(shared_app: Flask) -> Iterator[Any]:
    """The migrated database's own words about itself."""
    with shared_app.app_context():
        yield lambda query: db.session.execute(text(query)).all()


def enum_columns() -> Iterator[tuple[Table, str, list[str]]]:
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Enum):
                yield table, column.name, column.type.enums


def test_every_foreign_key_leads_an_index(catalogue: Any) -> None:
    """Else each deletion and each look-up from the other end reads the whole table."""
    leading = {
        (table, column)
        for table, column, condition in catalogue(
            "SELECT c.relname, a.attname, pg_get_expr(i.indpred, i.indrelid) FROM pg_index i"
            " JOIN pg_class c ON c.oid = i.indrelid"
            " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
        )
        # An index of some rows finds the others only if those are the rows without a value.
        if condition in {None, f"({column} IS NOT NULL)"}
    }
    keys = {
        (table.name, key.columns[0].name)
        for table in Base.metadata.sorted_tables
        for key in table.foreign_key_constraints
    }
    assert (keys | FOLLOWED) - leading == set()


def test_every_enum_column_takes_its_values_only(catalogue: Any) -> None:
    """As the migration has it: a value that no class knows would crash each page that reads it."""
    checks = {
        name: re.findall(r"'([^']*)'", definition)
        for name, definition in catalogue(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c'"
        )
    }
    wanted = {f"ck_{table.name}_{column}_known": sorted(values) for table, column, values in enum_columns()}
    assert {name: sorted(checks.get(name, [])) for name in wanted} == wanted
    assert len(wanted) > 40


def test_every_check_of_the_models_is_in_the_database_and_no_other(catalogue: Any) -> None:
    """Alembic compares columns and indexes, but no checks."""
    from sqlalchemy import CheckConstraint

    modelled = {
        str(constraint.name) if str(constraint.name).startswith("ck_") else f"ck_{table.name}_{constraint.name}"
        for table in Base.metadata.sorted_tables
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint) and isinstance(constraint.name, str)
    } | {f"ck_{table.name}_{column}_known" for table, column, _ in enum_columns()}
    found = {name for (name,) in catalogue("SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0")}
    assert {name for name in found if name.startswith("ck_")} == modelled
