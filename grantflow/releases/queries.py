"""Reads of editions."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from grantflow.kernel.parties import Actor
from grantflow.platform.db import db, to_write

from . import policy
from .models import Edition
from .states import SIGNED, EditionState

_ALIVE = (EditionState.DRAFT, EditionState.RELEASED, EditionState.IN_FORCE)


def visible(actor: Actor, id: UUID) -> Edition | None:  # noqa: A002 - the word in the address
    """An edition with its keys, for those who may read any; None: hidden or not there."""
    if not policy.can_read(actor):
        return None
    return db.session.scalar(select(Edition).where(Edition.id == id).options(joinedload(Edition.author)))


def alive(actor: Actor) -> Sequence[Edition]:
    """Every draft, release and edition in force, by kind and key, the latest first."""
    if not policy.can_read(actor):
        return ()
    query = select(Edition).where(Edition.state.in_(_ALIVE)).options(joinedload(Edition.author))
    return db.session.scalars(query.order_by(Edition.kind, Edition.key, Edition.number.desc())).all()


def history(kind: str, key: str) -> Sequence[Edition]:
    """Every edition of one thing, the latest first."""
    query = select(Edition).where(Edition.kind == kind, Edition.key == key)
    return db.session.scalars(query.options(joinedload(Edition.author)).order_by(Edition.number.desc())).all()


def draft_of(kind: str, key: str) -> Edition | None:
    query = select(Edition).where(Edition.kind == kind, Edition.key == key, Edition.state == EditionState.DRAFT)
    return db.session.scalar(query)


def in_force(kind: str, key: str) -> Edition | None:
    query = select(Edition).where(Edition.kind == kind, Edition.key == key, Edition.state == EditionState.IN_FORCE)
    return db.session.scalar(query)


def waiting(kind: str, key: str) -> Edition | None:
    """The one that is released and whose day has not come."""
    query = select(Edition).where(Edition.kind == kind, Edition.key == key, Edition.state == EditionState.RELEASED)
    return db.session.scalar(query)


def all_in_force() -> Sequence[Edition]:
    query = select(Edition).where(Edition.state == EditionState.IN_FORCE)
    return db.session.scalars(query.order_by(Edition.kind, Edition.key)).all()


def latest_signed(kind: str, key: str) -> Edition | None:
    """What a new draft follows: the last one signed, whether or not its day has come."""
    query = select(Edition).where(Edition.kind == kind, Edition.key == key, Edition.state.in_(SIGNED))
    return db.session.scalar(query.order_by(Edition.number.desc()).limit(1))


def signed_of_others(kind: str, key: str) -> Sequence[Edition]:
    """What counts or counted of the same kind under other keys."""
    query = select(Edition).where(Edition.kind == kind, Edition.key != key, Edition.state.in_(SIGNED))
    return db.session.scalars(query).all()


def base(edition: Edition) -> Edition | None:
    return db.session.get(Edition, edition.based_on_id) if edition.based_on_id else None


def due(day: date) -> Sequence[Edition]:
    """Released editions whose day has come, held for writing, in one order for everybody."""
    query = select(Edition).where(Edition.state == EditionState.RELEASED, Edition.valid_from <= day)
    return db.session.scalars(to_write(query.order_by(Edition.kind, Edition.key), Edition)).all()


def overdue(day: date) -> Sequence[Edition]:
    """Released editions whose day went by: nobody brought them into force."""
    query = select(Edition).where(Edition.state == EditionState.RELEASED, Edition.valid_from < day)
    return db.session.scalars(query.order_by(Edition.kind, Edition.key)).all()
