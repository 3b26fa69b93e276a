"""What beat calls, and how often."""

from typing import Any

from grantflow.config import Settings
from grantflow.platform.jobs import JobName

#: A worker's main loop touches its row this often; health asks for less than six times that.
HEARTBEAT_SECONDS = 10.0
#: Beat rings the whole chain - beat, broker, worker, database - this often.
BEAT_SECONDS = 15.0


def table(settings: Settings) -> dict[str, dict[str, Any]]:
    """Celery's beat schedule. Calls never expire, for that would be by another machine's clock; those that piled up
    see by the database's clock that the work has just been done (``jobs.is_due``)."""
    return {
        "beat": {"task": JobName.BEAT.value, "schedule": BEAT_SECONDS, "options": {}},
        "sweep": {"task": JobName.SWEEP.value, "schedule": float(settings.sweep_seconds), "options": {}},
    }
