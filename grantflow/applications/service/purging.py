"""Erasure: the personal texts of a file's versions are emptied; numbers, hashes and amounts remain."""

from sqlalchemy import case, delete, or_, select, update

from grantflow.audit import service as audit
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, IllegalStep
from grantflow.kernel.parties import SYSTEM, Actor
from grantflow.kernel.text import fold
from grantflow.organisations import service as organisations
from grantflow.platform import jobs
from grantflow.platform.db import db
from grantflow.platform.saving import KEPT_FOR

from .. import rules
from ..models import Application, BudgetLine, Event, Participation, Version, VersionAnswer, VersionChange, VersionParty
from ..states import OPEN, Part


def purge(application: Application, *, by: Actor) -> None:
    """Empty what people wrote in all versions of a closed file, and the copies that lists keep. Audits it.

    What else there is on a file, ``decisions.service.purge`` empties: it begins here. Raises Forbidden for everybody
    but the system itself, IllegalStep while somebody still has to do something with the file.
    """
    if by is not SYSTEM:
        raise Forbidden()
    db.lock(application, by=by)
    if application.state in OPEN:
        raise IllegalStep("illegal_step")
    its = Version.application_id == application.id
    ids = select(Version.id).where(its)
    # The versions first: their mark opens what belongs to them.
    for statement in (
        update(Version)
        .where(its, Version.purged_at.is_(None))
        .values(
            purged_at=clock.now(),
            content=case((Version.content.is_not(None), b"")),
            title="",
            summary="",
            places="",
            other_public_funding="",
        ),
        delete(VersionChange).where(VersionChange.version_id.in_(ids)),
        update(VersionAnswer).where(VersionAnswer.version_id.in_(ids)).values(text=""),
        update(BudgetLine).where(BudgetLine.version_id.in_(ids)).values(description=""),
        update(VersionParty)
        .where(VersionParty.version_id.in_(ids))
        .values(name="", street="", postal_code="", city="", profile={}, contact_name="", email="", role=""),
        update(Participation).where(Participation.application_id == application.id).values(note=""),
        update(Event).where(Event.application_id == application.id).values(note=""),
    ):
        db.session.execute(statement.execution_options(synchronize_session=False))
    # Pages still have to call it something, and no two files look like twins for it.
    application.title, application.title_key = application.label, rules.title_key(application.label)
    application.search_text = fold(application.label)
    application.lead_name = application.partner_name = application.return_reason = ""
    organisations.forget([its.organisation for its in application.participations if its.part is Part.PARTNER])
    audit.record("application_purged", on=application, by=by)
    db.session.flush()
    db.session.expire(application)
    for version in application.versions:
        db.session.expire(version)


@jobs.periodic("applications.forget_changes", at="03:15")
def forget_changes() -> None:
    """Housekeeping: thirty days after a version was closed, nobody needs to know how it came about."""
    before = clock.now() - KEPT_FOR
    closed = select(Version.id).where(or_(Version.sealed_at < before, Version.lapsed_at < before))
    db.session.execute(delete(VersionChange).where(VersionChange.version_id.in_(closed)))
