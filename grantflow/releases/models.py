"""Whatever two people release: each version of it a row, from draft to superseded (foundation 9)."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grantflow.accounts.models import Person
from grantflow.kernel.parties import Party
from grantflow.platform.db import Base, Identified, Instant, enum_column

from .states import EditionState


class Edition(Identified, Base):
    """One version of a funder's data, a call, a legal text, a page. Its content is the truth; the rows that everybody
    reads are written from it on the day it comes into force, and by nobody else."""

    __tablename__ = "edition"

    #: ``call``: a name of the register (``kinds``).
    kind: Mapped[str]
    #: Which of its kind: ``27-1``, ``toulouse``.
    key: Mapped[str]
    #: Counts the editions of the same thing, from 1.
    number: Mapped[int]
    state: Mapped[EditionState] = mapped_column(enum_column(EditionState), default=EditionState.DRAFT)
    #: A draft may lack what its document asks for.
    content: Mapped[dict[str, Any]]
    #: First day in force; None: the day of release.
    valid_from: Mapped[date | None]
    #: Why it changes what was in force.
    reason: Mapped[str] = mapped_column(default="")
    #: Counts the saves: a save says which it saw.
    revision: Mapped[int] = mapped_column(default=1)
    #: The signed edition it was drafted from; None: the first.
    based_on_id: Mapped[UUID | None] = mapped_column(ForeignKey("edition.id"), index=True)
    #: Who saved last; None: a command of the machine.
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    saved_at: Mapped[datetime] = mapped_column(Instant)
    #: Since when those whose keys it takes are asked for them; a save takes it back.
    offered_at: Mapped[datetime | None] = mapped_column(Instant)
    released_at: Mapped[datetime | None] = mapped_column(Instant)
    in_force_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    author: Mapped[Person | None] = relationship()
    keys: Mapped[list["EditionKey"]] = relationship(
        back_populates="edition", order_by="EditionKey.at", cascade="all, delete-orphan", lazy="selectin"
    )

    __table_args__ = (
        UniqueConstraint("kind", "key", "number"),
        Index("uq_edition_draft", "kind", "key", unique=True, postgresql_where="state = 'draft'"),
        Index("uq_edition_released", "kind", "key", unique=True, postgresql_where="state = 'released'"),
        Index("uq_edition_in_force", "kind", "key", unique=True, postgresql_where="state = 'in_force'"),
        CheckConstraint("(state IN ('draft', 'discarded')) OR released_at IS NOT NULL", name="released"),
    )

    @property
    def label(self) -> str:
        return f"{self.kind} {self.key}"


class EditionKey(Identified, Base):
    """One person's word for exactly this content; a save of the draft takes it away."""

    __tablename__ = "edition_key"

    edition_id: Mapped[UUID] = mapped_column(ForeignKey("edition.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    #: The party they spoke for.
    party: Mapped[Party] = mapped_column(enum_column(Party))
    #: The roles they held.
    roles: Mapped[list[str]]
    #: ``rules.fingerprint`` of what they saw.
    digest: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)

    edition: Mapped[Edition] = relationship(back_populates="keys")
    person: Mapped[Person] = relationship()

    __table_args__ = (UniqueConstraint("edition_id", "person_id"),)
