"""The Celery application that workers and beat run: ``celery -A workers.celery_app worker``.

A task is a doorbell: it calls one service verb inside the application, with the boundary that a request has.
"""

import os
from collections.abc import Callable
from typing import Any

import structlog
from celery import Task, bootsteps
from celery.beat import PersistentScheduler
from celery.signals import worker_process_init, worker_ready
from celery.worker.consumer import Consumer

from grantflow import pulse
from grantflow.app import create_app
from grantflow.platform import health, jobs, settings
from grantflow.platform.db import db

from . import schedule

log = structlog.get_logger()

flask_app = create_app()
app = flask_app.extensions["celery"]


class InApplication(Task):
    """Runs in an application context; commits when it returns, rolls back when it raises."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(task_id=self.request.id, task=self.name)
        with flask_app.app_context():
            try:
                result = super().__call__(*args, **kwargs)
                db.session.commit()
            except BaseException:
                db.session.rollback()
                raise
            finally:
                db.session.remove()
        return result


app.Task = InApplication
PULSE = flask_app.extensions["settings"].pulse
with flask_app.app_context():
    # Beat keeps its own notes there.
    settings().data_dir.mkdir(parents=True, exist_ok=True)
    app.conf.beat_schedule = schedule.table(settings())
app.conf.imports = ("workers.tasks",)


def beating(connection: Any) -> Any:
    """``connection``, which gives a sign of life at each try to reach a broker that is away: waiting is no hanging."""
    ensure = connection.ensure_connection

    def ensure_connection(errback: Callable[..., None], *rest: Any, **options: Any) -> Any:
        def tried(*said: Any) -> None:
            pulse.beat(PULSE)
            errback(*said)

        return ensure(tried, *rest, **options)

    connection.ensure_connection = ensure_connection
    return connection


class Careful(Consumer):
    """What cannot be read is refused (T39). Celery itself would restart over it, get it again, and end."""

    loop: Callable[..., Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        loop = self.loop

        def loop_or_reconnect(*parts: Any) -> Any:
            try:
                return loop(*parts)
            except ValueError as error:  # not even an envelope; it has left the queue already
                log.error("envelope_refused", error=type(error).__name__)
                raise self.connection_errors[0]("unreadable bytes in the queue") from error

        self.loop = loop_or_reconnect

    def ensure_connected(self, conn: Any) -> Any:
        return super().ensure_connected(beating(conn))

    def create_task_handler(self, *args: Any, **kwargs: Any) -> Callable[[Any], None]:
        handle = super().create_task_handler(*args, **kwargs)

        def handle_or_refuse(message: Any) -> None:
            try:
                handle(message)
            except (LookupError, TypeError, ValueError, AttributeError) as error:
                log.error("message_refused", error=type(error).__name__)
                message.reject_log_error(log, self.connection_errors)

        return handle_or_refuse


app.conf.worker_consumer = Careful


class Heartbeat(bootsteps.StartStopStep):
    """The worker's main loop touches its row: a worker that lives but no longer turns is seen (H26).

    And it notes how its machine is: clock, store and disk may be others than the web's.
    """

    requires = {"celery.worker.components:Timer"}

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self.ticker: Any = None

    def start(self, worker: Any) -> None:
        self.beat(worker)
        self.ticker = worker.timer.call_repeatedly(schedule.HEARTBEAT_SECONDS, self.beat, (worker,))

    def stop(self, worker: Any) -> None:
        if self.ticker is not None:
            self.ticker.cancel()
            self.ticker = None
            with flask_app.app_context():
                jobs.gone(_name(worker))

    @staticmethod
    def beat(worker: Any) -> None:
        pulse.beat(PULSE)
        with flask_app.app_context():
            try:
                queues = sorted(worker.app.amqp.queues.consume_from)
                jobs.touch(_name(worker), queues=queues, **health.of_this_machine())
            except Exception as error:  # a database that is away must not end the worker's loop
                log.warning("heartbeat_failed", error=type(error).__name__)


class Clock(PersistentScheduler):
    """Beat's loop gives its own sign of life, whatever workers, broker and database do."""

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        pulse.beat(PULSE)
        return super().tick(*args, **kwargs)

    def _ensure_connected(self) -> Any:
        beating(self.connection)
        return super()._ensure_connected()


app.conf.beat_scheduler = Clock


def _name(worker: Any) -> str:
    # The step runs in the main process; the controller has no pid of its own yet when it starts.
    return f"worker-{worker.hostname}-{os.getpid()}"


app.steps["worker"].add(Heartbeat)


@worker_process_init.connect(weak=False)
def own_connections(**kwargs: Any) -> None:
    """A forked child must not speak over its parent's database connections."""
    with flask_app.app_context():
        db.engine.dispose(close=False)


@worker_ready.connect(weak=False)
def announce(sender: Any, **kwargs: Any) -> None:
    log.info("worker_ready", worker=sender.hostname)
