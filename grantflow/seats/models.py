"""Who sits at which file, and who is biased towards which organisation: what closes a file, whatever a role would open.

Below the applications, so that their ``visible`` depends on it directly; files are known by their plain ids here.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grantflow.accounts.models import Person
from grantflow.kernel.parties import Party
from grantflow.platform.db import Base, Identified, Instant, enum_column

from .states import Conflict


class Seat(Identified, Base):
    """One reviewer's place at one file. ``review`` reads it as an ``Assignment``, with the file and the assessment."""

    __tablename__ = "seat"

    application_id: Mapped[UUID]
    reviewer_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    #: The reviewer's party when assigned: it never changes sides later.
    party: Mapped[Party] = mapped_column(enum_column(Party))
    assigned_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    assigned_at: Mapped[datetime] = mapped_column(Instant)
    conflict: Mapped[Conflict] = mapped_column(enum_column(Conflict), default=Conflict.UNDECLARED)
    conflict_reason: Mapped[str] = mapped_column(default="")
    declared_at: Mapped[datetime | None] = mapped_column(Instant)
    #: When the review was submitted; the seat and its assessment are final from then on (R11; triggers in 0002).
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    #: The third review (D6): a seat of no side, proposed by one office, confirmed by the other.
    is_third: Mapped[bool] = mapped_column(default=False)
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)

    reviewer: Mapped[Person] = relationship(foreign_keys=[reviewer_id])

    __table_args__ = (
        UniqueConstraint("application_id", "reviewer_id"),
        Index(None, "reviewer_id", "application_id"),
        CheckConstraint("(conflict = 'undeclared') = (declared_at IS NULL)", name="declared"),
        CheckConstraint("submitted_at IS NULL OR conflict = 'none'", name="submitted"),
        CheckConstraint("is_third = (confirmed_by IS NOT NULL)", name="third_confirmed"),
        CheckConstraint("confirmed_by <> assigned_by", name="third_by_two"),
        # Asked once: after a recusal only, another person may take the same seat.
        Index("uq_seat_third", "application_id", unique=True, postgresql_where="is_third AND conflict <> 'declared'"),
    )


class StandingConflict(Base):
    """A person's conflict of interest towards an organisation: it closes each file that the organisation is part of."""

    __tablename__ = "standing_conflict"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    since: Mapped[datetime] = mapped_column(Instant)
