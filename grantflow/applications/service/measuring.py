"""How long applications take, so that calls can say it to those who come after."""

from collections import defaultdict
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from grantflow.calls import rules as calls
from grantflow.calls.models import Call, Category
from grantflow.kernel import clock
from grantflow.platform import jobs
from grantflow.platform.db import db
from grantflow.platform.saving import KEPT_FOR

from .. import rules
from ..models import Application, Version, VersionChange


@jobs.periodic("applications.measure", at="02:40")
def measure() -> None:
    """Minutes at the form of what was sent since last night, while its history of saves is kept; then the medians."""
    _measure_files()
    _measure_calls()


def _measure_files() -> None:
    sent = select(Application, Version).join(Version, Version.application_id == Application.id)
    sent = sent.where(
        Version.number == 1, Version.sealed_at > clock.now() - KEPT_FOR, Application.active_minutes.is_(None)
    )
    for application, version in db.session.execute(sent.order_by(Application.id)).all():
        saves = select(VersionChange.since, VersionChange.at).where(VersionChange.version_id == version.id)
        spans = [(since, at) for since, at in db.session.execute(saves)]
        if spans and version.sealed_at:
            application.active_minutes = rules.active_minutes(version.opened_at, spans, version.sealed_at)
    db.session.flush()


def _measure_calls() -> None:
    query = select(Call).where(Call.opens_at <= clock.now(), Call.closes_at > clock.now() - KEPT_FOR)
    for call in db.session.scalars(query.options(selectinload(Call.categories)).order_by(Call.id)).all():
        minutes: dict[UUID, list[int]] = defaultdict(list)
        files = select(Application.requested_cents, Application.active_minutes).where(
            Application.call_id == call.id, Application.active_minutes.is_not(None)
        )
        for cents, count in db.session.execute(files):
            category: Category = calls.category_of(call.categories, cents)
            minutes[category.id].append(count or 0)
        for category in call.categories:
            category.median_minutes = rules.typical(minutes[category.id])
