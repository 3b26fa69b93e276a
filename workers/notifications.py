"""Mail: one task, one message."""

from uuid import UUID

from grantflow.notifications import service as notifications
from grantflow.platform import mail
from grantflow.platform.jobs import JobName

from .celery_app import app

#: Longer than the longest conversation and the noting of its end: none is cut off behind its last line.
LIMIT = mail.PATIENCE.whole + 120.0


@app.task(name=JobName.SEND_MESSAGE.value, soft_time_limit=LIMIT, time_limit=LIMIT + 5.0)
def send(row_id: str) -> None:
    notifications.deliver(UUID(row_id))
