"""Who may do what in a review. The loaders in ``queries`` decide which files exist for whom."""

from sqlalchemy import ColumnElement, exists, or_
from sqlalchemy.orm import aliased

from grantflow.applications import policy as applications
from grantflow.applications.models import Application
from grantflow.kernel.parties import OFFICES, Actor, Role
from grantflow.platform.access import has_role

from .models import Assessment, Assignment
from .states import AT_WORK, Conflict, Progress

#: The reviewer's own queue and files; the loader has checked that the file is theirs.
reviews = has_role(Role.REVIEWER)


def assigns(actor: Actor, subject: object = None) -> bool:
    """Assign and remove reviewers; of which side is the service's question. Métropole runs no office (D9)."""
    return Role.OFFICE in actor.roles and actor.party in OFFICES.values()


def compares(actor: Actor, subject: object = None) -> bool:
    """The loader gives the comparison only to those who may see every score."""
    return bool(actor.roles & {Role.REVIEWER, Role.OFFICE, Role.SIGNATORY})


# Aliased: a query that reads assignments itself must not lend its own row to this question. Made once: every page
# of staff asks it.
_OWN, _REVIEW = aliased(Assignment), aliased(Assessment)
_SUBMITTED = exists().where(_REVIEW.assignment_id == _OWN.id, _REVIEW.progress == Progress.SUBMITTED)
_SEAT_THAT_CLOSES = exists().where(
    _OWN.application_id == Application.id,
    or_(_OWN.conflict == Conflict.DECLARED, Application.state.in_(AT_WORK) & ~_SUBMITTED),
)


def closed_by_review(actor: Actor) -> ColumnElement[bool]:
    """Whether the Application of the query at hand is closed to whatever other role the actor holds.

    For good once they declared a conflict (R9, T14); and while they still have to submit their own review, so that
    an office's or a signatory's pages never show them what a reviewer must not know yet (T13).
    """
    return _SEAT_THAT_CLOSES.where(_OWN.reviewer_id == actor.id)


applications.BARRIERS.append(closed_by_review)
