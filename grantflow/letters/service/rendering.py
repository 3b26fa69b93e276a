"""The workers' part: claim a letter, print it outside any transaction, write the result if it is still ours."""

from uuid import UUID

from grantflow.audit import service as audit
from grantflow.kernel.parties import SYSTEM, Actor
from grantflow.notifications import service as notifications
from grantflow.platform import jobs, storage
from grantflow.platform.db import db

from .. import queries, rules
from ..models import Letter
from ..states import Action
from ..workflow import LETTER
from .documents import document, stylesheet


def render(letter_id: UUID) -> bool:
    """Print one letter. True if this call put the file there; the boundary commits.

    In a short transaction of its own: claim under a lease. In none: print, and store under the digest. Then: write
    the digest where the lease is still ours and nobody was faster, note it on the trail, and with the last letter of
    its subject let the message go that tells of them. A fault that may pass
    gives the row back after a pause, one that cannot pass fails it with its reason; both end here, nothing is raised.
    """
    # Web processes call this module too, and must not carry WeasyPrint (0.9 s, 60 MB).
    from grantflow.platform import pdf

    claim = jobs.claim(Letter, letter_id)
    if claim is None:
        return False
    letter = claim.row
    if claim.attempt > jobs.MAX_ATTEMPTS:
        # Whoever held it was killed each time: a letter that ends its worker must not go round for ever.
        jobs.release(claim, "its worker was ended at every attempt", permanent=True)
        return False
    # Not yet printed, so this release's templates print it, and say so.
    letter.template_version = rules.TEMPLATE_VERSION
    try:
        html = document(letter)
    except Exception as error:
        # A pure function of frozen facts: a fact that is missing now will be missing tomorrow.
        jobs.release(claim, _reason(error), permanent=True)
        return False
    try:
        file = pdf.render(html, css=stylesheet())
        digest = storage.put(file.content)
    except Exception as error:
        # Time, memory, disk and whatever nobody thought of may pass; a fetch or a missing glyph will not.
        jobs.release(claim, _reason(error), permanent=isinstance(error, pdf.Unrenderable))
        return False
    LETTER.step(Action.RENDER, letter.state, None)
    # Locked before the letter: of two workers that print the last two letters, the second sees the first one's.
    waiting = notifications.held(letter.subject_id)
    won = jobs.finish(
        db.session(),
        claim,
        digest=digest,
        byte_size=len(file.content),
        pages=file.pages,
        template_version=letter.template_version,
    )
    if won:
        audit.record("letter_rendered", on=letter, by=SYSTEM, after={"digest": digest})
    if waiting and not queries.unprinted(letter.subject_id):
        notifications.let_go(waiting)
    return won


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def retry(letter: Letter, *, by: Actor) -> None:
    """Start a failed letter again: locks it, checks the table, clears its attempts, notes it, rings after commit."""
    db.lock(letter, by=by)
    LETTER.step(Action.RETRY, letter.state, by.roles)
    reason = letter.last_error or ""
    jobs.restart(letter)
    audit.record("letter_retried", on=letter, by=by, reason=reason)
    db.session.flush()
    jobs.ring(jobs.JobName.RENDER_LETTER, Letter, letter.id)
