"""Alive, ready, and whether the work gets done: red means red. Each situation that was green is a test of its name."""

import errno
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import func, select, update

from grantflow.accounts.models import Person
from grantflow.audit import service as audit
from grantflow.kernel import clock
from grantflow.kernel.parties import Party, Role
from grantflow.letters import service as letters
from grantflow.letters.models import Letter
from grantflow.letters.states import PRINTING
from grantflow.notifications import rules
from grantflow.notifications import service as notifications
from grantflow.notifications.models import Message
from grantflow.platform import health, jobs, mail, storage
from grantflow.platform.db import db
from grantflow.platform.models import Heartbeat, JobNeed
from tests.given import Given
from tests.letters import samples
from tests.platform.test_mail import QUICK
from tests.smtp import SILENCE, Odd, serving

WORKER = "worker-x-1"
URGENT = rules.SEND_URGENT
TOKEN = "a-monitor-shows-this-0123456789"
As = Callable[[Person], FlaskClient]


def test_alive_needs_nothing(client: FlaskClient) -> None:
    answer = client.get("/healthz", headers={"Host": "10.0.0.7"})

    assert (answer.status_code, answer.json) == (200, {"status": "alive"})


def test_ready_is_who_can_serve_whatever_is_away_beside(client: FlaskClient) -> None:
    """No worker, no beat, no mail server: a load balancer that closed the site for it would make it worse."""
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json == {"status": "ready", "database": True, "migrations": True}


def test_not_ready_on_a_database_of_another_version(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "head", lambda: "9999")
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json == {"status": "not ready", "database": True, "migrations": False}


# --- red means red ---------------------------------------------------------------------------------


