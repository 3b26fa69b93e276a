"""What keeps the promise of the outbox, and what keeps the house small."""

import structlog

from grantflow.accounts import queries as people
from grantflow.accounts import service as accounts
from grantflow.audit import service as audit
from grantflow.kernel import clock
from grantflow.letters import queries as letters
from grantflow.letters.models import Letter
from grantflow.notifications import queries as messages
from grantflow.notifications import service as notifications
from grantflow.notifications.models import Message
from grantflow.platform import jobs, limits, once
from grantflow.platform.db import db
from grantflow.platform.jobs import JobName

from .celery_app import app

log = structlog.get_logger()


@app.task(name=JobName.BEAT.value)
def beat() -> None:
    """Beat, broker, worker and database have just worked together."""
    jobs.touch("beat")


@app.task(name=JobName.SWEEP.value)
def sweep() -> None:
    """Ring again for every row left behind - lost by a broker, a worker or a crash - then tidy up."""
    rung = jobs.ring_left_behind(JobName.RENDER_LETTER, Letter)
    rung += jobs.ring_left_behind(JobName.SEND_MESSAGE, Message)
    jobs.touch("sweep")
    if rung:
        log.info("rang_again", rows=rung)
    _tidy()


def _tidy() -> None:
    """After the promise is kept: whatever goes wrong here never stops the ringing."""
    jobs.forget_old_heartbeats()
    limits.forget_expired()
    once.forget_old()
    accounts.forget_expired()
    _report_failures()
    db.session.commit()
    if audit.anchor_is_due():
        verdict = audit.anchor()
        if verdict.broken_at is not None:
            log.critical("audit_chain_broken", entry=verdict.broken_at)


def _report_failures() -> None:
    """Tell each administrator once a day while failed work waits for a person."""
    count = messages.failures_to_report() + letters.failures_count()
    if not count:
        return
    for person in people.administrators():
        notifications.send("failed_work", to=person, key=f"failed_work:{clock.today()}:{person.id}", count=count)
