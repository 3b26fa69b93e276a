"""Erasure of what letters say; their numbers, amounts and digests remain."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Update, func, update

from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, IllegalStep
from grantflow.kernel.parties import SYSTEM, Actor
from grantflow.kernel.text import fold
from grantflow.platform import jobs
from grantflow.platform.db import db

from .. import queries
from ..models import Body, Letter


def purge(application_id: UUID, bodies: Collection[str], *, by: Actor) -> None:
    """Empty the facts of a file's letters and their words, those of ``bodies`` (digests) too: what nothing else needs.

    Whoever calls has emptied the file's versions and proposals before: the triggers let nothing else pass. The files
    go with the next ``scan``. Raises Forbidden for everybody but the system itself, IllegalStep while one is printed.
    """
    if by is not SYSTEM:
        raise Forbidden()
    letters = queries.of_application(application_id)
    if any(letter.digest is None for letter in letters):
        raise IllegalStep("letter_not_ready")
    jobs.settle([letter.repair_id for letter in letters if letter.repair_id])
    for letter in letters:
        if letter.purged_at is None:
            emptied = {
                "purged_at": clock.now(),
                "project_title": "",
                "recipient_name": "",
                "search_text": fold(f"{letter.register_number} {letter.application_number}"),
                "facts": func.facts_without_texts(Letter.facts),
                "rotten_at": None,
            }
            _write(update(Letter).where(Letter.id == letter.id).values(emptied))
    words = {*bodies, *(letter.body_digest for letter in letters)}
    _write(update(Body).where(Body.digest.in_(words), func.body_is_purged(Body.digest)).values(text=""))
    for letter in letters:
        db.session.expire(letter)


def _write(statement: Update) -> None:
    db.session.execute(statement.execution_options(synchronize_session=False))
