"""Work that the calendar asks for: begun when it is due by civil time, caught up once, and reminders with it."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from grantflow.dashboard.texts import UPKEEP
from grantflow.kernel import clock
from grantflow.platform import jobs
from grantflow.platform.db import db
from grantflow.platform.jobs import Job, reminders, tending
from grantflow.platform.models import Heartbeat

#: Three years, in seconds.
instants = st.integers(0, 3 * 366 * 86_400).map(lambda s: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=s))


@given(now=instants, at=st.times().map(lambda at: at.replace(second=0, microsecond=0)))
def test_daily_work_was_due_at_its_civil_time_within_the_last_day(now: datetime, at: time) -> None:
    """Nights that skip or repeat an hour included: it is due once each civil day."""
    due = clock.local(jobs.Daily(at).last_due(now).astimezone(UTC))
    assert due.timestamp() <= now.timestamp() < due.timestamp() + 25 * 3600
    skipped = (due.month, due.hour) == (3, 3) and at.hour == 2
    assert (due.hour, due.minute) == (at.hour + skipped, at.minute)


@pytest.mark.parametrize("missed", [1, 5])
def test_a_missed_beat_is_caught_up_once(real: Flask, monkeypatch: pytest.MonkeyPatch, missed: int) -> None:
    done: list[datetime] = []
    monkeypatch.delitem(jobs.JOBS, "audit.watch")
    jobs.periodic("audit.watch", at="03:30")(lambda: done.append(clock.now()))
    with real.app_context():

        def beat() -> None:
            for _ in range(2):  # a double beat is harmless
                for job_id in jobs.begin_due():
                    if db.session.get_one(Job, job_id).name == "audit.watch":
                        db.session.commit()
                        assert jobs.run(job_id)

        beat()
        assert len(done) == 1
        db.session.execute(update(Job).values(done_at=Job.done_at - timedelta(days=missed)))
        db.session.commit()
        beat()
        assert len(done) == 2
        assert [its.done_at is not None for its in jobs.tended() if its.name == "audit.watch"] == [True]


def test_periodic_work_that_is_not_done_yet_is_not_begun_again(real: Flask) -> None:
    with real.app_context():
        assert len(jobs.begin_due()) == sum(kind.period is not None for kind in jobs.JOBS.values())
        db.session.execute(update(Job).values(created_at=Job.created_at - timedelta(days=3)))
        db.session.commit()
        assert jobs.begin_due() == []


def test_every_kind_of_periodic_work_has_a_name_for_people() -> None:
    assert set(UPKEEP) == {name for name, kind in jobs.JOBS.items() if kind.period}


def test_long_work_shows_how_far_it_has_come_and_keeps_its_lease(real: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.delitem(jobs.JOBS, "letters.scan")

    @jobs.periodic("letters.scan", every=45.0)
    def scan() -> None:
        db.session.execute(update(Job).values(leased_until=clock.now()))
        db.session.commit()
        jobs.progress(500, 1200)
        (its,) = (its for its in jobs.tended() if its.name == "letters.scan")
        seen.append((its.done, its.total, jobs.claim_next(jobs.UPKEEP)))
        db.session.commit()

    with real.app_context():
        job_id = jobs.begin("letters.scan", "")
        db.session.commit()
        assert job_id
        assert jobs.run(job_id)
        assert seen == [(500, 1200, None)]
        jobs.progress(1, 2)  # no job in hand: nobody is told
        assert [(its.done, its.total) for its in jobs.tended() if its.name == "letters.scan"] == [(500, 1200)]


# --- reminders ---------------------------------------------------------------------------------------


def test_reminders_of_all_wings_lie_in_one_place_and_a_missed_beat_catches_up_once(
    real: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[UUID] = []
    broken, whole = uuid4(), uuid4()

    def give(subject_id: UUID) -> None:
        if subject_id == broken:
            raise OSError("not now")
        given.append(subject_id)

    monkeypatch.setitem(reminders.KINDS, "test", give)
    today = clock.today()
    with real.app_context():
        noted = [jobs.remind(whole, "test", today - timedelta(days=days)) for days in (2, 1, 0, 0, -1)]
        assert noted == [True, True, True, False, True]
        jobs.remind(broken, "test", today)
        db.session.commit()
        for _ in range(2):
            with pytest.raises(OSError, match="not now"):
                jobs.give_due()
        assert given == [whole]
        with clock.frozen(clock.now() + timedelta(days=1)), pytest.raises(OSError, match="not now"):
            jobs.give_due()
        assert given == [whole, whole]
        with pytest.raises(KeyError):
            jobs.remind(whole, "nobody gives this", today)


# --- the sweep ---------------------------------------------------------------------------------------


def test_sweeps_that_piled_up_are_one_and_a_long_one_costs_the_next_no_turn(
    real: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[int] = []
    monkeypatch.setattr(tending, "ring_left_behind", lambda: rung.append(1) or 0)
    with real.app_context():
        for _ in range(3):
            jobs.sweep()
        assert rung == [1]
        # It took its time: it began a minute ago, and ended only now.
        past = clock.now() - timedelta(minutes=1)
        db.session.execute(update(Heartbeat).where(Heartbeat.name == tending.BEGUN).values(seen_at=past))
        db.session.commit()
        jobs.sweep()
        assert rung == [1, 1]
