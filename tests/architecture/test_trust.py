"""``docs/trust.md`` says which test holds which promise: no number without a row, no row without its tests."""

import re

from grantflow.config import ROOT

#: What holds from the first day, by the numbers of the house's standard.
PROMISED = (
    *("T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9", "T10", "T11", "T12", "T13", "T15", "T19", "T20", "T21"),
    *("T22", "T25", "T26", "T27", "T31", "T39", "T40", "T41", "T42", "T43", "T47", "T53", "T55", "T58"),
)
ROW = re.compile(r"^\| (T\d+) \| (.+) \| (.+) \|$", re.MULTILINE)


def rows() -> list[tuple[str, str, list[str]]]:
    text = (ROOT / "docs" / "trust.md").read_text(encoding="utf-8")
    return [(number, promise, re.findall(r"`([^`]+)`", paths)) for number, promise, paths in ROW.findall(text)]


def test_every_promise_has_one_row() -> None:
    assert tuple(number for number, _, _ in rows()) == PROMISED


def test_every_row_names_tests_that_exist() -> None:
    for number, _, paths in rows():
        assert paths, number
        for path in paths:
            file = ROOT / path
            assert file.is_file(), f"{number}: {path}"
            assert re.search(r"^ *def test_", file.read_text(encoding="utf-8"), re.MULTILINE), f"{number}: {path}"
