"""Count the statements and rows of a stretch of code: budgets that are free of noise."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine


@dataclass
class Count:
    sql: int = 0
    rows: int = 0
    statements: list[str] = field(default_factory=list)


@contextmanager
def counted() -> Iterator[Count]:
    """Statements sent and rows fetched by every engine of this process; savepoints of the fixtures do not count."""
    count = Count()

    def after(_c: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK TO")):
            return
        count.sql += 1
        count.statements.append(statement)
        if statement.lstrip().startswith(("SELECT", "WITH")):
            count.rows += max(cursor.rowcount, 0)

    event.listen(Engine, "after_cursor_execute", after)
    try:
        yield count
    finally:
        event.remove(Engine, "after_cursor_execute", after)
