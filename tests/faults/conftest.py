"""The drills with real figures take minutes: they run beside the suite from its beginning, awaited at its end."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from grantflow.config import ROOT

RUNNING = pytest.StashKey[dict[str, subprocess.Popen[str]]]()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.option.collectonly:
        return
    wanted = {
        item.callspec.params["fault"] for item in items if item.get_closest_marker("last") and hasattr(item, "callspec")
    }
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)
    config.stash[RUNNING] = {
        fault: subprocess.Popen(
            [sys.executable, "-m", "tests.faults.drill", fault, "120", "60"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for fault in sorted(wanted)
    }


def pytest_unconfigure(config: pytest.Config) -> None:
    for process in config.stash.get(RUNNING, {}).values():
        if process.poll() is None:
            process.terminate()
            process.wait(30)


@pytest.fixture
def real_drill(pytestconfig: pytest.Config) -> Callable[[str], str]:
    def result(fault: str) -> str:
        process = pytestconfig.stash[RUNNING][fault]
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, err[-4000:]
        return out.strip().splitlines()[-1]

    return result
