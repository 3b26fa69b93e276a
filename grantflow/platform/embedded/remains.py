"""Locks, versions, and what an earlier server left behind."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from .places import EmbeddedError


def take_lock(path: Path) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.read(handle, 32).decode("ascii", "replace").strip() or "unknown"
        os.close(handle)
        raise EmbeddedError(
            f"The embedded database in {path.parent} is in use by process {holder}: stop that one first."
        ) from None
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
    return handle


def is_locked(path: Path) -> bool:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


def refuse_other_version(data: Path, bin_dir: Path) -> None:
    written_by = (data / "PG_VERSION").read_text(encoding="ascii").strip()
    brought = bin_dir.parent.name.removeprefix("pginstall")
    if written_by == brought:
        return
    newer = int(written_by) > int(brought)
    advice = "update GrantFlow" if newer else "dump them with the older GrantFlow and restore them here"
    raise EmbeddedError(
        f"The data in {data} were written by PostgreSQL {written_by}, this GrantFlow brings {brought}:"
        f" {advice}, or set GRANTFLOW_DATABASE_URL."
    )


def pid_file(data: Path) -> list[str]:
    """Lines of ``postmaster.pid``: pid, data, start, port, socket folder, address, memory, state."""
    try:
        return [line.strip() for line in (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()]
    except OSError:
        return []


def end_orphan(data: Path) -> None:
    """End a server whose starter was killed, and forget a pid that belongs to somebody else by now.

    We hold the lock, so nobody uses this server any more.
    """
    lines = pid_file(data)
    if not lines:
        return
    if len(lines) > 4 and Path(lines[4]).name.startswith("grantflow-"):
        shutil.rmtree(lines[4], ignore_errors=True)
    pid = int(lines[0])
    command = command_of(pid)
    if "postgres" in command and str(data) in command:
        for with_signal, patience in gentle_to_hard():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, with_signal)
            if _is_gone(pid, patience):
                return
    # The pid is somebody else's by now. Safe to drop: a server still alive would be found by its shared
    # memory, whose key is the inode of the folder.
    (data / "postmaster.pid").unlink(missing_ok=True)


def command_of(pid: int) -> str:
    """Command line of a process, empty if there is none."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        pass
    try:
        asked = subprocess.run(
            ["ps", "-ww", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return asked.stdout


def _is_gone(pid: int, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if not command_of(pid):  # empty for a zombie too
            return True
        time.sleep(0.05)
    return False


def gentle_to_hard() -> Iterator[tuple[signal.Signals, float]]:
    yield signal.SIGINT, 20  # fast: ends sessions, writes everything down
    yield signal.SIGQUIT, 5  # immediate: recovery at the next start
    yield signal.SIGKILL, 5
