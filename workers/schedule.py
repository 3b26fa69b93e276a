"""What beat calls, and how often. What the calendar asks for is no affair of beat's: see ``jobs.periodic``."""

from typing import Any

from grantflow.config import Settings
from grantflow.platform import jobs

#: A worker's main loop touches its row this often; health asks for less than six times that.
HEARTBEAT_SECONDS = 10.0
#: Beat rings the whole chain - beat, broker, worker, database - this often.
BEAT_SECONDS = 15.0


def table(settings: Settings) -> dict[str, dict[str, Any]]:
    """Celery's beat schedule. Calls never expire, for that would be by another machine's clock; those that piled up
    see by the database's clock that the work has just been done (``jobs.is_due``)."""
    return {
        name: {"task": name, "schedule": seconds, "options": {"queue": jobs.UPKEEP}}
        for name, seconds in ((jobs.BEAT, BEAT_SECONDS), (jobs.SWEEP, float(settings.sweep_seconds)))
    }
