"""The workers themselves: what they do when rung, what they refuse, and how one sees that they are alive."""

import json
import os
import pickle
import signal
import socketserver
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from grantflow.accounts import service as accounts
from grantflow.accounts.models import Purpose, Token
from grantflow.app import create_app
from grantflow.kernel import clock
from grantflow.kernel.parties import Party, Role
from grantflow.notifications import rules
from grantflow.notifications import service as notifications
from grantflow.notifications.models import Message
from grantflow.platform import health, jobs
from grantflow.platform.db import db
from tests.given import Given

from .conftest import House, wait_for

pytestmark = pytest.mark.first


def ask(house: House, *, ring: bool = True) -> UUID:
    """Promise a message and commit; with ``ring=False`` as if the process had died before the ring."""
    person = Given(house.app).applicant()
    with house.app.app_context():
        row_id = notifications.send("account_exists", to=person, key=str(uuid4()))
        assert row_id
        if not ring:
            db.session.info.pop("rings")
        db.session.commit()
        return row_id


def done(house: House, row_id: UUID) -> Callable[[], bool]:
    def look() -> bool:
        with house.app.app_context():
            return db.session.get_one(Message, row_id).job.done_at is not None

    return look


def ages(house: House) -> dict[str, float]:
    with house.app.app_context():
        return jobs.heartbeats()


def workers_seen(house: House) -> list[str]:
    return [name for name in ages(house) if name.startswith("worker-")]


def test_a_ring_is_heard_and_the_mail_arrives(house: House) -> None:
    house.worker()
    wait_for(lambda: workers_seen(house))
    row_id = ask(house)
    wait_for(done(house, row_id))
    assert len(house.sink.messages()) == 1
    with house.app.app_context():
        found = health.report()
    parts = ("database", "broker", "migrations", "worker", "store", "disk", "clock", "audit_chain")
    assert {name: found[name].reason for name in parts} == dict.fromkeys(parts, "")


def test_the_sweep_finds_what_nobody_rang_for(house: House) -> None:
    """T40, F7: committed, then the process died before it rang. And the whole chain shows its heartbeat."""
    row_id = ask(house, ring=False)
    house.worker()
    house.start("beat")
    wait_for(done(house, row_id))
    assert len(house.sink.messages()) == 1
    wait_for(lambda: {"beat", "sweep"} <= set(ages(house)))


def test_a_killed_workers_row_comes_back_by_its_lease(house: House) -> None:
    """F2: claimed, and then the worker died. The lease brings the row back, nothing else does."""
    row_id = ask(house, ring=False)
    with house.app.app_context():
        assert jobs.claim(db.session.get_one(Message, row_id).job_id)
    house.worker()
    house.start("beat")
    wait_for(done(house, row_id))
    with house.app.app_context():
        assert db.session.get_one(Message, row_id).job.attempts == 2


def test_a_worker_killed_and_another_started(house: House) -> None:
    first = house.worker()
    wait_for(lambda: workers_seen(house))
    os.killpg(first.pid, signal.SIGKILL)
    first.wait(60)
    row_id = ask(house)
    house.worker()
    house.start("beat")
    wait_for(done(house, row_id))


def test_a_worker_that_ends_in_good_order_is_not_missed(house: House) -> None:
    worker = house.worker()
    (name,) = wait_for(lambda: workers_seen(house))
    assert name.endswith(f"-{worker.pid}")
    worker.terminate()
    worker.wait(60)
    assert workers_seen(house) == []


def test_failed_work_is_reported_to_administrators(house: House) -> None:
    admin = Given(house.app).staff(Role.ADMINISTRATOR, Party.TOULOUSE)
    row_id = ask(house, ring=False)
    with house.app.app_context():
        db.session.get_one(Message, row_id).job.failed_at = clock.now()
        db.session.commit()
    house.worker()
    house.start("beat")
    wait_for(lambda: [m for m in house.sink.messages() if m.recipients == (admin.email,)])
    assert "GrantFlow\u00a0: 1 tâche en échec" in {m.subject for m in house.sink.messages()}


# --- what they refuse (T39) ------------------------------------------------------------------------


