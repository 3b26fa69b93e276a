"""What the table of jobs promises: one short task for one job, queues apart, rings that follow the commit."""

import itertools
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import String, cast, func, insert, literal, select, update

from grantflow.app import create_app
from grantflow.config import Settings
from grantflow.notifications import rules
from grantflow.notifications import service as notifications
from grantflow.platform import jobs
from grantflow.platform.db import db
from grantflow.platform.jobs import Job, ringing
from grantflow.supervisor import WORKERS
from tests.conftest import settings_for
from tests.given import Given
from workers import schedule
from workers.lanes import THREADS, WIDTHS


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


def test_every_kind_of_work_has_its_queue_and_every_queue_its_consumer(tmp_path: Path) -> None:
    """What somebody waits for before the screen, bulk mail, letters and upkeep never stand in one line."""
    app = jobs.make_celery(settings_for("postgresql://x/x", tmp_path))
    queues = {name: kind.queue for name, kind in jobs.JOBS.items()}
    ours = {
        "letters.render": jobs.LETTERS,
        "letters.reprint": jobs.LETTERS,
        "notifications.send": jobs.MAIL,
        "notifications.send_urgent": jobs.URGENT,
    }
    assert queues == dict.fromkeys(queues, jobs.UPKEEP) | ours
    taken = [WORKERS[part][1].split(",") for part in WORKERS]
    assert sorted(itertools.chain(*taken)) == sorted(jobs.QUEUES) == sorted(app.amqp.queues.consume_from)
    # Queues that share a process have a lane each, and its threads are more than all lanes hold.
    (threads,) = (command for command in WORKERS.values() if "threads" in command)
    assert set(threads[1].split(",")) == set(WIDTHS)
    assert int(threads[-1]) == THREADS > sum(WIDTHS.values())


def test_whoever_waits_before_the_screen_has_urgent_mail() -> None:
    urgent = {name for name, kind in rules.KINDS.items() if kind.urgent}
    assert urgent == {
        "registration_confirm",
        "account_exists",
        "password_reset",
        "staff_invitation",
        "address_confirm",  # whoever entered a new address looks for the link there
        "mail_trial",  # whoever tries the mail server watches whether it arrives
    }
    assert {name for name, kind in rules.KINDS.items() if kind.keyed} <= urgent


def test_mail_and_letters_have_one_day_then_a_person_is_asked() -> None:
    assert {kind.patience for kind in jobs.JOBS.values()} == {86_400.0}


