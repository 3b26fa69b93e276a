"""The workers' part: claim a letter, print it outside any transaction, write the result if it is still ours."""

from typing import TYPE_CHECKING
from uuid import UUID

from grantflow.audit import service as audit
from grantflow.kernel.parties import SYSTEM
from grantflow.notifications import service as notifications
from grantflow.platform import jobs, storage
from grantflow.platform.db import db

from .. import queries
from ..models import Letter
from ..states import Action
from ..workflow import LETTER
from .layout import layout, stylesheet

if TYPE_CHECKING:
    from grantflow.platform.pdf import Rendered


def render(letter_id: UUID) -> bool:
    """Print one letter. True if this call put the file there; the boundary commits.

    In a short transaction of its own: claim under a lease. In none: print, and store under the digest. Then: write
    the digest where the lease is still ours and nobody was faster, note it on the trail, and with the last letter of
    its subject let the message go that tells of them. A fault that may pass
    gives the row back after a pause, one that cannot pass fails it with its reason; both end here, nothing is raised.
    """
    claim = jobs.claim(Letter, letter_id)
    if claim is None:
        return False
    letter = claim.row
    if letter.unheard > jobs.MAX_UNHEARD:
        # Whoever held it was killed each time: a letter that ends its worker must not go round for ever.
        jobs.release(claim, "its worker was ended at every attempt", permanent=True)
        return False
    try:
        file = typeset(letter)
        digest = storage.put(file.content)
    except Hopeless as error:
        jobs.release(claim, str(error), permanent=True)
        return False
    except Exception as error:
        # Time, memory, disk and whatever nobody thought of may pass: they have a day.
        jobs.release(claim, reason(error))
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
    )
    if won:
        audit.record("letter_rendered", on=letter, by=SYSTEM, after={"digest": digest})
    if waiting and not queries.unprinted(letter.subject_id):
        notifications.let_go(waiting)
    return won


def document(letter: Letter) -> str:
    """The letter as HTML: the words that were signed, with what the second key brought."""
    body = queries.bodies([letter.body_digest])[letter.body_digest]
    return layout(body, letter.slots, letter.language)


class Hopeless(Exception):
    """This letter cannot be printed, however often one tries."""


def typeset(letter: Letter) -> "Rendered":
    """The letter's file as this release prints it. Raises Hopeless where trying again would not help."""
    # Web processes call this module too, and must not carry WeasyPrint (0.9 s, 60 MB).
    from grantflow.platform import pdf

    try:
        html = document(letter)
        db.session.commit()  # its words were read; nothing is open while the press runs
    except Exception as error:
        # A pure function of frozen words: a slot that nothing fills now will be empty tomorrow.
        raise Hopeless(reason(error)) from error
    try:
        return pdf.render(html, css=stylesheet())
    except pdf.Unrenderable as error:
        raise Hopeless(reason(error)) from error


def reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
