"""Puts faults back, one at a time, and shows that a test goes red each time: ``make mutants [NAME=...]``.

``mutants.toml`` names each fault: a file, the exact text to change (it stands there once), what to put in its place,
and the test that must notice. Works on a copy of the tree; the tests run on one PostgreSQL of their own.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grantflow.config import ROOT
from grantflow.platform.embedded import Embedded

TABLE = Path(__file__).with_suffix(".toml")
#: What pytest says of a test that ran and failed. A fixture that breaks (ERROR), or nothing collected, is no proof.
RED = re.compile("^FAILED .*", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault that was there once."""

    name: str
    file: str
    old: str
    new: str
    test: str


def table() -> list[Mutant]:
    return [Mutant(**entry) for entry in tomllib.loads(TABLE.read_text(encoding="utf-8"))["mutant"]]


def main(names: Sequence[str]) -> int:
    """0 when the tests are green as they stand, and red with each of the faults named (all without ``names``)."""
    chosen = [mutant for mutant in table() if not names or any(name in mutant.name for name in names)]
    if not chosen:
        print("no mutant of that name")
        return 2
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tree = _copy(Path(folder) / "tree")
        cluster = Embedded(Path(folder) / "data", options={"fsync": "off", "max_connections": "200"}, temporary=True)
        try:
            env = {**os.environ, "GRANTFLOW_TEST_DATABASE_URL": cluster.start(), "COLUMNS": "300"}
            before = _run(tree, env, *sorted({mutant.test for mutant in chosen}))
            if before.returncode:
                print("not even green before anything was changed", before.stdout, sep="\n")
                return 2
            survivors = [mutant.name for mutant in chosen if not _noticed(mutant, tree, env)]
        finally:
            cluster.stop()
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} faults noticed", *survivors, sep="\n  still green: ")
    return bool(survivors)


def _copy(tree: Path) -> Path:
    """What git knows, and what is built beside it."""
    known = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    built = [str(path.relative_to(ROOT)) for path in ROOT.glob("grantflow/translations/*/LC_MESSAGES/*.mo")]
    for name in [*known.split("\0"), *built]:
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)
    for name in ("grantflow/static/vendor", "node_modules"):
        (tree / name).symlink_to(ROOT / name)
    return tree


def _noticed(mutant: Mutant, tree: Path, env: dict[str, str]) -> bool:
    path, began = tree / mutant.file, time.monotonic()
    sound = path.read_text(encoding="utf-8")
    path.write_text(sound.replace(mutant.old, mutant.new), encoding="utf-8")
    try:
        after = _run(tree, env, mutant.test)
    finally:
        path.write_text(sound, encoding="utf-8")
    red = RED.search(after.stdout)
    # The reason is printed, too: that it is the fault's own is for people to see.
    print(f"{'red' if red else 'STILL GREEN'} {mutant.name} ({time.monotonic() - began:.0f} s)")
    print(f"    {red.group()}" if red else after.stdout, flush=True)
    return red is not None


def _run(tree: Path, env: dict[str, str], *tests: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-rfE", "--tb=line"]
    command += ["-p", "no:cacheprovider", "-p", "no:randomly", *tests]
    return subprocess.run(command, cwd=tree, env=env, capture_output=True, text=True, check=False)
