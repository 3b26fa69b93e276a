"""Queues that share a process: each has its lane."""

from threading import Barrier, Event, Thread

import pytest

from workers.lanes import Lane


def test_a_queue_never_waits_for_another() -> None:
    """A lane with two places, both at work: what finds no room holds no thread that others need, and whoever is at
    work does it afterwards."""
    lane, todo, done = Lane(2), list(range(20)), []
    both, go = Barrier(3), Event()

    def slow() -> None:
        both.wait(10)
        go.wait(10)

    def next_one() -> bool:
        try:
            done.append(todo.pop())
        except IndexError:
            return False
        return True

    at_work = [Thread(target=lane.enter, args=(slow, next_one)) for _ in range(2)]
    for thread in at_work:
        thread.start()
    both.wait(10)
    for _ in range(20):
        lane.enter(lambda: pytest.fail("there is no room"), next_one)
    assert done == []
    go.set()
    for thread in at_work:
        thread.join(10)
    assert sorted(done) == list(range(20))
    lane.enter(lambda: done.append("alone"), lambda: pytest.fail("nobody was turned away"))
    assert done[-1] == "alone"


def test_a_lane_that_closes_begins_nothing_else() -> None:
    lane, done = Lane(1), []

    def meanwhile() -> None:
        lane.enter(lambda: None, lambda: True)
        lane.close()

    lane.enter(meanwhile, lambda: bool(done.append("more")) or True)
    assert done == []
