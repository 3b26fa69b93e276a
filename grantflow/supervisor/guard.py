"""One program in the foreground, ended when it hangs: engines start again what has ended, not what is unhealthy."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from grantflow import pulse
from grantflow.config import ROOT
from grantflow.platform import embedded

from .child import FIRST

#: Seconds between two looks.
LOOK: Final = 5.0
#: Exit status of a part that was ended because it hung.
HUNG: Final = 70

#: When the part last gave a sign of life, by ``time.monotonic``.
Sign = Callable[[], float]


def run_child(command: Sequence[str], env: Mapping[str, str], sign: Sign | None = None) -> int:
    """Run one program and pass signals on to it; its exit status, or ``HUNG`` where it gave no ``sign`` for long."""
    child = subprocess.Popen(
        list(command),
        cwd=ROOT,
        env=dict(env),
        start_new_session=True,
        preexec_fn=embedded.dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 - there is one thread
    )
    told = False

    def tell(number: int, frame: object) -> None:
        nonlocal told
        told = True
        child.send_signal(signal.SIGTERM)

    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, tell)
    alive_until = time.monotonic() + FIRST
    try:
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                status = child.wait(LOOK)
                return status if status >= 0 else 128 - status
            # Whoever was told to end finishes what is at work, and gives no signs: the engine's patience counts.
            if sign is None or told:
                continue
            alive_until = max(alive_until, sign() + pulse.SILENT)
            if time.monotonic() > alive_until:
                print(f"grantflow: no sign of life for {pulse.SILENT:.0f} s: ending this part", flush=True)
                return HUNG
    finally:
        # A process that is stopped hears nothing else.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
