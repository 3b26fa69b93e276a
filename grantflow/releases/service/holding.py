"""Who may write, one at a time."""

from sqlalchemy import func, select

from grantflow.kernel.errors import Forbidden, IllegalStep
from grantflow.kernel.parties import SYSTEM, Actor
from grantflow.platform.db import db

from .. import policy
from ..models import Edition
from ..states import EditionState


def allow(kind: str, key: str, by: Actor) -> None:
    if by is not SYSTEM and not policy.may_edit(by, kind, key):
        raise Forbidden()


def hold_draft(edition: Edition, by: Actor) -> None:
    allow(edition.kind, edition.key, by)
    db.lock(edition, by=by)
    if edition.state is not EditionState.DRAFT:
        raise IllegalStep("edition_is_final")


def alone(kind: str, key: str) -> None:
    """Whoever drafts or signs editions of one thing waits for each other: there may be no row yet to hold."""
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{kind}/{key}", 0))))
