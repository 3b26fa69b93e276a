"""T27: values are bound, never written into a statement; what is searched for is a word, not a pattern."""

import ast
from pathlib import Path

import pytest

from grantflow.config import ROOT

SOURCES = sorted((ROOT / "grantflow").rglob("*.py"))
#: Calls that take a statement as it stands.
RAW = {"text", "exec_driver_sql", "literal_column", "execute"}
#: Names of the embedded cluster's own role and database: constants of that file, which DDL cannot bind.
OWN_NAMES = {"grantflow/platform/embedded/server.py"}
#: Calls that make a pattern out of what they are given.
PATTERNS = {"contains", "icontains", "startswith", "istartswith", "endswith", "iendswith"}


def calls(path: Path, names: set[str]) -> list[ast.Call]:
    found = (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
    return [call for call in found if getattr(call.func, "attr", getattr(call.func, "id", "")) in names]


def is_built(argument: ast.expr) -> bool:
    """A statement put together from pieces: by f-string, ``+``, ``%`` or ``format``."""
    if isinstance(argument, ast.Call):
        return getattr(argument.func, "attr", "") in {"format", "join", "replace"}
    return isinstance(argument, (ast.JoinedStr, ast.BinOp))


@pytest.mark.parametrize(
    "source", ["text(f'SELECT {x}')", "text('a' + x)", "s.execute('a %s' % x)", "text(''.join(x))"]
)
def test_a_built_statement_is_known_when_seen(source: str, tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    path.write_text(source)
    assert [is_built(call.args[0]) for call in calls(path, RAW)] == [True]


def test_no_statement_is_put_together() -> None:
    built = {
        str(path.relative_to(ROOT))
        for path in SOURCES
        for call in calls(path, RAW)
        if call.args and is_built(call.args[0])
    }
    assert built == OWN_NAMES


def test_what_is_searched_for_is_escaped() -> None:
    """``%`` and ``_`` in a search are letters: in queries every pattern of a column escapes what it was given."""
    queries = [path for path in SOURCES if "queries" in str(path.relative_to(ROOT))]
    bare = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in queries
        for call in calls(path, PATTERNS)
        if call.args
        and not isinstance(call.args[0], ast.Constant)
        and not any(keyword.arg == "autoescape" for keyword in call.keywords)
    ]
    assert bare == []
    unescaped = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in SOURCES
        for call in calls(path, {"like", "ilike"})
        if not any(keyword.arg == "escape" for keyword in call.keywords)
    ]
    assert unescaped == []


def test_what_fetches_for_the_press_is_new_enough() -> None:
    """T31: before 70.0 some of WeasyPrint's own paths went round the fetcher (CVE-2026-55073)."""
    (pinned,) = [
        line.split("==")[1].split()[0]
        for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
        if line.startswith("weasyprint==")
    ]
    assert tuple(int(part) for part in pinned.split(".")[:2]) >= (70, 0)
