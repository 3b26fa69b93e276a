"""What closes a file to a person in every channel: conditions for the predicates of the features above."""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from grantflow.organisations import queries as organisations

from .models import Seat, StandingConflict
from .states import Conflict

# Aliased: a query that reads seats itself must not lend its own row to this question. Made once: every page of staff
# asks it.
_OWN = aliased(Seat)

#: A column of ids, in the query at hand; and somebody: by their id, by such a column, or nobody.
Ids = ColumnElement[UUID] | InstrumentedAttribute[UUID]
Person = UUID | Ids | None


def seat_closes(person_id: UUID | None, file: Ids, *, at_work: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the person's own seat closes ``file`` to whatever other role they hold.

    For good once they declared a conflict (R9, T14); and, ``at_work``, while they still have to submit their own
    review, so that an office's or a signatory's pages never show them what a reviewer must not know yet (T13).
    """
    return exists().where(
        _OWN.reviewer_id == person_id,
        _OWN.application_id == file,
        or_(_OWN.conflict == Conflict.DECLARED, at_work & _OWN.submitted_at.is_(None)),
    )


def conflicted(person_id: Person) -> Select[UUID]:
    """The organisations that the person has a standing conflict of interest with, under whatever entry."""
    return organisations.same_as(
        select(StandingConflict.organisation_id).where(StandingConflict.person_id == person_id)
    )
