"""A part's own sign of life, for whoever watches this very process: a file, so that no server speaks for it.

This module imports nothing of ours: a health check that starts every few seconds must cost little, on a machine that is
busy above all.

By the clock that only counts on (``time.monotonic``, one for a whole machine): a clock put right kills nobody.
"""

from __future__ import annotations

import contextlib
import math
import time
from pathlib import Path

#: A part that has given no sign for so many seconds is hung. Main loops give one every ten.
SILENT = 60.0


def beat(file: Path | None) -> None:
    """Note that whoever calls is turning; nobody watches where there is no ``file``. A full disk ends nothing."""
    if file is None:
        return
    with contextlib.suppress(OSError):
        draft = file.with_name(f"{file.name}.new")
        draft.write_text(str(time.monotonic()), encoding="ascii")
        draft.replace(file)


def last(file: Path) -> float:
    """When the last sign was given, by ``time.monotonic``; long ago where there is none that can be read, or only one
    from before the machine was started."""
    try:
        noted = float(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return -math.inf
    return noted if noted <= time.monotonic() else -math.inf
