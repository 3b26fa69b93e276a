"""Reads of organisations, all inside what the actor may see."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, tuple_
from sqlalchemy.orm import aliased, joinedload

from grantflow.kernel.errors import Reason
from grantflow.kernel.parties import Actor
from grantflow.platform.db import db

from . import policy, rules
from .models import Organisation


def of_member(actor: Actor) -> Sequence[Organisation]:
    """The actor's organisations by name, with their members."""
    query = select(Organisation).where(policy.visible(actor)).options(joinedload(Organisation.memberships))
    return db.session.scalars(query.order_by(Organisation.name, Organisation.id)).unique().all()


def by_id(actor: Actor, id: UUID) -> Organisation | None:  # noqa: A002 - the house's name in addresses
    return db.session.scalar(select(Organisation).where(policy.visible(actor), Organisation.id == id))


def same_as(ids: Select[UUID]) -> Select[UUID]:
    """The organisations of ``ids`` and all that were found to be one with them (``merged_into_id``)."""
    here, there = aliased(Organisation), aliased(Organisation)
    kept = func.coalesce(there.merged_into_id, there.id)
    return select(here.id).join(there, or_(here.id == kept, here.merged_into_id == kept)).where(there.id.in_(ids))


def merged_into(organisation: Organisation) -> Sequence[Organisation]:
    """The entries that were found to be this organisation."""
    return db.session.scalars(select(Organisation).where(Organisation.merged_into_id == organisation.id)).all()


def by_key(key: UUID) -> Organisation | None:
    """Any organisation; for commands and for features that know by their own rules that they may."""
    return db.session.get(Organisation, key)


def shares_a_number_with(organisation: Organisation) -> ColumnElement[bool]:
    """Other organisations that entered a register number of this one's. For offices only (D39)."""
    ways = [
        and_(*(getattr(Organisation, name) == getattr(organisation, name) for name in names))
        for names in rules.NUMBERS
        if all(getattr(organisation, name) for name in names)
    ]
    return and_(Organisation.id != organisation.id, or_(false(), *ways))


def duplicates() -> Sequence[tuple[Organisation, Organisation]]:
    """Pairs that share a register number and were not merged yet, the older entry first."""
    first, second = aliased(Organisation), aliased(Organisation)
    same = or_(
        *(
            and_(*(getattr(first, name) == getattr(second, name) for name in names), getattr(first, names[-1]) != "")
            for names in rules.NUMBERS
        )
    )
    alone = first.merged_into_id.is_(None) & second.merged_into_id.is_(None)
    older = tuple_(first.created_at, first.id) < tuple_(second.created_at, second.id)
    query = select(first, second).join(second, same).where(alone, older).order_by(first.name, first.id, second.id)
    return [(one, other) for one, other in db.session.execute(query)]


def profile(organisation: Organisation) -> rules.Profile:
    """The row as plain values."""
    values: dict[str, Any] = {name: getattr(organisation, name) for name in rules.PROFILE_FIELDS}
    return rules.Profile(**values)


def missing(organisation: Organisation) -> list[Reason]:
    """What must be entered before it can send an application."""
    return rules.missing(profile(organisation))
