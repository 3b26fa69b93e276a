"""Reads of organisations, all inside what the actor may see."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from grantflow.kernel.errors import Reason
from grantflow.kernel.parties import Actor
from grantflow.platform.db import db

from . import policy, rules
from .models import Organisation


def of_member(actor: Actor) -> Sequence[Organisation]:
    """The actor's organisations by name."""
    return db.session.scalars(
        select(Organisation).where(policy.visible(actor)).order_by(Organisation.name, Organisation.id)
    ).all()


def by_id(actor: Actor, id: UUID) -> Organisation | None:  # noqa: A002 - the house's name in addresses
    return db.session.scalar(select(Organisation).where(policy.visible(actor), Organisation.id == id))


def profile(organisation: Organisation) -> rules.Profile:
    """The row as plain values."""
    values: dict[str, Any] = {name: getattr(organisation, name) for name in rules.PROFILE_FIELDS}
    return rules.Profile(**values)


def missing(organisation: Organisation) -> list[Reason]:
    """What must be entered before it can send an application."""
    return rules.missing(profile(organisation))
