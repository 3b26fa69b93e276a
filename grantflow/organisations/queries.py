"""Reads of organisations, all inside what the actor may see."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import selectinload

from grantflow.kernel.errors import Reason
from grantflow.kernel.parties import Actor
from grantflow.platform.db import db

from . import policy, rules
from .models import Organisation


def of_member(actor: Actor) -> Sequence[Organisation]:
    """The actor's organisations by name, with their members."""
    return db.session.scalars(
        select(Organisation)
        .where(policy.visible(actor))
        .options(selectinload(Organisation.memberships))
        .order_by(Organisation.name, Organisation.id)
    ).all()


def by_id(actor: Actor, id: UUID) -> Organisation | None:  # noqa: A002 - the house's name in addresses
    return db.session.scalar(select(Organisation).where(policy.visible(actor), Organisation.id == id))


def shares_a_number_with(organisation: Organisation) -> ColumnElement[bool]:
    """Other organisations that entered a register number of this one's. For offices only (D39)."""
    ways = [
        and_(*(getattr(Organisation, name) == getattr(organisation, name) for name in names))
        for names in rules.NUMBERS
        if all(getattr(organisation, name) for name in names)
    ]
    return and_(Organisation.id != organisation.id, or_(false(), *ways))


def profile(organisation: Organisation) -> rules.Profile:
    """The row as plain values."""
    values: dict[str, Any] = {name: getattr(organisation, name) for name in rules.PROFILE_FIELDS}
    return rules.Profile(**values)


def missing(organisation: Organisation) -> list[Reason]:
    """What must be entered before it can send an application."""
    return rules.missing(profile(organisation))
