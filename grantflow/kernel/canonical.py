"""What is signed or sealed, as bytes: one spelling for equal values, one fingerprint over the bytes, and how an older
schema is read.

A fingerprint is taken once, over the bytes that are stored; nobody computes it again from objects, whose classes
change.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

#: From schema n to n + 1: given the values as they were stored, returns them as the next schema has them.
Upcasters = Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]]


def written(values: Mapping[str, Any]) -> bytes:
    """Plain JSON values as UTF-8: names sorted, no blanks. The same values are always the same bytes."""
    return json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def upcast(stored: Mapping[str, Any], upcasters: Upcasters, *, to: int) -> dict[str, Any]:
    """``stored``, which names its ``schema``, as schema ``to`` has it. Raises KeyError where a step is missing."""
    values = dict(stored)
    for number in range(values["schema"], to):
        values = {**upcasters[number](values), "schema": number + 1}
    return values
