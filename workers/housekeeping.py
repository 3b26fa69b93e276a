"""What keeps the promise of the outbox, and what keeps the house small."""

import structlog

from grantflow.accounts import queries as people
from grantflow.accounts import service as accounts
from grantflow.applications import service as applications
from grantflow.audit import service as audit
from grantflow.kernel import clock
from grantflow.letters import queries as letters
from grantflow.letters import service as printed
from grantflow.letters.models import Letter
from grantflow.notifications import queries as messages
from grantflow.notifications import rules
from grantflow.notifications import service as notifications
from grantflow.notifications.models import Message
from grantflow.platform import jobs, limits, once, settings
from grantflow.platform.db import db
from grantflow.platform.jobs import JobName

from .celery_app import app

log = structlog.get_logger()

#: Seconds after which the mail server is asked again whether it is there.
PROBE_SECONDS = 45.0


@app.task(name=JobName.BEAT.value)
def beat() -> None:
    """Beat, broker, worker and database have just worked together. And is the mail server there?"""
    jobs.touch("beat")
    if jobs.is_due(rules.LAST_PROBE, PROBE_SECONDS):
        notifications.probe()


@app.task(name=JobName.SWEEP.value)
def sweep() -> None:
    """Ring again for every row left behind - lost by a broker, a worker or a crash - then tidy up.

    Calls that piled up behind a backlog find by the database's clock that it has just been done.
    """
    if not jobs.is_due("sweep", settings().sweep_seconds / 2):
        return
    rung = jobs.ring_left_behind(JobName.RENDER_LETTER, Letter)
    rung += jobs.ring_left_behind(JobName.SEND_MESSAGE, Message)
    rung += jobs.ring_left_behind(JobName.REPRINT_LETTER, Letter, among=letters.to_reprint())
    jobs.touch("sweep")
    if rung:
        log.info("rang_again", rows=rung)
    # What ends is ended by the database's clock, not by this machine's.
    with clock.frozen(jobs.now()):
        _tidy()


def _tidy() -> None:
    """After the promise is kept: whatever goes wrong here never stops the ringing."""
    jobs.forget_old_heartbeats()
    limits.forget_expired()
    once.forget_old()
    accounts.forget_expired()
    applications.lapse_returns()
    _report_failures()
    db.session.commit()
    for letter_id in printed.scan():
        jobs.ring(JobName.REPRINT_LETTER, Letter, letter_id)
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
    log.critical("failed_work", rows=count)
    for person in people.administrators():
        notifications.send("failed_work", to=person, key=f"failed_work:{clock.today()}:{person.id}", count=count)
