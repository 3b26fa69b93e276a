"""Look after printed files: find what is gone or damaged, print it again where the bytes come out equal."""

from uuid import UUID

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from grantflow.audit import service as audit
from grantflow.kernel.errors import Transient
from grantflow.kernel.parties import SYSTEM
from grantflow.platform import jobs, storage
from grantflow.platform.db import db, detached, own_transaction, to_write

from .. import queries
from ..models import Letter
from ..states import REPRINTING
from .rendering import typeset

log = structlog.get_logger()

#: Bytes compared with their digests in one scan; the length of every file is looked at each time.
BYTES = 32 * 2**20
#: Found in one scan at most: where a whole store is away, thousands of letters are not set going.
MOST = 50
#: Files after which it is noted how far a scan is.
NOTED_EVERY = 500
#: Seconds between two scans, a little less than from sweep to sweep.
LATELY = 45.0
#: Under this name is noted how far the comparing has come.
SCAN = "scan"


@jobs.periodic("letters.scan", every=LATELY)
def scan() -> list[UUID]:
    """Compare every file's length, and the bytes of the next ``BYTES`` of them, with what was printed.

    Marks what is gone or damaged and puts it on the trail, takes back the mark where a file is sound again, and notes
    in the database where the next scan goes on. Returns what it found; what it found is printed again. The files of
    letters that were erased are removed.
    """
    if not storage.is_here():
        raise Transient(storage.NOT_HERE)
    files = db.session.execute(queries.files()).all()
    erased = db.session.scalars(queries.erased()).all()
    db.session.commit()
    for digest in erased:
        storage.remove(str(digest))
    before = jobs.heard().get(SCAN)
    after = UUID(before.facts["after"]) if before and before.facts.get("after") else UUID(int=0)
    db.session.commit()
    ordered = [file for file in files if file.id > after] + [file for file in files if file.id <= after]
    damaged, healed, compared = [], [], 0
    for number, file in enumerate(ordered):
        if number % NOTED_EVERY == 0:
            jobs.progress(number, len(ordered))
        if file.rotten_at is not None:
            if storage.is_sound(file.digest):
                healed.append(file)
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
    # The job before its letter, as whoever prints it again does.
    jobs.settle([file.repair_id for file in healed])
    db.session.execute(update(Letter).where(Letter.id.in_([file.id for file in healed])).values(rotten_at=None))
    found = [file.id for file in damaged if _mark(db.session(), file.id, file.register_number, file.digest)]
    db.session.commit()
    return found


def found(letter: Letter) -> None:
    """Somebody was to be given this file, and it is gone or damaged: marked in a transaction of its own, because the
    request's will be rolled back; the workers are rung."""
    with own_transaction() as session:
        _mark(session, letter.id, letter.register_number, letter.digest)
        session.commit()


def _mark(session: Session, letter_id: UUID, register_number: str, digest: str | None) -> bool:
    """Once; whoever marks it begins a new day of trying to print it again."""
    query = select(Letter.id).where(Letter.id == letter_id, Letter.rotten_at.is_(None))
    if session.scalar(to_write(query)) is None:
        return False
    repair = jobs.begin(REPRINTING, str(letter_id), within=session)
    known = select(jobs.Job.id).where(jobs.Job.name == REPRINTING, jobs.Job.key == f"{REPRINTING}:{letter_id}")
    marked = update(Letter).where(Letter.id == letter_id)
    marked = marked.values(rotten_at=func.clock_timestamp(), repair_id=repair or known.scalar_subquery())
    session.execute(marked.execution_options(synchronize_session=False))
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


@jobs.job(REPRINTING, queue=jobs.LETTERS, patience=jobs.DAY)
def reprint(claim: jobs.Claim) -> bool:
    """Print a damaged file again. True if its very bytes are back.

    Other bytes than those on record are no repair: the letter is lost until a person brings the file back from a
    backup, or the release that printed it.
    """
    letter = detached(queries.to_reprint(claim.job.id))
    content = typeset(letter).content
    if storage.digest_of(content) != letter.digest:
        log.critical("letter_lost", letter=letter.register_number)
        raise jobs.Hopeless("printed again it has other bytes: by another release's layout or press")
    storage.put(content)
    if not jobs.finish(claim):
        return False
    mended = update(Letter).where(Letter.id == letter.id).values(rotten_at=None)
    db.session.execute(mended.execution_options(synchronize_session=False))
    audit.record("letter_reprinted", on=letter, by=SYSTEM, after={"digest": letter.digest})
    return True


__all__ = ["found", "reprint", "scan"]
