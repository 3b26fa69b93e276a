"""F3 and F4: killed while rendering, and stopped past the lease, then continued (T41, T42, T43)."""

import pytest

from tests.faults.drill import drill


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["kill", "stop"])
def test_letter_appears_once_at_a_twentieth_of_the_real_figures(fault: str) -> None:
    result = drill(fault, lease=6, sweep=3)

    assert result["within_bound"], result
    assert (result["attempts"], result["same_digest"], result["files"], result["pdf"]) == (2, True, 1, True)
