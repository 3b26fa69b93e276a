"""Look after printed files: find what is gone or damaged, print it again where the bytes come out equal."""

from uuid import UUID

import structlog
from sqlalchemy import func, update
from sqlalchemy.orm import Session

from grantflow.audit import service as audit
from grantflow.kernel.parties import SYSTEM
from grantflow.platform import jobs, storage
from grantflow.platform.db import db, own_transaction

from .. import queries
from ..models import Letter
from .rendering import Hopeless, reason, typeset

log = structlog.get_logger()

#: Bytes compared with their digests in one scan; the length of every file is looked at each time.
BYTES = 32 * 2**20
#: Found in one scan at most: where a whole store is away, thousands of letters are not set going.
MOST = 50
#: Under this name is noted how far the comparing has come.
SCAN = "scan"


def scan() -> list[UUID]:
    """Compare every file's length, and the bytes of the next ``BYTES`` of them, with what was printed.

    Marks what is gone or damaged and puts it on the trail, takes back the mark where a file is sound again, and notes
    in the database where the next scan goes on. The caller commits before and after. Returns what it found.
    """
    files = db.session.execute(queries.files()).all()
    db.session.commit()
    before = jobs.heard().get(SCAN)
    after = UUID(before.facts["after"]) if before and before.facts.get("after") else UUID(int=0)
    db.session.commit()
    ordered = [file for file in files if file.id > after] + [file for file in files if file.id <= after]
    damaged, healed, compared = [], [], 0
    for file in ordered:
        if file.rotten_at is not None:
            if storage.is_sound(file.digest):
                healed.append(file.id)
        elif compared < BYTES:
            compared += file.byte_size
            after = file.id
            if not storage.is_sound(file.digest):
                damaged.append(file)
        elif storage.size(file.digest) != file.byte_size:
            damaged.append(file)
        if len(damaged) == MOST:
            break
    jobs.touch(SCAN, after=str(after))
    db.session.execute(update(Letter).where(Letter.id.in_(healed)).values(rotten_at=None, lost_at=None))
    return [file.id for file in damaged if _mark(db.session(), file.id, file.register_number, file.digest)]


def found(letter: Letter) -> None:
    """Somebody was to be given this file, and it is gone or damaged: marked in a transaction of its own, because the
    request's will be rolled back; the workers are rung."""
    with own_transaction() as session:
        _mark(session, letter.id, letter.register_number, letter.digest)
        session.commit()
    jobs.send(jobs.JobName.REPRINT_LETTER, letter.id)


def _mark(session: Session, letter_id: UUID, register_number: str, digest: str | None) -> bool:
    """Once; whoever marks it begins a new day of trying."""
    now = func.clock_timestamp()
    query = update(Letter).where(Letter.id == letter_id, Letter.rotten_at.is_(None))
    values = {"rotten_at": now, "attempts": 0, "unheard": 0, "patience_until": None, "try_after": None, "rang_at": None}
    marked = session.scalar(query.values(values).returning(Letter.id).execution_options(synchronize_session=False))
    if marked is None:
        return False
    log.critical("letter_rotten", letter=register_number, digest=digest)
    audit.record(
        "letter_found_rotten",
        on=("letter", letter_id),
        by=SYSTEM,
        after={"digest": digest},
        label=register_number,
        within=session,
    )
    return True


def reprint(letter_id: UUID) -> bool:
    """Print a damaged file again. True if its very bytes are back; the boundary commits.

    Under a lease, like printing. Other bytes than those on record are no repair: the letter is lost until a person
    brings the file back from a backup, or the release that printed it.
    """
    claim = jobs.claim(Letter, letter_id, among=queries.to_reprint())
    if claim is None:
        return False
    letter, lost = claim.row, {"lost_at": func.clock_timestamp()}
    if letter.unheard > jobs.MAX_UNHEARD:
        jobs.release(claim, "its worker was ended at every attempt", permanent=True, failing=lost)
        return False
    try:
        content = typeset(letter).content
        if storage.digest_of(content) != letter.digest:
            raise Hopeless("printed again it has other bytes: by another release's layout or press")
        storage.put(content)
    except Hopeless as error:
        log.critical("letter_lost", letter=letter.register_number, error=str(error))
        jobs.release(claim, str(error), permanent=True, failing=lost)
        return False
    except Exception as error:
        jobs.release(claim, reason(error), failing=lost)
        return False
    mended = jobs.put_down(db.session(), claim, rotten_at=None, lost_at=None)
    if mended:
        audit.record("letter_reprinted", on=letter, by=SYSTEM, after={"digest": letter.digest})
    return mended


__all__ = ["found", "reprint", "scan"]
