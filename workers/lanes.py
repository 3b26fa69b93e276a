"""Queues that share a process do not wait for each other: each has a lane, as wide as its jobs may be at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Event

from grantflow.platform import jobs

#: Jobs of a queue that are done at once in one process. A silent mail server fills the lane of its queue, no other.
WIDTHS = {jobs.URGENT: 4, jobs.MAIL: 4, jobs.UPKEEP: 3}
#: Threads of the process: all lanes full, and one left that turns away what finds no place.
THREADS = sum(WIDTHS.values()) + 1


class Lane:
    """``enter`` does a job if there is room, else turns it away: then whoever is at work does what waits after theirs.

    So a turned-away message costs nothing and holds no thread, and its job is not left to the next sweep.
    """

    def __init__(self, width: int) -> None:
        self._places = BoundedSemaphore(width)
        self._more = Event()
        self._closing = Event()

    def close(self) -> None:
        """The process ends: what is at work is ended, nothing else is begun."""
        self._closing.set()

    def enter(self, work: Callable[[], object], next_one: Callable[[], bool]) -> None:
        """``work`` is the job rung for; ``next_one`` does the next of its queue and says whether there was one."""
        if not self._take():
            self._more.set()
            # Whoever left meanwhile has not seen that there is more.
            if not self._take():
                return
        with _leaving(self._places):
            work()
        while self._more.is_set() and not self._closing.is_set() and self._take():
            # Cleared before looking: whoever is turned away from now on sets it again.
            self._more.clear()
            with _leaving(self._places):
                if next_one():
                    self._more.set()

    def _take(self) -> bool:
        return self._places.acquire(blocking=False)


@contextmanager
def _leaving(places: BoundedSemaphore) -> Iterator[None]:
    try:
        yield
    finally:
        places.release()
