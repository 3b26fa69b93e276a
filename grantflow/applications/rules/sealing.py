"""What is sealed when a file is sent: bytes that stay as they are, whatever the code says by then (D14)."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from grantflow.kernel.canonical import written
from grantflow.organisations.rules import BANK, PROFILE_FIELDS

#: Goes up with every change of what ``queries.content`` gives: sealed bytes say by which schema they were written.
SCHEMA = 1

#: What is frozen of a lead organisation. Bank data stays out: it is no part of the project.
FROZEN = tuple(name for name in PROFILE_FIELDS if name not in BANK)


def plain(value: Any) -> Any:
    """A value as JSON gives it back: enums by their value, days and keys in their usual spelling."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(name): plain(its) for name, its in value.items()}
    if isinstance(value, list | tuple):
        return [plain(its) for its in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def canonical(content: Mapping[str, Any]) -> bytes:
    """The same content gives the same bytes for ever."""
    return written(plain(content))
