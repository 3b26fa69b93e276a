"""Erasure: the one verb that empties what people wrote on a file, wherever it lies. Numbers, hashes, amounts remain."""

from sqlalchemy import func, select, update

from grantflow.applications import service as applications
from grantflow.applications.models import Application
from grantflow.kernel import clock
from grantflow.kernel.parties import Actor
from grantflow.letters import service as letters
from grantflow.notifications import service as notifications
from grantflow.platform.db import db
from grantflow.review import service as reviews

from ..models import Act, Proposal, Version


def purge(application: Application, *, by: Actor) -> None:
    """Empty the personal texts of a closed file: its versions and moves, the acts, their proposals and all that was
    put to the cities, what reviewers wrote, the letters with their words and files, the messages. Audits it, without
    any of them.

    The one thing that the triggers let pass. Raises Forbidden for everybody but the system itself, IllegalStep while
    somebody still has to do something with the file or a letter is not printed yet.
    """
    # First the versions: what stands below may be emptied only once they are.
    applications.purge(application, by=by)
    acts = select(Act.id).where(Act.application_id == application.id)
    proposals = select(Proposal.id).where(Proposal.act_id.in_(acts))
    versions = db.session.scalars(select(Version).where(Version.proposal_id.in_(proposals))).all()
    bodies = {body for version in versions for act in version.content.acts.values() for body in act.bodies.values()}
    now = clock.now()
    for statement in (
        update(Act).where(Act.application_id == application.id).values(return_reason=""),
        update(Proposal)
        .where(Proposal.act_id.in_(acts), Proposal.purged_at.is_(None))
        .values(
            purged_at=now,
            **dict.fromkeys(
                ("purpose_de", "purpose_fr", "reason_de", "reason_fr", "conditions_de", "conditions_fr"), ""
            ),
        ),
        update(Version)
        .where(Version.proposal_id.in_(proposals), Version.purged_at.is_(None))
        .values(purged_at=now, frozen=func.content_without_texts(Version.frozen)),
    ):
        db.session.execute(statement.execution_options(synchronize_session=False))
    reviews.purge(application, by=by)
    letters.purge(application.id, bodies, by=by)
    if application.number:
        notifications.purge(application.number, by=by)
    db.session.expire_all()
