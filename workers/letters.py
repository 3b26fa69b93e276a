"""Letters: one task, one letter."""

from typing import Any
from uuid import UUID

import structlog
from celery.signals import worker_init

from grantflow.letters import service as letters
from grantflow.platform import pdf
from grantflow.platform.jobs import MAIL, JobName

from .celery_app import app

log = structlog.get_logger()


@app.task(name=JobName.RENDER_LETTER.value)
def render(row_id: str) -> None:
    letters.render(UUID(row_id))


@app.task(name=JobName.REPRINT_LETTER.value)
def reprint(row_id: str) -> None:
    letters.reprint(UUID(row_id))


@worker_init.connect(weak=False)
def warm(sender: Any, **kwargs: Any) -> None:
    """Before the children are forked: they inherit the loaded engine and fonts, and start in no time."""
    if sender.hostname.startswith(f"{MAIL}@"):  # prints nothing, and saves the memory
        return
    try:
        pdf.warm()
    except Exception as error:  # mail must go out all the same; each letter will say what is missing
        log.critical("letters_cannot_be_made", error=str(error))
