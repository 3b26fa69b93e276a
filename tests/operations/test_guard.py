"""A part that hangs ends itself, so that the engine starts it again; each part's health is its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from grantflow import pulse, supervisor
from grantflow.config import ROOT
from grantflow.supervisor import child, guard

SLEEPS = [sys.executable, "-c", "import time; time.sleep(60)"]
#: Says when it listens, and ends in good order when it is told to, but not at once.
FINISHES = """
import pathlib, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (time.sleep(1), sys.exit(7)))
pathlib.Path(sys.argv[1]).touch()
time.sleep(60)
"""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A look every 20 ms, hung after 200 ms; the handlers of this process are put back."""
    monkeypatch.setattr(guard, "LOOK", 0.02)
    monkeypatch.setattr(guard, "FIRST", 0.2)
    monkeypatch.setattr(pulse, "SILENT", 0.2)
    kept = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for one, handler in kept.items():
        signal.signal(one, handler)


def test_a_part_that_gives_no_sign_is_ended() -> None:
    assert supervisor.run_child(SLEEPS, os.environ, lambda: 0.0) == supervisor.HUNG


def test_a_part_that_gives_signs_lives_and_its_status_is_handed_on() -> None:
    lives = [sys.executable, "-c", "import sys, time; time.sleep(0.6); sys.exit(5)"]
    assert supervisor.run_child(lives, os.environ, time.monotonic) == 5


def test_whoever_was_told_to_end_is_left_to_finish(tmp_path: Path) -> None:
    """A letter that is being printed gives no more signs of life; the engine's patience counts then."""
    listens, told = tmp_path / "listens", []

    def sign() -> float:
        if listens.exists() and not told:
            told.append(True)
            os.kill(os.getpid(), signal.SIGTERM)
        return 0.0 if told else time.monotonic()

    assert supervisor.run_child([sys.executable, "-c", FINISHES, str(listens)], os.environ, sign) == 7


def test_in_one_run_of_all_parts_a_hung_one_is_seen_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "FIRST", 0.0)
    part = child.Child("letters", SLEEPS, os.environ, tmp_path / "log", pulse=tmp_path / "pulse")
    part.start()
    try:
        assert part.hangs
        pulse.beat(part.pulse)
        assert not part.hangs
    finally:
        part.sweep_up()


def test_a_sign_from_before_the_machine_was_started_is_none(tmp_path: Path) -> None:
    file = tmp_path / "pulse"
    file.write_text(str(time.monotonic() + 1000))
    assert pulse.last(file) < 0


def alive(file: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "grantflow.cli", "alive"]
    env = {**os.environ, "GRANTFLOW_PULSE": str(file)}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_a_container_is_asked_for_its_own_sign_and_for_nobody_elses(tmp_path: Path) -> None:
    """Neither a database nor another worker speaks for it: this needs none."""
    mine, other = tmp_path / "mine", tmp_path / "other"
    pulse.beat(other)
    mine.write_text(str(time.monotonic() - 900))

    assert alive(other).returncode == 0
    refused = alive(mine)
    assert refused.returncode == 1
    assert refused.stderr.startswith("grantflow: no sign of life for 9")
    assert "no sign of life yet" in alive(tmp_path / "none").stderr


def test_a_health_check_costs_little() -> None:
    """It starts every few seconds for each part, on busy machines above all: neither Flask nor a database."""
    asked = "import sys, grantflow.cli, grantflow.pulse; print({'flask', 'sqlalchemy', 'celery'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
