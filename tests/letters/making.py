"""Letters issued and printed in one line."""

from datetime import date

from sqlalchemy import func, select

from grantflow.audit.models import Entry
from grantflow.kernel.parties import Party
from grantflow.letters.models import Letter
from grantflow.letters.states import Kind
from grantflow.platform import jobs
from grantflow.platform.db import db

from .samples import facts, issued

D, T, M = Party.DUESSELDORF, Party.TOULOUSE, Party.METROPOLE


def issue(
    party: Party = D, key: str = "", kind: Kind = Kind.AWARD, *, on: date | None = None, **changes: object
) -> Letter:
    """The act alone: its recipient reads the funder's language."""
    made = facts(kind, party, **{"contact_language": party.language, **changes})
    return issued(kind, made, key=key, on=on)[0]


def printed(party: Party = D, **changes: object) -> Letter:
    letter = issue(party, **changes)
    db.session.commit()
    assert jobs.run(letter.job_id)
    db.session.commit()
    db.session.expire_all()
    return letter


def printed_again(letter: Letter) -> bool:
    db.session.expire_all()
    repair = letter.repair_id
    db.session.commit()
    assert repair
    done = jobs.run(repair)
    db.session.expire_all()
    return done


def count(letter: Letter) -> int:
    return int(letter.register_number.rpartition("-")[2])


def trail(action: str) -> int:
    return db.session.scalar(select(func.count()).select_from(Entry).where(Entry.action == action)) or 0
