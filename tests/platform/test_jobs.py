"""The outbox's own promises: one short task for one row, patience that grows, and rings that follow the commit."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, insert, select, true, update

from grantflow.app import create_app
from grantflow.config import Settings
from grantflow.notifications.models import Message
from grantflow.platform import jobs
from grantflow.platform.db import db
from grantflow.platform.jobs import ringing
from tests.conftest import settings_for
from tests.given import Given
from workers import schedule


@pytest.mark.parametrize("redis_url", [None, "redis://127.0.0.1:6379/0"])
@pytest.mark.parametrize("lease", [6, 120, 3600])
def test_a_task_is_shorter_than_its_lease_and_the_broker_waits_ten_times_as_long(
    tmp_path: Any, redis_url: str | None, lease: int
) -> None:
    """T42, H25: a broker that hands out again what is still being done would do everything twice."""
    settings: Settings = replace(settings_for("postgresql://x/x", tmp_path), redis_url=redis_url, lease_seconds=lease)
    conf = jobs.make_celery(settings).conf
    assert conf.task_soft_time_limit < conf.task_time_limit <= max(6, lease - 5)
    assert conf.broker_transport_options["visibility_timeout"] >= 10 * conf.task_time_limit
    # A worker that dies gives its message back, takes one at a time, and keeps no results anywhere.
    assert (conf.task_acks_late, conf.task_reject_on_worker_lost, conf.worker_prefetch_multiplier) == (True, True, 1)
    assert (list(conf.accept_content), conf.task_serializer, conf.result_backend) == (["json"], "json", None)


def test_mail_waits_in_a_queue_of_its_own(tmp_path: Any) -> None:
    """A silent mail server holds a worker for ten minutes: that one holds up no letter and no sweep."""
    app = jobs.make_celery(settings_for("postgresql://x/x", tmp_path))
    ways = {job: app.amqp.router.route({}, job.value)["queue"].name for job in jobs.JobName}
    assert {job for job, queue in ways.items() if queue == jobs.MAIL} == {jobs.JobName.SEND_MESSAGE}
    assert set(ways.values()) == set(jobs.QUEUES) == set(app.amqp.queues.consume_from)


def test_no_ring_expires_by_a_clock_of_ours(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker 70 s ahead threw away every call of the sweep, one 11 min ahead every ring; only the database's clock
    counts."""
    app = create_app(settings_for("postgresql://x/x", tmp_path))
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(app.extensions["celery"], "send_task", lambda name, **how: sent.append(how))
    with app.app_context():
        assert jobs.send(jobs.JobName.SWEEP)
        assert jobs.send(jobs.JobName.SEND_MESSAGE, uuid4())
        calls = [entry["options"] for entry in schedule.table(app.extensions["settings"]).values()]
    assert [how.get("expires") for how in (*sent, *calls)] == [None] * (2 + len(calls))


def rows(app: Flask, count: int, *, attempts: int = 0) -> list[UUID]:
    """Messages that wait, each tried so many times before."""
    person = Given(app).applicant()
    made = [uuid4() for _ in range(count)]
    with app.app_context():
        from grantflow.notifications import service as notifications

        made = [notifications.send("account_exists", to=person, key=str(key)) for key in made]
        db.session.execute(update(Message).values(attempts=attempts))
        db.session.commit()
    return made


def pauses(app: Flask, ids: list[UUID], **options: Any) -> list[float]:
    """Seconds until each row is tried again, after one fault each."""
    found = []
    with app.app_context():
        for row_id in ids:
            claim = jobs.claim(Message, row_id)
            assert claim
            jobs.release(claim, "a fault", **options)
            left = select(func.extract("epoch", Message.try_after - func.clock_timestamp()))
            found.append(float(db.session.scalar(left.where(Message.id == row_id))))
            db.session.rollback()
    return found


@pytest.mark.parametrize(("tried", "base"), [(3, 16.0), (5, 64.0), (20, 300.0)])
def test_the_pause_doubles_up_to_a_bound_and_no_two_rows_come_back_together(
    real: Flask, tried: int, base: float
) -> None:
    """T42: what fails for all at once does not come back all at once."""
    found = pauses(real, rows(real, 6, attempts=tried))
    assert all(0.7 * base - 1 <= pause <= 1.3 * base for pause in found), found
    assert max(found) - min(found) > base / 100, found


def test_whoever_lost_the_lease_cannot_give_the_row_back(real: Flask) -> None:
    """T41: a late fault neither frees nor fails the row that a later worker holds."""
    (row_id,) = rows(real, 1)
    with real.app_context():
        late = jobs.claim(Message, row_id)
        assert late
        db.session.execute(update(Message).values(leased_until=func.clock_timestamp()))
        db.session.commit()
        holder = jobs.claim(Message, row_id)
        assert holder
        jobs.release(late, "too late", permanent=True)
        assert jobs.claim(Message, row_id) is None
        row = db.session.get_one(Message, row_id)
        assert (row.lease_token, row.failed_at, row.last_error) == (holder.token, None, None)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[UUID | None]:
    """What reached the broker."""
    heard: list[UUID | None] = []
    monkeypatch.setattr(ringing, "send", lambda job, row_id=None: heard.append(row_id) is None)
    return heard


def test_rings_follow_the_commit_and_only_the_commit(real: Flask, sent: list[UUID | None]) -> None:
    """T40: no worker hears of a row that may never be; a savepoint's end is no commit."""
    kept, lost = uuid4(), uuid4()
    with real.app_context():
        jobs.ring(jobs.JobName.SEND_MESSAGE, Message, lost)
        db.session.execute(select(1))
        db.session.rollback()
        jobs.ring(jobs.JobName.SEND_MESSAGE, Message, kept)
        with db.session.begin_nested():
            db.session.execute(select(1))
        with db.session.begin_nested() as undone:
            undone.rollback()
        assert sent == []
        db.session.commit()
        assert sent == [kept]
        db.session.execute(select(1))
        db.session.commit()
    assert sent == [kept]


def test_a_broker_that_does_not_answer_is_asked_once(real: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """D34: a decision rings for each of its letters; the click does not wait for each of them."""
    asked: list[UUID | None] = []
    monkeypatch.setattr(ringing, "send", lambda job, row_id=None: bool(asked.append(row_id)))
    ids = rows(real, 3)
    assert len(asked) == 1
    monkeypatch.setattr(ringing, "send", lambda job, row_id=None: asked.append(row_id) is None)
    with real.app_context():
        assert jobs.ring_left_behind(jobs.JobName.SEND_MESSAGE, Message) == 3
    assert set(asked[1:]) == set(ids)


def test_a_sweep_rings_for_all_however_many_were_lost(real: Flask, sent: list[UUID | None]) -> None:
    """F14: a broker that lost everything costs one sweep, not one for every few hundred rows."""
    ids = rows(real, 1)
    sent.clear()
    with real.app_context():
        columns = [c.name for c in Message.__table__.columns if c.name not in {"id", "key"}]
        source = select(
            *(Message.__table__.c[name] for name in columns), func.gen_random_uuid(), func.gen_random_uuid()
        )
        many = source.select_from(Message).join(func.generate_series(1, 450).table_valued("n"), true())
        db.session.execute(insert(Message).from_select([*columns, "id", "key"], many))
        db.session.commit()
        assert jobs.ring_left_behind(jobs.JobName.SEND_MESSAGE, Message) == 451
        assert jobs.ring_left_behind(jobs.JobName.SEND_MESSAGE, Message) == 0
    assert len(set(sent)) == 451
    assert ids[0] in sent