def test_patience_belongs_to_the_kind(real: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(claim: jobs.Claim) -> bool:
        raise OSError("not now")

    monkeypatch.setitem(jobs.JOBS, "busy", jobs.Kind("busy", jobs.UPKEEP, 600.0, busy))
    with real.app_context():
        job_id = promise("busy")
        for minutes, failed in ((0, False), (9, False), (1, True)):
            passed = timedelta(minutes=minutes)
            db.session.execute(update(Job).values(patience_until=Job.patience_until - passed, not_before=None))
            db.session.commit()
            assert not jobs.run(job_id)
            db.session.expire_all()
            assert (db.session.get_one(Job, job_id).failed_at is not None) is failed
            db.session.commit()


def test_there_is_one_place_to_add_a_job(real: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind the decorator: taken, given up, seen, started again, done - by what reads the table."""
    answers = [jobs.Hopeless("not today"), None]
    monkeypatch.delitem(jobs.JOBS, "audit.watch")

    @jobs.job("audit.watch", queue=jobs.MAIL, patience=1.0)
    def work(claim: jobs.Claim) -> bool:
        assert claim.job.payload == {"page": "7"}
        if answer := answers.pop(0):
            raise answer
        return jobs.finish(claim)

    with real.app_context():
        job_id = jobs.begin("audit.watch", "x", page="7")
        db.session.commit()
        assert job_id
        assert jobs.backlogs()["audit.watch"].waiting == 1
        assert not jobs.run(job_id)
        assert jobs.backlogs()["audit.watch"].failed == 1
        assert jobs.restart_failed("audit.watch") == 1
        db.session.commit()
        assert jobs.run(job_id)
        assert jobs.backlogs() == {}
    with pytest.raises(ValueError, match="twice"):
        jobs.job("audit.watch", queue=jobs.MAIL, patience=1.0)(work)


def test_no_ring_expires_by_a_clock_of_ours(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker 70 s ahead threw away every call of the sweep, one 11 min ahead every ring; only the database's clock
    counts."""
    app = create_app(settings_for("postgresql://x/x", tmp_path))
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(app.extensions["celery"], "send_task", lambda name, **how: sent.append(how))
    with app.app_context():
        assert jobs.send(jobs.SWEEP)
        assert jobs.send(rules.SEND, uuid4())
        calls = [entry["options"] for entry in schedule.table(app.extensions["settings"]).values()]
    assert [how.get("expires") for how in (*sent, *calls)] == [None] * (2 + len(calls))


def rows(app: Flask, count: int, **values: Any) -> list[UUID]:
    """Jobs that wait: sendings of messages."""
    person = Given(app).applicant()
    with app.app_context():
        for _ in range(count):
            notifications.send("account_exists", to=person, key=str(uuid4()))
        if values:
            db.session.execute(update(Job).values(**values))
        db.session.commit()
        return list(db.session.scalars(select(Job.id)))


def pauses(app: Flask, ids: list[UUID], **options: Any) -> list[float]:
    """Seconds until each job is tried again, after one fault each."""
    found = []
    with app.app_context():
        for job_id in ids:
            claim = jobs.claim(job_id)
            assert claim
            jobs.release(claim, "a fault", **options)
            left = select(func.extract("epoch", Job.not_before - func.clock_timestamp()))
            found.append(float(db.session.scalar(left.where(Job.id == job_id))))
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
    (job_id,) = rows(real, 1)
    with real.app_context():
        late = jobs.claim(job_id)
        assert late
        db.session.execute(update(Job).values(leased_until=func.clock_timestamp()))
        db.session.commit()
        holder = jobs.claim(job_id)
        assert holder
        jobs.release(late, "too late", permanent=True)
        assert jobs.claim(job_id) is None
        row = db.session.get_one(Job, job_id)
        assert (row.lease_token, row.failed_at, row.last_error) == (holder.token, None, None)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[UUID | None]:
    """What reached the broker."""
    heard: list[UUID | None] = []
    monkeypatch.setattr(ringing, "send", lambda name, job_id=None: heard.append(job_id) is None)
    return heard


def test_rings_follow_the_commit_and_only_the_commit(real: Flask, sent: list[UUID | None]) -> None:
    """T40: no worker hears of a row that may never be; a savepoint's end is no commit."""
    kept, lost = uuid4(), uuid4()
    with real.app_context():
        ringing.ring(lost, rules.SEND)
        db.session.execute(select(1))
        db.session.rollback()
        ringing.ring(kept, rules.SEND)
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
    monkeypatch.setattr(ringing, "send", lambda name, job_id=None: bool(asked.append(job_id)))
    ids = rows(real, 3)
    assert len(asked) == 1
    monkeypatch.setattr(ringing, "send", lambda name, job_id=None: asked.append(job_id) is None)
    with real.app_context():
        assert jobs.ring_left_behind() == 3
    assert set(asked[1:]) == set(ids)


def test_a_sweep_rings_for_all_however_many_were_lost(real: Flask, sent: list[UUID | None]) -> None:
    """F14: a broker that lost everything costs one sweep, not one for every few hundred rows."""
    ids = rows(real, 1)
    sent.clear()
    with real.app_context():
        numbers = func.generate_series(1, 450).table_valued("n").render_derived()
        many = select(func.gen_random_uuid(), literal(rules.SEND), cast(numbers.c.n, String), literal(jobs.MAIL))
        db.session.execute(insert(Job).from_select(["id", "name", "key", "queue"], many))
        db.session.commit()
        assert jobs.ring_left_behind() == 451
        assert jobs.ring_left_behind() == 0
    assert len(set(sent)) == 451
    assert ids[0] in sent


# --- work that needs other work ----------------------------------------------------------------------


@pytest.fixture
def kinds(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Two kinds of work: one that can be done, one that cannot."""

    def hopeless(claim: jobs.Claim) -> bool:
        raise jobs.Hopeless("it will never be")

    made = {
        "well": jobs.Kind("well", jobs.MAIL, jobs.DAY, jobs.finish),
        "ill": jobs.Kind("ill", jobs.MAIL, jobs.DAY, hopeless),
    }
    for name, kind in made.items():
        monkeypatch.setitem(jobs.JOBS, name, kind)
    return made


def promise(name: str, *needs: UUID) -> UUID:
    made = jobs.Promise(name, uuid4().hex, needs=needs)
    db.session.execute(select(literal(1)).add_cte(*jobs.promised([made])))
    db.session.commit()
    return made.id


def test_work_waits_for_what_it_needs(real: Flask, kinds: Any, sent: list[UUID | None]) -> None:
    """Gather, write, tell: each is rung for when the last of what it needs is done, and not before."""
    with real.app_context():
        first, second = promise("well"), promise("well")
        last = promise("well", first, second)
        assert sent == [first, second]
        assert not jobs.run(last)
        assert jobs.run(first)
        assert not jobs.run(last)
        assert last not in sent
        assert jobs.run(second)
        assert sent[-1] == last
        assert jobs.run(last)
        assert jobs.backlogs() == {}


def test_a_failed_predecessor_shows_blocked(real: Flask, kinds: Any) -> None:
    """And whatever waits for that in turn; started again, nothing is blocked any more."""
    with real.app_context():
        first = promise("ill")
        second = promise("well", first)
        third = promise("well", second)
        assert jobs.backlog("well") == jobs.Backlog(held=2)
        assert not jobs.run(first)
        state = jobs.backlogs()
        assert (state["ill"].failed, state["well"].held, state["well"].blocked) == (1, 2, 2)
        assert set(db.session.scalars(jobs.blocked())) == {second, third}
        assert jobs.restart_failed("ill") == 1
        assert jobs.backlog("well") == jobs.Backlog(held=2)


def test_what_is_asked_for_twice_is_promised_once(real: Flask, kinds: Any) -> None:
    with real.app_context():
        for _ in range(2):
            twice = jobs.Promise("well", "the deed", needs=[promise("well")])
            db.session.execute(select(literal(1)).add_cte(*jobs.promised([twice])))
            db.session.commit()
        assert db.session.scalar(select(func.count()).where(Job.key == "well:the deed")) == 1


def test_the_longest_waiting_job_of_a_queue_is_next(real: Flask, kinds: Any, sent: list[UUID | None]) -> None:
    with real.app_context():
        first, _ = promise("well"), promise("well")
        claim = jobs.claim_next(jobs.MAIL)
        assert claim
        assert claim.job.id == first
        assert jobs.claim_next(jobs.URGENT) is None
        assert jobs.run_next(jobs.MAIL)
        assert not jobs.run_next(jobs.MAIL)
