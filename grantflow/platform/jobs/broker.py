"""The one place that speaks Celery."""

from typing import Any, cast

from celery import Celery
from flask import Flask, current_app
from kombu.entity import Queue

from grantflow.config import Settings

from .register import QUEUES, UPKEEP

#: What beat calls: a sign that the whole chain works, and the sweep.
BEAT, SWEEP = "upkeep.beat", "upkeep.sweep"


def celery() -> Celery:
    return cast(Celery, current_app.extensions["celery"])


def make_celery(settings: Settings) -> Celery:
    """The Celery application both for ringing and for working; messages are JSON and nothing else (T39)."""
    app = Celery("grantflow", broker=settings.broker_url, set_as_current=False)
    # Longer than any task: a message handed out again while it is worked on would only be in the way.
    options: dict[str, Any] = {"visibility_timeout": max(3600, settings.lease_seconds * 10)}
    if settings.redis_url:
        options |= {
            "socket_timeout": 5,
            "socket_connect_timeout": 2,
            "retry_on_timeout": False,
            # A dead broker never holds up a click: kombu would try again even where Celery does not (D34).
            "max_retries": 0,
            "interval_start": 0,
        }
    else:
        folder = settings.data_dir / "broker"
        for name in ("queue", "processed", "control"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        options |= {
            "data_folder_in": str(folder / "queue"),
            "data_folder_out": str(folder / "queue"),
            "processed_folder": str(folder / "processed"),
            "control_folder": str(folder / "control"),
            "polling_interval": 0.05,
        }
    app.conf.update(
        broker_transport_options=options,
        broker_connection_retry_on_startup=True,
        broker_connection_timeout=2,
        accept_content=["json"],
        task_serializer="json",
        result_backend=None,
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_default_queue=UPKEEP,
        task_queues=[cast(Any, Queue)(name) for name in QUEUES],
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_max_tasks_per_child=200,
        task_soft_time_limit=max(5, settings.lease_seconds - 10),
        task_time_limit=max(6, settings.lease_seconds - 5),
        timezone="UTC",
        beat_schedule_filename=str(settings.data_dir / "beat-schedule"),
    )
    return app


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions["celery"] = make_celery(settings)
