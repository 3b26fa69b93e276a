"""Mail: one task, one message."""

from uuid import UUID

from grantflow.notifications import service as notifications
from grantflow.platform.jobs import JobName

from .celery_app import app


@app.task(name=JobName.SEND_MESSAGE.value)
def send(row_id: str) -> None:
    notifications.deliver(UUID(row_id))
