"""Tables for spreadsheets: every cell quoted, and none that a program takes for a formula (T23).

Whoever opens the file may have it split at commas, semicolons or tabs, whatever it was written with, and a quote inside
a cell may end it early: so each piece of a cell is made harmless, not only its beginning.
"""

import csv
import re
import unicodedata
from collections.abc import Mapping, Sequence
from io import StringIO

#: Where a program may see the beginning of a cell.
_SEPARATOR = re.compile(r"([,;\t\r\n|])")
_FORMULA = frozenset("=+-@\u2212")


def harmless(text: str) -> str:
    """``text`` with an apostrophe before each piece that would be computed: ``x,=1+1`` becomes ``x,'=1+1``."""
    pieces = _SEPARATOR.split(text)
    return "".join(f"'{piece}" if _is_formula(piece) else piece for piece in pieces)


def _is_formula(piece: str) -> bool:
    """Behind blanks, quotes and marks without width, and as full-width signs, too."""
    seen = (c for c in unicodedata.normalize("NFKC", piece) if unicodedata.category(c)[0] not in "ZC" and c != '"')
    return next(seen, "") in _FORMULA


def written(rows: Sequence[Mapping[str, object]]) -> str:
    """The rows under the names of their columns; semicolons, as both countries' programs expect them."""
    lines = StringIO(newline="")
    writer = csv.writer(lines, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(harmless(name) for name in rows[0])
    writer.writerows(["" if value is None else harmless(str(value)) for value in row.values()] for row in rows)
    return lines.getvalue()


__all__ = ["harmless", "written"]
