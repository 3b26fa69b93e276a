"""The whole suite, as ``make test`` runs it: four processes side by side, the slow drills beside them.

``python -m tests [pytest arguments]``; with arguments pytest runs just those, in one process.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from grantflow.config import ROOT

PYTEST = [sys.executable, "-m", "pytest"]
#: Faults drilled with the real figures: minutes of waiting, hardly any work.
DRILLS = ("kill", "stop")
#: So many failures at most may be the machine's; more are ours.
SECOND_CHANCES = 5


def main(arguments: list[str]) -> int:
    if arguments:
        return subprocess.run([*PYTEST, *arguments], cwd=ROOT, check=False).returncode
    with tempfile.TemporaryDirectory(prefix="drills-") as folder:
        drills = [_drill(Path(folder), fault) for fault in DRILLS]
        try:
            return _whole({**os.environ, "GRANTFLOW_DRILLS": folder})
        finally:
            for drill in drills:
                drill.terminate()
                drill.wait(60)


def _whole(env: dict[str, str]) -> int:
    # More than there are cores, for much of the time is waiting; files start in the order of collection.
    command = [*PYTEST, "--cache-clear", "-n", "4", "--no-loadscope-reorder"]
    status = subprocess.run(command, cwd=ROOT, env=env, check=False).returncode
    if status != pytest.ExitCode.TESTS_FAILED:
        return status
    failed = json.loads((ROOT / ".pytest_cache" / "v" / "cache" / "lastfailed").read_text())
    if len(failed) > SECOND_CHANCES:
        return status
    # On two busy cores a patience may end without an error. A race passes alone too: both runs are printed, to be read.
    print(f"\n{len(failed)} failed beside others; once more, alone:", *failed, sep="\n  ", flush=True)
    return subprocess.run([*PYTEST, "--last-failed", "--verbose"], cwd=ROOT, env=env, check=False).returncode


def _drill(folder: Path, fault: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.faults.drill", fault, "120", "60"]
    with (folder / f"{fault}.json").open("wb") as out, (folder / f"{fault}.log").open("wb") as log:
        return subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=log)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
