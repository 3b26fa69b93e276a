"""When periodic work was due last: by civil time, or every so often. Pure."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from grantflow.kernel import clock


@dataclass(frozen=True, slots=True)
class Daily:
    """Each day at this civil time of both cities; an hour that a night skips is an hour late."""

    at: time

    def last_due(self, now: datetime) -> datetime:
        """The last instant, not after ``now``, at which it was due."""
        today = clock.local(now).date()
        due = datetime.combine(today, self.at, clock.LOCAL)
        # Compared as instants: two civil times of one zone would be compared without their offsets.
        if due.timestamp() > now.timestamp():
            due = datetime.combine(today - clock.DAY, self.at, clock.LOCAL)
        return due


@dataclass(frozen=True, slots=True)
class Every:
    """Every so many seconds."""

    seconds: float

    def last_due(self, now: datetime) -> datetime:
        return now - timedelta(seconds=self.seconds)


Period = Daily | Every