@pytest.fixture
def house(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """A house in which all is well, and nobody is answered from memory."""
    monkeypatch.setattr(health, "HELD", -1.0)
    before = app.extensions["settings"]
    monkeypatch.setitem(app.extensions, "settings", replace(before, status_token=TOKEN))
    with app.app_context():
        jobs.touch(WORKER, queues=jobs.QUEUES, **health.of_this_machine())
        for name in ("beat", "sweep"):
            jobs.touch(name)
    assert red(app) == {}
    return app


def red(app: Flask) -> dict[str, str]:
    """What is red, and why, by ``/status`` as a monitor reads it."""
    answer = app.test_client().get("/status", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.json is not None
    reasons = {name: found["reason"] for name, found in answer.json["checks"].items() if not found["well"]}
    assert (answer.status_code, answer.json["status"]) == ((503, "red") if reasons else (200, "green"))
    assert app.test_client().get("/status").status_code == answer.status_code
    return reasons


def silent_since(app: Flask, name: str, seconds: float) -> None:
    with app.app_context():
        long_ago = func.clock_timestamp() - timedelta(seconds=seconds)
        db.session.execute(update(Heartbeat).where(Heartbeat.name == name).values(seen_at=long_ago))
        db.session.commit()


@pytest.mark.parametrize(
    ("name", "check", "still_well"), [("beat", "beat", 55), ("sweep", "sweep", 115), (WORKER, "worker", 55)]
)
def test_beat_stopped(house: Flask, name: str, check: str, still_well: float) -> None:
    """Beat, sweep or workers: red within two minutes."""
    silent_since(house, name, still_well)
    assert red(house) == {}
    silent_since(house, name, 120)
    assert check in red(house)


def test_a_queue_that_nobody_takes_from(house: Flask) -> None:
    with house.app_context():
        jobs.touch(WORKER, queues=[queue for queue in jobs.QUEUES if queue != jobs.MAIL])
    assert "takes from: mail" in red(house)["worker"]
    with house.app_context():
        jobs.touch("worker-y-2", queues=[jobs.MAIL])
    assert red(house) == {}


def test_redis_full(house: Flask, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It answers a ping, and takes nothing."""
    monkeypatch.setitem(house.extensions, "settings", replace(house.extensions["settings"], redis_url=redis_url))
    with Redis.from_url(redis_url) as redis:
        assert red(house) == {}
        redis.config_set("maxmemory", "1")
        try:
            assert redis.ping()
            assert "maxmemory" in red(house)["broker"]
        finally:
            redis.config_set("maxmemory", "0")
        redis.replicaof("127.0.0.1", "1")
        try:
            assert "read only" in red(house)["broker"]
        finally:
            redis.replicaof("NO", "ONE")
        assert red(house) == {}


def test_redis_away(house: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    away = replace(house.extensions["settings"], redis_url="redis://127.0.0.1:1/0")
    monkeypatch.setitem(house.extensions, "settings", away)
    assert set(red(house)) == {"broker"}


def probed(app: Flask, url: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setattr(mail, "PROBING", QUICK)
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], smtp_url=url))
    with app.app_context():
        notifications.probe()
    return red(app)


def test_mail_server_down(house: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "refused" in probed(house, "smtp://127.0.0.1:1", monkeypatch)["mail"]
    with serving(Odd()) as url:
        assert probed(house, url, monkeypatch) == {}


def test_silent_mail_server(house: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Odd({"GREETING": SILENCE})) as url:
        assert "no whole answer" in probed(house, url, monkeypatch)["mail"]


def test_mail_server_that_refuses_us_and_greets_nicely(house: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it said to the last message counts, not that it answers the bell."""
    with house.app_context():
        jobs.touch(rules.LAST_MAIL, problem="SMTP 550 relaying denied")
    with serving(Odd()) as url:
        assert probed(house, url, monkeypatch) == {"mail": "SMTP 550 relaying denied"}


def test_disk_full(house: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(health, "LEAST_FREE", 10**12)
        assert set(red(house)) == {"disk"}
    full = OSError(errno.ENOSPC, "No space left on device")
    assert unwritable(house, full, monkeypatch)["store"] == "web: No space left on device"


def test_store_read_only(house: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "web: Read-only" in unwritable(house, OSError(errno.EROFS, "Read-only file system"), monkeypatch)["store"]


def unwritable(app: Flask, error: OSError, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    def refuse(*args: Any, **how: Any) -> Any:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "TemporaryFile", refuse)
        return red(app)


def test_the_workers_store_may_be_another_than_the_webs(house: Flask) -> None:
    with house.app_context():
        jobs.touch(WORKER, queues=jobs.QUEUES, clock_s=0, store="Read-only file system", free_mb=3)
    assert red(house) == {"store": f"{WORKER}: Read-only file system", "disk": "3 MB left"}


def test_two_parts_with_a_store_each(house: Flask) -> None:
    """Both can be written to, and a letter that one prints is nowhere for the other."""
    with house.app_context():
        storage.establish()
        jobs.touch(WORKER, queues=jobs.QUEUES, clock_s=0, store="", store_mark="another", free_mb=10**6)
    reasons = red(house)
    assert list(reasons) == ["store"]
    assert f"{WORKER}: has the store another, and not all have the same" in reasons["store"]


def test_a_store_whose_folder_is_taken(house: Flask, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "files").write_text("in the way")
    (tmp_path / "broker" / "queue").mkdir(parents=True)
    monkeypatch.setitem(house.extensions, "settings", replace(house.extensions["settings"], data_dir=tmp_path))
    assert "store" in red(house)


@pytest.mark.parametrize("seconds", [70, 660, -70])
def test_workers_clock_ahead(house: Flask, seconds: float) -> None:
    with house.app_context(), clock.frozen(clock.now() + timedelta(seconds=seconds)):
        jobs.touch(WORKER, queues=jobs.QUEUES, **health.of_this_machine())
    reasons = red(house)
    assert set(reasons) == {"clock"}
    assert reasons["clock"].startswith(f"{WORKER}: {seconds:+d} s")


def test_this_parts_clock_ahead(house: Flask) -> None:
    with clock.frozen(clock.now() + timedelta(seconds=70)):
        assert "web: +70 s" in red(house)["clock"]


def printed(app: Flask) -> Letter:
    """A letter with a file of a few bytes, not of the press."""
    with app.app_context():
        (letter,) = samples.issued()
        content = letter.register_number.encode() * 9
        letter.digest, letter.byte_size, letter.pages = storage.put(content), len(content), 1
        db.session.commit()
        db.session.expunge(letter)
        return letter


@pytest.mark.parametrize("rot", [b"", b"short", b"other bytes, as many", None])
def test_rotten_letter(house: Flask, rot: bytes | None) -> None:
    letter = printed(house)
    with house.app_context():
        path = storage.path_of(str(letter.digest))
        sound = path.read_bytes()
        assert letters.scan() == []
        path.unlink() if rot is None else path.write_bytes(rot)
        assert letters.scan() == [letter.id]
        db.session.commit()
    assert letter.register_number in red(house)["letters_files"]
    with house.app_context():
        path.write_bytes(sound)
        assert letters.scan() == []
        db.session.commit()
    assert red(house) == {}


def message(app: Flask) -> None:
    person = Given(app).applicant()
    with app.app_context():
        notifications.send("account_exists", to=person, key=uuid4().hex)
        db.session.commit()


def changed(app: Flask, name: str, **values: Any) -> None:
    """All jobs of this name."""
    with app.app_context():
        query = update(jobs.Job).where(jobs.Job.name == name).values(**values)
        db.session.execute(query.execution_options(synchronize_session=False))
        db.session.commit()


def test_a_queue_that_stands_still(house: Flask) -> None:
    message(house)
    changed(house, URGENT, created_at=func.clock_timestamp() - timedelta(seconds=290))
    assert red(house) == {}
    changed(house, URGENT, created_at=func.clock_timestamp() - timedelta(seconds=310))
    assert set(red(house)) == {"messages"}
    # In hands, or to be tried later, or held back by what must be done first: nobody is to take it now.
    for column in ("leased_until", "not_before"):
        changed(house, URGENT, leased_until=None, not_before=None)
        changed(house, URGENT, **{column: func.clock_timestamp() + timedelta(seconds=60)})
        assert red(house) == {}
    changed(house, URGENT, not_before=None)
    assert set(red(house)) == {"messages"}
    with house.app_context():
        (letter,) = samples.issued()
        sending = db.session.scalars(select(Message.job_id)).one()
        db.session.add(JobNeed(job_id=sending, needs_id=letter.job_id))
        db.session.commit()
    assert red(house) == {}


def test_what_failed_waits_for_a_person(house: Flask) -> None:
    message(house)
    changed(house, URGENT, failed_at=func.clock_timestamp())
    assert set(red(house)) == {"messages_failed"}
    changed(house, URGENT, failed_at=func.clock_timestamp() - timedelta(days=2))
    assert red(house) == {}
    # An address that nobody has is a person's task, and no alarm for whoever runs the house.
    changed(house, URGENT, failed_at=func.clock_timestamp(), quiet=True)
    assert red(house) == {}
    with house.app_context():
        samples.issued()
        db.session.commit()
    changed(house, PRINTING, failed_at=func.clock_timestamp() - timedelta(days=2))
    assert set(red(house)) == {"letters_failed"}


def test_a_letter_that_is_put_off_for_half_an_hour(house: Flask) -> None:
    with house.app_context():
        samples.issued()
        db.session.commit()
    changed(house, PRINTING, not_before=func.clock_timestamp() + timedelta(seconds=60))
    for minutes, expected in ((25, set()), (35, {"letters"})):
        changed(house, PRINTING, created_at=func.clock_timestamp() - timedelta(minutes=minutes))
        assert set(red(house)) == expected


def test_periodic_work_that_gave_up_or_is_not_begun(house: Flask) -> None:
    with house.app_context():
        assert jobs.begin_due()
    assert red(house) == {}
    changed(house, "audit.watch", failed_at=func.clock_timestamp())
    assert red(house) == {"upkeep": "gave up: audit.watch"}
    changed(house, "audit.watch", failed_at=None, created_at=func.clock_timestamp() - timedelta(seconds=310))
    assert "due for" in red(house)["upkeep"]


def test_a_broken_trail(house: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "last_check", lambda: audit.Check(clock.now(), 7, broken_at=3))
    assert red(house) == {"audit_chain": "broken at entry 3"}
    monkeypatch.setattr(audit, "last_check", lambda: audit.Check(clock.now() - timedelta(days=3), 7, broken_at=None))
    assert set(red(house)) == {"audit_chain"}


def test_a_check_that_breaks_is_red(house: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> health.Finding:
        raise RuntimeError("no idea\nat all")

    monkeypatch.setitem(house.extensions["health"]["checks"], "beat", broken)
    assert red(house) == {"beat": "no idea"}


# --- who may know why ------------------------------------------------------------------------------


@pytest.mark.parametrize("shown", ["", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer ", "Basic YTpi", "Bearer é"])
def test_strangers_hear_the_verdict_and_nothing_else(house: Flask, shown: str) -> None:
    answer = house.test_client().get("/status", headers={"Authorization": shown.encode("utf-8").decode("latin-1")})
    assert (answer.status_code, answer.json) == (200, {"status": "green"})
    assert answer.headers["Cache-Control"] == "no-store"


def test_no_token_opens_nothing(house: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(house.extensions, "settings", replace(house.extensions["settings"], status_token=None))
    for shown in ("Bearer ", "Bearer None", "Bearer"):
        assert house.test_client().get("/status", headers={"Authorization": shown}).json == {"status": "green"}


@pytest.mark.parametrize("role", sorted(Role))
def test_only_administrators_are_told_why(house: Flask, given: Given, as_: As, role: Role) -> None:
    person = given.applicant() if role is Role.APPLICANT else given.staff(role, Party.TOULOUSE)
    told = as_(person).get("/status").json
    assert told is not None
    assert ("checks" in told) is (role is Role.ADMINISTRATOR)


def test_strangers_who_ask_again_and_again_cost_little(house: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "HELD", 60.0)
    house.test_client().get("/status")
    asked: list[int] = []
    monkeypatch.setattr(storage, "probe", lambda: str(asked.append(1) or ""))
    for _ in range(5):
        assert house.test_client().get("/status").status_code == 200
    assert asked == []
