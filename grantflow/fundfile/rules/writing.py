"""From a fund to the text of a file: one order, one layout, and above each entry, where it first stands, what it is."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from textwrap import wrap
from typing import Any

from pydantic import BaseModel
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import FoldedScalarString, LiteralScalarString

from grantflow.calls.documents import FundDocument
from grantflow.releases.rules import Path

from .reading import Source, read

#: Columns of a line.
WIDTH = 110
#: A text that is longer stands below its name.
_LONG = 70

HEAD = """\
# The fund as a file. "grantflow fund check FILE" names every mistake in it; "grantflow fund import FILE" shows what it
# would change and makes drafts, which come into force when those whose keys they take have released them.
#
# Days are written 2027-01-31; minutes 2027-01-31 23:59, in the civil time of both cities; amounts 1234.50, in EUR.
# Texts of several lines keep them below "|-"; below ">-" the lines of a paragraph are joined again.
# An entry that is left out has the value that docs/fund-file.md names, where all entries are listed.
"""


def write(document: FundDocument) -> str:
    """The file: read back it is the same document, and written again the same text."""
    text = _dumped(_shown(document))
    source = read(text.encode())
    gaps, remarks = _gaps(source), _remarks(source, document)
    lines = HEAD.splitlines()
    for number, line in enumerate(text.splitlines(), 1):
        if number in gaps:
            lines.append("")
        if number in remarks:
            margin = "# ".rjust(len(line) - len(line.lstrip()) + 2)
            lines += wrap(remarks[number], WIDTH, initial_indent=margin, subsequent_indent=margin)
        lines.append(line)
    return "\n".join(lines) + "\n"


# --- values --------------------------------------------------------------------------------------


def _shown(value: Any) -> Any:
    """As the file shows it: what stands at its default is left out."""
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        value = {name: its for name, field in fields.items() if (its := getattr(value, name)) != field.default}
    if isinstance(value, dict):
        return {_key(key): _shown(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return _list(value)
    return _text(value) if isinstance(value, str) else value


def _list(items: tuple[Any, ...]) -> CommentedSeq:
    shown = CommentedSeq(map(_shown, items))
    if all(isinstance(its, str) for its in items):
        shown.fa.set_flow_style()
    return shown


def _text(text: str) -> Any:
    """Names of kinds as plain texts; long texts below their name."""
    if "\n" in text:
        return LiteralScalarString(text)
    return FoldedScalarString(text) if len(text) > _LONG else str(text)


def _key(key: str) -> str | int:
    """Years without quotation marks."""
    return int(key) if re.fullmatch("[1-9][0-9]{3}", key) else str(key)


class _Representer(RoundTripRepresenter):
    """One spelling for amounts, days and minutes."""

    def amount(self, value: Decimal) -> Any:
        whole = value == value.to_integral_value()
        return self.represent_scalar(
            f"tag:yaml.org,2002:{'int' if whole else 'float'}", f"{value:.{0 if whole else 2}f}"
        )

    def day(self, value: date) -> Any:
        return self.represent_scalar("tag:yaml.org,2002:timestamp", value.isoformat())

    def minute(self, value: datetime) -> Any:
        return self.represent_scalar("tag:yaml.org,2002:str", f"{value:%Y-%m-%d %H:%M}")


for _type, _way in ((Decimal, _Representer.amount), (date, _Representer.day), (datetime, _Representer.minute)):
    _Representer.add_representer(_type, _way)


def _dumped(value: Any) -> str:
    yaml = YAML()
    yaml.Representer = _Representer
    yaml.width, yaml.sort_base_mapping_type_on_output = WIDTH, False  # type: ignore[assignment]
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = StringIO()
    yaml.dump(value, out)
    return out.getvalue()


# --- around them ---------------------------------------------------------------------------------


def _gaps(source: Source) -> set[int]:
    """Lines above which one stays empty: parts of the file, what each holds, and what fills lines of a call."""
    gaps, parts = set[int](), set[str | int]()
    for path, place in source.names.items():
        if len(path) == 1 or (len(path) == 2 and path[0] in parts) or (path[-1] == "code" and path[-2] != 0):
            gaps.add(place.line)
        if len(path) == 2:
            parts.add(path[0])
    return gaps


def _remarks(source: Source, document: FundDocument) -> dict[int, str]:
    """Lines above which something is said, with what: of each entry once."""
    remarks, said = dict[int, str](), set[tuple[type, str]]()
    for path, model, name in _entries(document):
        remark = model.model_fields[name].description
        if remark and path in source.names and (model, name) not in said:
            said.add((model, name))
            remarks[source.names[path].line] = remark
    return remarks


def _entries(value: Any, path: Path = ()) -> Iterator[tuple[Path, type[BaseModel], str]]:
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield (*path, name), type(value), name
            yield from _entries(getattr(value, name), (*path, name))
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _entries(inner, (*path, str(key)))
    elif isinstance(value, tuple):
        for place, inner in enumerate(value):
            yield from _entries(inner, (*path, place))
