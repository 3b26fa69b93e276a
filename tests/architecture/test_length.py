"""A room that can be read at one sitting: no file over 400 lines."""

from collections.abc import Iterator
from pathlib import Path

from grantflow.config import ROOT

LONGEST = 400


def modules() -> Iterator[Path]:
    return (path for folder in ("grantflow", "workers", "tests") for path in (ROOT / folder).rglob("*.py"))


def test_no_room_is_over_400_lines() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


def test_no_file_lies_unread_behind_a_package_of_its_name() -> None:
    assert [str(path) for path in modules() if path.with_suffix("").is_dir()] == []
