"""What every program that we start needs."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path
from typing import Final

PR_SET_PDEATHSIG: Final = 1
#: Bytes; a log that is larger is set aside when its part starts.
LARGEST_LOG: Final = 5 * 1024 * 1024


def set_aside(log_file: Path) -> None:
    """Begin a new log where the old one has grown large; the one before is kept."""
    if log_file.exists() and log_file.stat().st_size > LARGEST_LOG:
        log_file.replace(log_file.with_suffix(".log.1"))


def dies_with_parent(with_signal: signal.Signals) -> _Preparation | None:
    """For ``preexec_fn``: on Linux the child gets this signal when the process that starts it dies."""
    return _Preparation(with_signal, os.getpid()) if sys.platform == "linux" else None


class _Preparation:
    """Runs between fork and exec: everything it needs is made before, so that it takes no lock there."""

    def __init__(self, with_signal: signal.Signals, parent: int) -> None:
        self._prctl = ctypes.CDLL(None, use_errno=True).prctl
        self._signal = int(with_signal)
        self._parent = parent

    def __call__(self) -> None:
        self._prctl(PR_SET_PDEATHSIG, self._signal, 0, 0, 0)
        if os.getppid() != self._parent:
            os._exit(1)
