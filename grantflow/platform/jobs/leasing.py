"""Rows in a worker's hands: taken, kept, finished or given back, each in a short transaction of its own."""

import random
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

import structlog
from sqlalchemy import ColumnElement, and_, case, false, func, select, true, update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from grantflow.kernel.errors import Transient

from .. import settings
from ..db import db
from .rows import DAY, Leased, claimable, from_now

log = structlog.get_logger()

#: Seconds between two tries at most: what is mended is noticed within minutes.
LONGEST_PAUSE = 300.0
#: Seconds between the tries to note what has happened.
NOTING = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)

L = TypeVar("L", bound=Leased)


@dataclass(frozen=True, slots=True)
class Claim(Generic[L]):
    """A row in our hands until the lease ends; ``token`` proves it. ``row`` is detached: a frozen copy.

    ``at`` is the database's time when it was taken.
    """

    row: L
    token: UUID
    attempt: int
    at: datetime

    @property
    def is_ours(self) -> ColumnElement[bool]:
        model = type(self.row)
        return and_(model.id == self.row.id, model.lease_token == self.token)


def claim(model: type[L], row_id: UUID, *, among: ColumnElement[bool] | None = None) -> Claim[L] | None:
    """Take the row for the length of one lease, if it is ``among`` those to be taken (else: ``claimable``).

    None: it is done, failed, in other hands, or its transaction never committed - all fine.
    """
    wanted = claimable(model) if among is None else among
    with Session(db.engine, expire_on_commit=False) as session:
        row = session.scalar(select(model).where(model.id == row_id, wanted).with_for_update(skip_locked=True))
        if row is None:
            return None
        token = uuid4()
        row.lease_token = token
        row.leased_until = from_now(settings().lease_seconds)
        row.attempts += 1
        row.unheard += 1
        session.flush()
        session.refresh(row)
        at = session.execute(select(func.clock_timestamp())).scalar_one()
        session.commit()
        session.expunge_all()
        return Claim(row=row, token=token, attempt=row.attempts, at=at)


def keep(claim: Claim[L]) -> bool:
    """Begin the lease anew, for work that may last longer than one. False: the row is no longer ours."""
    model = type(claim.row)
    with Session(db.engine) as session:
        kept = session.scalar(
            update(model)
            .where(claim.is_ours, model.done_at.is_(None))
            .values(leased_until=from_now(settings().lease_seconds))
            .returning(model.id)
        )
        session.commit()
    return kept is not None


def finish(session: Session, claim: Claim[L], **values: Any) -> bool:
    """Write the result if the lease is still ours (fencing); the caller commits. False: a later worker has it."""
    return put_down(session, claim, done_at=func.clock_timestamp(), **values)


def put_down(session: Session, claim: Claim[L], **values: Any) -> bool:
    """The same for a row that was done before, and stays so."""
    model = type(claim.row)
    done = session.scalar(
        update(model)
        .where(claim.is_ours, model.done_at.is_(None) if "done_at" in values else true())
        .values(leased_until=None, last_error=None, unheard=0, **values)
        .returning(model.id)
        .execution_options(synchronize_session=False)
    )
    if done is None:
        log.warning("late_write_refused", row=str(claim.row.id), table=model.__tablename__)
    return done is not None


def happened(claim: Claim[L]) -> bool:
    """Note what cannot be undone, such as a message that a server has taken: at once, and whoever holds the row by now.

    A database that is away for a moment is asked again (``NOTING``). False: it was noted before.
    """
    model = type(claim.row)
    fact = (
        update(model)
        .where(model.id == claim.row.id, model.done_at.is_(None))
        .values(done_at=func.clock_timestamp(), failed_at=None, leased_until=None, last_error=None, unheard=0)
        .returning(model.id)
    )
    for pause in NOTING:
        try:
            with Session(db.engine) as session:
                first = session.scalar(fact)
                session.commit()
            return first is not None
        except (OperationalError, InterfaceError) as error:
            log.critical("done_but_not_noted", row=str(claim.row.id), table=model.__tablename__, error=str(error))
            time.sleep(pause)
    raise Transient("what was done could not be noted")


def release(
    claim: Claim[L],
    error: str,
    *,
    permanent: bool = False,
    patience: float | None = DAY,
    heard: bool = True,
    failing: dict[str, Any] | None = None,
) -> None:
    """Give the row back after a fault: again after a jittered pause, or failed for a person to see.

    ``patience``: seconds from the first fault until the row fails; None where the fault lies with us and never fails
    the row. ``heard=False``: how the attempt ended is not known. ``failing``: what failing writes, where that is not
    ``failed_at``.
    """
    model = type(claim.row)
    now = func.clock_timestamp()
    until = func.coalesce(model.patience_until, from_now(patience)) if patience is not None else None
    over: ColumnElement[bool] = false() if until is None else now >= until
    if permanent:
        over = now.is_not(None)
    pause = min(2.0 ** min(claim.attempt, 30), LONGEST_PAUSE) * random.uniform(0.7, 1.3)  # noqa: S311 - jitter, not a secret
    columns = failing or {"failed_at": now}
    values: dict[str, Any] = {
        "leased_until": None,
        "lease_token": None,
        "last_error": error[:500],
        "patience_until": until,
        "try_after": from_now(pause),
        **{name: case((over, value), else_=getattr(model, name)) for name, value in columns.items()},
        **({"unheard": 0} if heard else {}),
    }
    with Session(db.engine) as session:
        failed = session.scalar(
            update(model)
            .where(claim.is_ours, *(() if failing else (model.done_at.is_(None),)))
            .values(**values)
            .returning(getattr(model, next(iter(columns))).is_not(None))
        )
        session.commit()
    log.error(
        "job_failed" if failed else "job_postponed",
        row=str(claim.row.id),
        table=model.__tablename__,
        error=error,
    )
