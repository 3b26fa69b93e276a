"""F3 and F4: killed while rendering, and stopped past the lease, then continued (T41, T42, T43).

With the figures of production: sweep 60 s, lease 120 s, one attempt; within 210 s.
"""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.last
@pytest.mark.slow
@pytest.mark.timeout(420)
@pytest.mark.parametrize("fault", ["kill", "stop"])
def test_letter_appears_once(fault: str, real_drill: Callable[[str], dict[str, Any]]) -> None:
    result = real_drill(fault)

    assert result["bound_s"] == 210
    assert result["within_bound"], result
    assert (result["attempts"], result["same_digest"], result["files"], result["pdf"]) == (2, True, 1, True)
