"""What each funder puts into a call, and the ledger of it."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grantflow.accounts.models import Person
from grantflow.kernel.parties import Party
from grantflow.platform.db import Base, Identified, Instant, enum_column

from ..states import Movement
from .funders import Funder

if TYPE_CHECKING:
    from .calls import Call


class Envelope(Identified, Base):
    """What one funder puts into a call. Its two sums follow the ledger's rows, by trigger, and never pass the limit:
    committed + reserved + free = limit at every moment."""

    __tablename__ = "envelope"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"))
    funder_code: Mapped[Party] = mapped_column(ForeignKey("funder.code"))
    position: Mapped[int]
    limit_cents: Mapped[int] = mapped_column(BigInteger)
    #: Sum of the ``Commitment`` rows.
    committed_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    #: Sum of the ``Reservation`` rows.
    reserved_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    #: Weight of this funder in the proposed split (D7).
    weight: Mapped[int]
    #: Else announced only.
    is_released: Mapped[bool] = mapped_column(default=True)

    call: Mapped["Call"] = relationship(back_populates="envelopes")
    funder: Mapped[Funder] = relationship()

    __table_args__ = (
        UniqueConstraint("call_id", "funder_code"),
        CheckConstraint(
            "committed_cents >= 0 AND reserved_cents >= 0 AND committed_cents + reserved_cents <= limit_cents",
            name="within_limit",
        ),
        Index(None, "funder_code"),
    )

    @property
    def free_cents(self) -> int:
        """What can still be offered."""
        return self.limit_cents - self.committed_cents - self.reserved_cents


class Commitment(Identified, Base):
    """The ledger: what an act has taken from an envelope, for ever. Append-only, by trigger."""

    __tablename__ = "commitment"

    envelope_id: Mapped[UUID] = mapped_column(ForeignKey("envelope.id"))
    #: Of ``decisions``; no foreign key, calls know no upper feature.
    act_id: Mapped[UUID]
    cents: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[Movement] = mapped_column(enum_column(Movement))
    at: Mapped[datetime] = mapped_column(Instant)

    envelope: Mapped[Envelope] = relationship()

    __table_args__ = (UniqueConstraint("act_id", "envelope_id"), Index(None, "envelope_id"))


class Reservation(Base):
    """What an act that is still open would take from an envelope: gone as soon as it is decided or sent back."""

    __tablename__ = "reservation"

    act_id: Mapped[UUID] = mapped_column(primary_key=True)
    envelope_id: Mapped[UUID] = mapped_column(ForeignKey("envelope.id"), primary_key=True, index=True)
    cents: Mapped[int] = mapped_column(BigInteger)
    #: Since when the act holds money of this envelope, and whoever set what it holds now.
    since: Mapped[datetime] = mapped_column(Instant)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)

    envelope: Mapped[Envelope] = relationship()
    holder: Mapped[Person] = relationship()

    __table_args__ = (CheckConstraint("cents > 0", name="cents"),)
