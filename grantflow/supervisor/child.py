"""A program that is watched and started again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from grantflow import pulse
from grantflow.config import ROOT
from grantflow.platform import embedded

PATIENCE: Final = 20.0
LONGEST_BACKOFF: Final = 30.0
LIVED_WELL: Final = 60.0
#: Seconds that a part may take until its first sign of life.
FIRST: Final = 180.0


@dataclass
class Child:
    """One program, its log, and the pause before it is started again."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    log_file: Path
    inherits: Sequence[int] = ()
    #: Where it gives its signs of life; None: it gives none, and its end is all that is seen.
    pulse: Path | None = None
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    again_at: float = 0.0
    falls: int = field(default=0)

    def start(self) -> None:
        embedded.set_aside(self.log_file)
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                list(self.command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env={**self.env, **({"GRANTFLOW_PULSE": str(self.pulse)} if self.pulse else {})},
                pass_fds=tuple(self.inherits),
                # A session of its own: Ctrl-C reaches the supervisor alone, which ends the parts in order.
                start_new_session=True,
                preexec_fn=embedded.dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 - there is one thread
            )
        self.started_at = time.monotonic()

    @property
    def has_fallen(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    @property
    def hangs(self) -> bool:
        """It runs, and has given no sign of life for long."""
        if self.pulse is None or self.process is None:
            return False
        return time.monotonic() > max(self.started_at + FIRST, pulse.last(self.pulse) + pulse.SILENT)

    def plan_restart(self) -> float:
        """Seconds until the next start: doubling, forgotten once it has lived well."""
        if time.monotonic() - self.started_at > LIVED_WELL:
            self.falls = 0
        pause = min(LONGEST_BACKOFF, 0.5 * 2.0**self.falls)
        self.falls += 1
        self.process = None
        self.again_at = time.monotonic() + pause
        return pause

    def tell(self, with_signal: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(with_signal)

    def sweep_up(self) -> None:
        """Whatever the program itself has started and left."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def last_words(self) -> str:
        try:
            lines = self.log_file.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        return next((line.strip() for line in reversed(lines) if line.strip()), "")[:300]
