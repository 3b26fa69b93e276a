"""The drills with real figures take minutes: ``python -m tests`` starts them with the suite, here they are awaited."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faults.drill import drill


@pytest.fixture
def real_drill() -> Callable[[str], dict[str, Any]]:
    """The result of a drill with lease 120 s and sweep 60 s; run here and now where none was started."""

    def result(fault: str) -> dict[str, Any]:
        if "GRANTFLOW_DRILLS" not in os.environ:
            return drill(fault, 120, 60)
        folder = Path(os.environ["GRANTFLOW_DRILLS"])
        end = time.monotonic() + 360
        while time.monotonic() < end:
            if said := (folder / f"{fault}.json").read_text():
                found: dict[str, Any] = json.loads(said)
                return found
            time.sleep(1)
        raise AssertionError((folder / f"{fault}.log").read_text()[-4000:])

    return result
