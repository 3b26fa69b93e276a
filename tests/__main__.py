"""The whole suite, as ``make test`` runs it: three processes side by side, the slow drills beside both.

``python -m tests [pytest arguments]``; with arguments pytest runs just those, in one process.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from grantflow.config import ROOT

#: Faults drilled with the real figures: minutes of waiting, hardly any work.
DRILLS = ("kill", "stop")


def main(arguments: list[str]) -> int:
    pytest = [sys.executable, "-m", "pytest"]
    if arguments:
        return subprocess.run([*pytest, *arguments], cwd=ROOT, check=False).returncode
    with tempfile.TemporaryDirectory(prefix="drills-") as folder:
        drills = [_drill(Path(folder), fault) for fault in DRILLS]
        try:
            # More than there are cores, for much of the time is waiting. A file stays in one process: its fixtures are
            # made once. Files start in the order of collection.
            command = [*pytest, "-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]
            return subprocess.run(
                command, cwd=ROOT, env={**os.environ, "GRANTFLOW_DRILLS": folder}, check=False
            ).returncode
        finally:
            for drill in drills:
                drill.terminate()
                drill.wait(60)


def _drill(folder: Path, fault: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.faults.drill", fault, "120", "60"]
    with (folder / f"{fault}.json").open("wb") as out, (folder / f"{fault}.log").open("wb") as log:
        return subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=log)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
