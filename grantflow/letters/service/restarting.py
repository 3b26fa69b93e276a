"""Start again what has failed: one letter, or all of them."""

from grantflow.audit import service as audit
from grantflow.kernel.errors import Forbidden
from grantflow.kernel.parties import SYSTEM, Actor
from grantflow.platform import jobs
from grantflow.platform.db import db

from .. import policy
from ..models import Letter
from ..states import Action
from ..workflow import LETTER


def retry(letter: Letter, *, by: Actor) -> None:
    """Start a failed letter again, or the printing again of one whose file is lost: locks it, checks the table, clears
    its attempts, notes it, rings after commit."""
    db.lock(letter, by=by)
    job = jobs.JobName.REPRINT_LETTER if letter.lost_at else jobs.JobName.RENDER_LETTER
    if letter.lost_at is None:
        LETTER.step(Action.RETRY, letter.state, by.roles)
    elif not policy.can_retry(by):
        raise Forbidden()
    reason = letter.last_error or ""
    jobs.restart(letter)
    letter.lost_at = None
    audit.record("letter_retried", on=letter, by=by, reason=reason)
    db.session.flush()
    jobs.ring(job, Letter, letter.id)


def retry_all(*, by: Actor) -> int:
    """All failed letters again, and all whose file is lost, with one note on the trail; the next sweep rings for them.
    Returns how many."""
    if by is not SYSTEM and not policy.can_retry(by):
        raise Forbidden()
    found = len(jobs.restart_failed(Letter)) + len(jobs.restart_failed(Letter, Letter.lost_at))
    if found:
        audit.record("letters_retried", on=("letter", "failed"), by=by, after={"count": found})
    db.session.flush()
    return found
