"""A room that can be read at one sitting: no file over 400 lines."""

import pytest

from grantflow.config import ROOT

LONGEST = 400
#: Still longer, and how long they may be at most: this list only shrinks.
LONGER = {
    "grantflow/applications/models.py": 430,
    "tests/applications/test_service.py": 480,
    "tests/applications/test_views.py": 830,
    "tests/decisions/test_rules.py": 430,
    "tests/decisions/test_service.py": 540,
    "tests/decisions/test_views.py": 420,
    "tests/given.py": 560,
    "tests/journeys/main_job.py": 500,
    "tests/letters/test_service.py": 770,
    "tests/notifications/test_service.py": 570,
    "tests/review/test_views.py": 430,
    "tests/security/world.py": 430,
}


def lengths() -> dict[str, int]:
    files = (path for folder in ("grantflow", "workers", "tests") for path in (ROOT / folder).rglob("*.py"))
    return {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in files}


def test_no_room_is_over_400_lines() -> None:
    assert {name: lines for name, lines in lengths().items() if lines > LONGER.get(name, LONGEST)} == {}


@pytest.mark.parametrize("name", LONGER)
def test_an_exception_is_needed(name: str) -> None:
    assert lengths()[name] > LONGEST


def test_no_file_lies_unread_behind_a_package_of_its_name() -> None:
    modules = (path for folder in ("grantflow", "workers", "tests") for path in (ROOT / folder).rglob("*.py"))
    assert [str(path) for path in modules if path.with_suffix("").is_dir()] == []
