"""What docs say of the fund file, from its documents: ``python -m tests.fundfile.docs`` writes the schema and the page
anew, a test compares."""

import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from grantflow.calls.documents import FundDocument
from grantflow.config import ROOT

SCHEMA: Path
SCHEMA, PAGE = ROOT / "docs" / "fund.schema.json", ROOT / "docs" / "fund-file.md"

HEAD = """# The fund as a file

Written from the documents themselves by `python -m tests.fundfile.docs`; a test compares. Editors that know JSON Schema
take [fund.schema.json](fund.schema.json).

```sh
grantflow fund start fund.yaml     # the joint fund of Düsseldorf, Toulouse and Toulouse Métropole, to begin with
grantflow fund check fund.yaml     # every mistake, at its line and column; --language de or fr
grantflow fund import fund.yaml    # shows what would change, asks, and makes drafts: all or nothing
grantflow fund export fund.yaml    # what is in force
```

An import changes nothing that is in force. It makes drafts, says whose keys each of them takes, and those people read
and release it in the browser. What the file does not mention stays as it is. A draft that somebody is working on is
written over with `--overwrite` only; `--reason` says why what is in force is to change.

The file is YAML, in UTF-8, indented by blanks. Days are written `2027-01-31`, minutes `2027-01-31 23:59` in the civil
time of both cities, amounts `1234.50` in EUR. Texts stand in German (`de`) and French (`fr`). References (`&`, `*`) and
tags (`!`) are not understood, and no name may stand twice. In the starting file, `# to be confirmed` marks what is
assumed: nobody has to take that away, but somebody should have asked.
"""


def schema() -> str:
    return json.dumps(FundDocument.model_json_schema(), indent=1, ensure_ascii=False) + "\n"


def page() -> str:
    return HEAD + "".join(_sections(FundDocument))


def _sections(model: type[BaseModel]) -> Iterator[str]:
    """A table for each document, the outer before what it holds."""
    todo, done = [model], list[type[BaseModel]]()
    while todo:
        its = todo.pop(0)
        if its in done:
            continue
        done.append(its)
        todo += [inner for field in its.model_fields.values() for inner in _models(field.annotation)]
        if not any(field.description for field in its.model_fields.values()):
            continue
        rows = [
            f"| `{name}` | {_kind(field.annotation)} | {_default(field.default)} | {field.description or ''} |"
            for name, field in its.model_fields.items()
        ]
        title = its.__name__.removesuffix("Document")
        yield f"\n## {title}\n\n{_sentence(its)}\n\n| Entry | What | Left out | Meaning |\n|---|---|---|---|\n"
        yield "\n".join(rows) + "\n"


def _sentence(model: type[BaseModel]) -> str:
    return " ".join((model.__doc__ or "").replace("``DutyPage``", "imprint, contact, privacy or accessibility").split())


def _models(kind: Any) -> list[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [kind]
    return [model for inner in get_args(kind) for model in _models(inner)]


#: Of Python's types and of ours.
NAMES = {
    "str": "text",
    "int": "whole number",
    "Decimal": "number",
    "date": "day",
    "datetime": "minute",
    "bool": "yes or no",
    "Both": "`de` and `fr`: texts",
    "Titled": "`de` and `fr`: lines",
}


def _kind(kind: Any) -> str:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in {Annotated, Union, UnionType}:
        return _kind(next(its for its in inner if its is not type(None)))
    if origin is tuple:
        return f"list: {_kind(inner[0])}"
    if origin is dict:
        return f"by name: {_kind(inner[1])}"
    if issubclass(kind, StrEnum):
        return " or ".join(f"`{member}`" for member in kind)
    title = kind.__name__.removesuffix("Document")
    return NAMES.get(title) or f"[{title}](#{title.lower()})"


def _default(value: Any) -> str:
    if value is PydanticUndefined:
        return "not possible"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value}" if isinstance(value, int) else "nothing"


if __name__ == "__main__":
    SCHEMA.write_text(schema(), encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")
