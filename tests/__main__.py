"""The suite, as ``make test`` and ``make drills`` run it: several processes side by side.

``python -m tests [pytest arguments]``; with arguments pytest runs just those, in one process.
``python -m tests drills [NAME]`` runs what needs real waiting; ``mutants [NAME]`` puts faults back; ``effort`` counts
clicks; ``rehearsal`` installs GrantFlow in real containers.
"""

import subprocess
import sys

from grantflow.config import ROOT
from tests import effort, mutants, rehearsal

PYTEST = [sys.executable, "-m", "pytest"]
#: More than there are cores, for much of the time is waiting; files start in the order of collection.
ABREAST = ["-n", "4", "--dist", "loadscope", "--no-loadscope-reorder"]


def main(arguments: list[str]) -> int:
    match arguments:
        case []:
            return _pytest(*ABREAST)
        case ["drills", *names]:
            # Each is a world of its own and says what it measured.
            chosen = [word for name in names for word in ("-k", name)]
            return _pytest("-m", "drill", "-n", "3", "--dist", "loadfile", "-rP", *chosen)
        case ["mutants", *names]:
            return mutants.main(names)
        case ["effort"]:
            return effort.main()
        case ["rehearsal"]:
            return rehearsal.main()
    return _pytest(*arguments)


def _pytest(*arguments: str) -> int:
    return subprocess.run([*PYTEST, *arguments], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
