"""The workers' part: print a letter outside any transaction, write the result if the job is still ours."""

from typing import TYPE_CHECKING

from sqlalchemy import update

from grantflow.audit import service as audit
from grantflow.kernel.parties import SYSTEM
from grantflow.platform import jobs, storage
from grantflow.platform.db import db, detached

from .. import queries
from ..models import Letter
from ..states import PRINTING, Action
from ..workflow import LETTER
from .layout import layout, stylesheet

if TYPE_CHECKING:
    from grantflow.platform.pdf import Rendered


@jobs.job(PRINTING, queue=jobs.LETTERS, patience=jobs.DAY)
def render(claim: jobs.Claim) -> bool:
    """Print one letter. True if this call put the file there.

    In no transaction: print, and store under the digest. Then, in one: the job is done where the lease is still ours
    and nobody was faster, the letter has its file, the trail notes it; the message that tells of it is let go.
    """
    letter = detached(queries.to_print(claim.job.id))
    file = typeset(letter)
    digest = storage.put(file.content)
    LETTER.step(Action.RENDER, letter.state, None)
    if not jobs.finish(claim):
        return False
    printed = {"digest": digest, "byte_size": len(file.content), "pages": file.pages}
    query = update(Letter).where(Letter.id == letter.id).values(printed)
    db.session.execute(query.execution_options(synchronize_session=False))
    audit.record("letter_rendered", on=letter, by=SYSTEM, after={"digest": digest})
    return True


def document(letter: Letter) -> str:
    """The letter as HTML: the words that were signed, with what the second key brought. Leaves nothing open."""
    return layout(detached(queries.body(letter)).text, letter.slots, letter.language)


def typeset(letter: Letter) -> "Rendered":
    """The letter's file as this release prints it. Raises ``jobs.Hopeless`` where trying again would not help."""
    # Web processes call this module too, and must not carry WeasyPrint (0.9 s, 60 MB).
    from grantflow.platform import pdf

    try:
        html = document(letter)
    except Exception as error:
        # A pure function of frozen words: a slot that nothing fills now will be empty tomorrow.
        raise jobs.Hopeless(jobs.reason(error)) from error
    try:
        return pdf.render(html, css=stylesheet())
    except pdf.Unrenderable as error:
        raise jobs.Hopeless(jobs.reason(error)) from error
