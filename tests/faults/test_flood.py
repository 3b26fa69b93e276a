"""A queue never waits for another, in real figures: 2,000 messages and 200 letters wait, or a mail server is silent."""

import json
import subprocess
import sys

import pytest

from grantflow.config import ROOT

pytestmark = [pytest.mark.drill, pytest.mark.first, pytest.mark.timeout(900)]


@pytest.mark.parametrize(("fault", "broker"), [("backlog", "redis"), ("silent", "files")])
def test_a_password_reset_is_out_in_5_s_and_the_sweep_is_on_time(
    fault: str, broker: str, request: pytest.FixtureRequest
) -> None:
    command = [sys.executable, "-m", "tests.faults.flood", fault]
    command += [request.getfixturevalue("redis_url")] if broker == "redis" else []
    said = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True, timeout=840).stdout
    print(said)
    result = json.loads(said)

    assert result["reset_s"] <= 5.0
    assert result["sweep_late_s"] <= 15.0
    assert (result["broker"], result["sweeps"], result["resets"] >= 10) == (broker, 3, True)
    # Somebody was before whoever asked; and a silent server kept the mail, but no letter.
    assert result["behind_messages"] > 500
    assert result["behind_letters"] > 50
    assert (result["messages_left"] > 1900) is (fault == "silent")
