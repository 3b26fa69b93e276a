"""Erasure of what reviewers wrote; points and recommended amounts remain."""

from sqlalchemy import delete, select, update

from grantflow.applications.models import Application
from grantflow.kernel.errors import Forbidden
from grantflow.kernel.parties import SYSTEM, Actor
from grantflow.platform.db import db

from ..models import Assessment, AssessmentChange, Assignment, Score


def purge(application: Application, *, by: Actor) -> None:
    """Empty the comments of a file's reviews, and the reasons of conflicts of interest: they may name people.

    Whoever calls has emptied the file's versions before: the triggers let nothing else pass. Raises Forbidden for
    everybody but the system itself.
    """
    if by is not SYSTEM:
        raise Forbidden()
    its = Assignment.application_id == application.id
    assessments = select(Assessment.id).join(Assessment.assignment).where(its)
    for statement in (
        delete(AssessmentChange).where(AssessmentChange.assessment_id.in_(assessments)),
        update(Score).where(Score.assessment_id.in_(assessments)).values(comment=""),
        update(Assessment).where(Assessment.id.in_(assessments)).values(comment=""),
        update(Assignment).where(its).values(conflict_reason=""),
    ):
        db.session.execute(statement.execution_options(synchronize_session=False))