class Touch:
    """Unpickled, it would write a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


def push(house: House, body: Any, **properties: Any) -> None:
    """Put a message into the workers' queue, whatever it is."""
    with house.app.app_context(), jobs.celery().connection_for_write() as connection:
        connection.SimpleQueue(jobs.UPKEEP, serializer=properties.pop("serializer", "json")).put(body, **properties)


def raw(house: House, content: bytes) -> None:
    """Bytes in the broker itself, past all of kombu."""
    url = house.env.get("GRANTFLOW_REDIS_URL")
    if url:
        import redis

        redis.Redis.from_url(url).lpush(jobs.UPKEEP, content)
    else:
        (house.folder / "data" / "broker" / "queue" / f"0_x.{jobs.UPKEEP}.msg").write_bytes(content)


def test_pickle_garbage_and_unknown_tasks_do_nothing(house: House, tmp_path: Path) -> None:
    """F17: the worker refuses them and goes on working."""
    trap = tmp_path / "trap"
    task = {"id": str(uuid4()), "task": rules.SEND}
    worker = house.worker()
    wait_for(lambda: workers_seen(house))

    push(house, pickle.dumps(Touch(trap)), serializer=None, content_type="application/x-python-serialize", headers=task)
    with house.app.app_context():
        jobs.celery().send_task(rules.SEND, args=[Touch(trap)], serializer="pickle")
        jobs.celery().send_task("os.system", args=["touch " + str(trap)])
        jobs.celery().send_task(rules.SEND, args=["not an id"])
        jobs.celery().send_task(rules.SEND, args=[], kwargs={"__class__": "x"})
        jobs.celery().send_task("celery.backend_cleanup")
    push(
        house,
        "!!python/object/apply:os.system ['true']",
        serializer=None,
        content_type="application/x-yaml",
        headers=task,
    )
    push(house, ["no", "headers"])
    push(house, {"task": "nothing"})
    push(house, b"\xff\xfe\x00", serializer=None, content_type="application/data", content_encoding="binary")

    push(house, [], headers={"task": rules.SEND})
    raw(house, b"not even an envelope")

    row_id = ask(house)
    wait_for(done(house, row_id))
    assert not trap.exists()
    assert worker.poll() is None
    assert "Refusing to deserialize" in house.logs() or "refused" in house.logs().lower()


def test_the_worker_knows_its_tasks_and_no_others(house: House) -> None:
    from celery import Celery

    from grantflow.platform.jobs import make_celery

    with house.app.app_context():
        made: Celery = make_celery(house.app.extensions["settings"])
    assert made.conf.accept_content == ["json"]
    assert made.conf.task_serializer == "json"


def test_a_message_is_a_name_and_an_id(house: House) -> None:
    """T39: nothing about anybody travels through the broker."""
    person = Given(house.app).applicant()
    with house.app.app_context():
        accounts.request_reset(person.email)
        db.session.commit()
        token = db.session.scalars(select(Token).where(Token.purpose == Purpose.RESET)).unique().one()
        with jobs.celery().connection_for_read() as connection:
            message = connection.SimpleQueue(jobs.URGENT).get(timeout=10)
            message.ack()
    (arguments, options, _), headers = message.payload, message.headers
    assert headers["task"] == "notifications.send_urgent"
    assert (len(arguments), options) == (1, {})
    assert UUID(arguments[0])
    assert person.email not in json.dumps([message.payload, headers])
    assert str(token.id) not in json.dumps([message.payload, headers])


def test_a_dead_broker_never_holds_up_a_click(house: House) -> None:
    """D34, F14: the rows of a decision are committed, one ring is lost for all, the sweep will find them."""
    calls: list[bytes] = []

    class HangUp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            calls.append(self.request.recv(100))

    with socketserver.TCPServer(("127.0.0.1", 0), HangUp) as broker:
        Thread(target=broker.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        app = create_app(
            replace(house.app.extensions["settings"], redis_url=f"redis://127.0.0.1:{broker.server_address[1]}/0")
        )
        person = Given(house.app).applicant()
        with app.app_context():
            for n in range(6):
                assert notifications.send("account_exists", to=person, key=f"dead-{n}")
            db.session.commit()
            assert len(db.session.scalars(select(Message.key)).all()) == 6
            db.engine.dispose()
        broker.shutdown()
    assert len(calls) == 1
