"""Start again what has failed: one letter, or all of them."""

from grantflow.audit import service as audit
from grantflow.kernel.errors import Forbidden
from grantflow.kernel.parties import SYSTEM, Actor
from grantflow.platform import jobs
from grantflow.platform.db import db

from .. import policy
from ..models import Letter
from ..states import PRINTING, REPRINTING, Action
from ..workflow import LETTER


def retry(letter: Letter, *, by: Actor) -> None:
    """Start a failed letter again, or the printing again of one whose file is lost: locks it, checks the table, begins
    its job afresh, notes it, rings after commit."""
    job = letter.repair if letter.is_lost and letter.repair else letter.job
    db.lock(job, letter, by=by)
    if job is letter.job:
        LETTER.step(Action.RETRY, letter.state, by.roles)
    elif not policy.can_retry(by):
        raise Forbidden()
    reason = job.last_error or ""
    audit.record("letter_retried", on=letter, by=by, reason=reason)
    jobs.restart(job)


def retry_all(*, by: Actor) -> int:
    """All failed letters again, and all whose file is lost, with one note on the trail; the next sweep rings for them.
    Returns how many."""
    if by is not SYSTEM and not policy.can_retry(by):
        raise Forbidden()
    found = jobs.restart_failed(PRINTING, REPRINTING)
    if found:
        audit.record("letters_retried", on=("letter", "failed"), by=by, after={"count": found})
    db.session.flush()
    return found
