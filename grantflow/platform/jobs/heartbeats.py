"""Signs of life: each part notes that it was there, and how it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ..db import db
from ..models import Heartbeat
from .register import DAY, periodic
from .rows import from_now


@dataclass(frozen=True, slots=True)
class Heard:
    """Seconds since a part was last seen, and what it noted then."""

    age: float
    facts: dict[str, Any]


def touch(name: str, **facts: Any) -> None:
    """Note that ``name`` (a worker, ``beat``, ``sweep``, the mail server) was seen just now, and what was seen of it;
    commits by itself."""
    with Session(db.engine) as session:
        session.execute(
            insert(Heartbeat)
            .values(name=name, seen_at=func.clock_timestamp(), facts=facts)
            .on_conflict_do_update(
                index_elements=[Heartbeat.name],
                set_={"seen_at": func.clock_timestamp(), "facts": facts},
            )
        )
        session.commit()


def now() -> datetime:
    """The database's present. Leaves no transaction open."""
    with Session(db.engine) as session:
        present: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
        return present


def is_due(name: str, seconds: float) -> bool:
    """Whether ``name`` was last seen so long ago, or never; by the database's clock. Leaves no transaction open."""
    with Session(db.engine) as session:
        seen = select(Heartbeat.name).where(Heartbeat.name == name, Heartbeat.seen_at > from_now(-seconds))
        return session.scalar(seen) is None


def gone(name: str) -> None:
    """``name`` has ended in good order: it is not missed."""
    with Session(db.engine) as session:
        session.execute(delete(Heartbeat).where(Heartbeat.name == name))
        session.commit()


@periodic("upkeep.forget_heartbeats", at="03:10")
def forget_old_heartbeats() -> None:
    """Drop the rows of workers that were last seen more than a day ago; the caller's transaction commits."""
    old = Heartbeat.name.startswith("worker-") & (Heartbeat.seen_at < from_now(-DAY))
    db.session.execute(delete(Heartbeat).where(old))


def heard() -> dict[str, Heard]:
    """Every part, when it was last seen and what it noted."""
    age = func.extract("epoch", func.clock_timestamp() - Heartbeat.seen_at)
    rows = db.session.execute(select(Heartbeat.name, age, Heartbeat.facts))
    return {name: Heard(float(seconds), facts) for name, seconds, facts in rows}


def heartbeats() -> dict[str, float]:
    """Seconds since each part was last seen."""
    return {name: one.age for name, one in heard().items()}
