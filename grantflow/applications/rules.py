"""Rules of an application over plain values. (The applications helper writes this.)"""

from collections.abc import Sequence
from typing import Any

from grantflow.kernel.errors import Reason


def why_not_submit(application: Any) -> Sequence[Reason]:
    return ()
