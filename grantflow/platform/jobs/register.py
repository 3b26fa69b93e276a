"""What work there is: the one place to add a job. The decorator stands at the function that does it.

A job is added (``adding.add``) by its name, waits in the queue of its kind, and is given up when the patience of its
kind ends. Periodic work is a job too, one row for each kind, that begins afresh whenever it is due.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING

from grantflow.kernel import clock

from .periods import Daily, Every, Period

if TYPE_CHECKING:
    from .leasing import Claim

#: Seconds a fault may last before a person is asked.
DAY = 86_400.0

#: Somebody waits before the screen for this mail; everybody else's mail; letters; the sweep and periodic work.
URGENT, MAIL, LETTERS, UPKEEP = "urgent", "mail", "letters", "upkeep"
QUEUES = (URGENT, MAIL, LETTERS, UPKEEP)

Work = Callable[["Claim"], bool]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of work. ``patience``: seconds from the first fault until a person is asked.

    ``limit``: seconds one attempt may last where its process can be ended; None: a lease. ``period``: when it is due
    again.
    """

    name: str
    queue: str
    patience: float
    work: Work
    limit: float | None = None
    period: Period | None = None


#: Every kind of work, by its name.
JOBS: dict[str, Kind] = {}


def job(name: str, *, queue: str, patience: float, limit: float | None = None) -> Callable[[Work], Work]:
    """The decorated function does the jobs of this name. It gets the claim, does the work outside any transaction, and
    writes the result together with ``finish(claim)``; it returns whether it was the one that did it.

    What it raises gives the job back (``running.run``).
    """

    def register(work: Work) -> Work:
        _add(Kind(name, queue, patience, work, limit))
        return work

    return register


def periodic(
    name: str, *, at: str | None = None, every: float | None = None, patience: float = DAY
) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """The decorated function is called each day at a civil time (``"03:10"``), or every so many seconds.

    By the database's clock. A missed beat is caught up once. The function commits as it likes; what it leaves open is
    committed with its end.
    """
    period = Daily(time.fromisoformat(at)) if at else Every(every or 0.0)

    def register(tend: Callable[[], object]) -> Callable[[], object]:
        def work(claim: Claim) -> bool:
            from .leasing import finish

            # What ends is ended by the database's clock, not by this machine's.
            with clock.frozen(claim.at):
                tend()
            return finish(claim)

        _add(Kind(name, UPKEEP, patience, work, period=period))
        return tend

    return register


def _add(kind: Kind) -> None:
    if kind.name in JOBS or kind.queue not in QUEUES:
        raise ValueError(f"{kind.name}: twice, or in no queue")
    JOBS[kind.name] = kind
