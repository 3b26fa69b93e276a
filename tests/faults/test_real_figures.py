"""F3 and F4: killed while rendering, and stopped past the lease, then continued (T41, T42, T43).

With the figures of production: sweep 60 s, lease 120 s, one attempt; within 210 s.
"""

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from grantflow.config import ROOT

FAULTS = ("kill", "stop")

pytestmark = [pytest.mark.drill, pytest.mark.first, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def drills() -> Iterator[dict[str, "subprocess.Popen[str]"]]:
    """Both at once: minutes of waiting, hardly any work."""
    command = [sys.executable, "-m", "tests.faults.drill"]
    running = {
        fault: subprocess.Popen([*command, fault, "120", "60"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for fault in FAULTS
    }
    yield running
    for process in running.values():
        process.terminate()
        process.wait(60)


@pytest.mark.parametrize("fault", FAULTS)
def test_letter_appears_once(fault: str, drills: dict[str, "subprocess.Popen[str]"]) -> None:
    said, _ = drills[fault].communicate(timeout=480)
    print(said)
    result = json.loads(said)

    assert result["bound_s"] == 210
    assert result["within_bound"], result
    assert (result["attempts"], result["same_digest"], result["files"], result["pdf"]) == (2, True, 1, True)
