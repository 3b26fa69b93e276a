"""One clock: UTC inside, the two cities' civil time outside."""

from datetime import UTC, date, datetime

import pytest

from grantflow.kernel import clock


def test_is_held_and_let_go() -> None:
    with clock.frozen(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)) as instant:
        assert clock.now() == instant
        assert clock.today() == date(2027, 1, 1)  # it is already tomorrow in both cities
    assert clock.now() != instant


def test_wants_a_zone() -> None:
    with pytest.raises(ValueError, match="time zone"), clock.frozen(datetime(2026, 1, 1)):  # noqa: DTZ001
        pass
