"""Proposals, their split among the funders, keys, and decisions. The database itself refuses a decision without
two keys of two people for the same digest (T15)."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grantflow.accounts.models import Person
from grantflow.applications.models import Application
from grantflow.kernel.parties import Party
from grantflow.platform.db import Base, Identified, Instant, enum_column

from .rules import Content
from .states import KeyKind, Outcome, RejectionReason


class Proposal(Identified, Base):
    """What the lead's office puts to both cities. Editing it changes the digest, which voids keys and consent."""

    __tablename__ = "proposal"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), unique=True)
    outcome: Mapped[Outcome] = mapped_column(enum_column(Outcome))
    #: Sum of the shares; 0 for a rejection.
    award_cents: Mapped[int] = mapped_column(BigInteger)
    rejection_reason: Mapped[RejectionReason | None] = mapped_column(enum_column(RejectionReason))
    #: What the money is for, worded by the office in both languages; empty for a rejection.
    purpose_de: Mapped[str] = mapped_column(default="")
    purpose_fr: Mapped[str] = mapped_column(default="")
    #: The reason in both languages: it stands in two acts.
    reason_de: Mapped[str]
    reason_fr: Mapped[str]
    #: Special conditions in both languages, one a line.
    conditions_de: Mapped[str] = mapped_column(default="")
    conditions_fr: Mapped[str] = mapped_column(default="")
    prepared_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    prepared_at: Mapped[datetime] = mapped_column(Instant)
    #: Counts the edits.
    version: Mapped[int] = mapped_column(default=1)
    #: That of its last version: what every key signs.
    digest: Mapped[str]
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    #: Set while it lies with the office again: who sent it back, and why. Not for the applicant.
    returned_at: Mapped[datetime | None] = mapped_column(Instant)
    returned_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    return_reason: Mapped[str] = mapped_column(default="")

    application: Mapped[Application] = relationship()
    preparer: Mapped[Person] = relationship(foreign_keys=[prepared_by])
    returner: Mapped[Person | None] = relationship(foreign_keys=[returned_by])
    shares: Mapped[list["Share"]] = relationship(
        back_populates="proposal",
        cascade="all, delete-orphan",
        order_by="Share.position",
    )
    keys: Mapped[list["Key"]] = relationship(back_populates="proposal", order_by="Key.turned_at")
    versions: Mapped[list["Version"]] = relationship(back_populates="proposal", order_by="Version.number")

    __table_args__ = (
        CheckConstraint("(outcome = 'award') = (award_cents > 0)", name="amount"),
        CheckConstraint("(outcome = 'rejection') = (rejection_reason IS NOT NULL)", name="reason"),
        CheckConstraint(
            "(outcome = 'award') = (purpose_de <> '') AND (outcome = 'award') = (purpose_fr <> '')", name="purpose"
        ),
        CheckConstraint(
            "(returned_at IS NULL) = (returned_by IS NULL) AND (returned_at IS NULL OR decided_at IS NULL)",
            name="returned",
        ),
    )

    @property
    def is_open(self) -> bool:
        """Before the cities: neither decided nor back with the office."""
        return self.decided_at is None and self.returned_at is None

    @property
    def label(self) -> str:
        return self.application.label


class Version(Base):
    """What was put to the cities, word for word, each time it changed: what a key signed can be read for ever, and
    whoever wrote any version turns no key (R14). Append-only by trigger."""

    __tablename__ = "proposal_version"

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposal.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    #: SHA-256 over ``frozen``, taken when it was stored.
    digest: Mapped[str]
    #: ``rules.Content``: amounts, conditions, every act with its words, and what they rest on.
    frozen: Mapped[bytes]
    prepared_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    prepared_at: Mapped[datetime] = mapped_column(Instant)

    proposal: Mapped[Proposal] = relationship(back_populates="versions")

    __table_args__ = (CheckConstraint("digest = encode(sha256(frozen), 'hex')", name="digest_of_bytes"),)

    @property
    def content(self) -> Content:
        return Content.read(self.frozen)


class Share(Base):
    """One funder's part; 0: no letter (D7). French funders act on a délibération (D4)."""

    __tablename__ = "share"

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"), primary_key=True)
    funder_code: Mapped[Party] = mapped_column(enum_column(Party), primary_key=True)
    position: Mapped[int]
    cents: Mapped[int] = mapped_column(BigInteger)
    deliberation_number: Mapped[str] = mapped_column(default="")
    deliberation_on: Mapped[date | None]

    proposal: Mapped[Proposal] = relationship(back_populates="shares")

    __table_args__ = (CheckConstraint("cents >= 0", name="cents"),)


class Key(Identified, Base):
    """A city's key, or Métropole's consent, to exactly one digest."""

    __tablename__ = "decision_key"

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposal.id"), index=True)
    kind: Mapped[KeyKind] = mapped_column(enum_column(KeyKind))
    party: Mapped[Party] = mapped_column(enum_column(Party))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    #: Whoever signed, as they were called then: it stands under the act, whatever they call themselves later.
    name: Mapped[str]
    digest: Mapped[str]
    turned_at: Mapped[datetime] = mapped_column(Instant)
    voided_at: Mapped[datetime | None] = mapped_column(Instant)

    proposal: Mapped[Proposal] = relationship(back_populates="keys")

    __table_args__ = (
        CheckConstraint("(kind = 'consent') = (party = 'metropole')", name="party"),
        Index(
            "uq_key_party",
            "proposal_id",
            "party",
            unique=True,
            postgresql_where="voided_at IS NULL",
        ),
        Index(
            "uq_key_person",
            "proposal_id",
            "person_id",
            unique=True,
            postgresql_where="voided_at IS NULL",
        ),
    )


class Decision(Identified, Base):
    """The joint decision: one for each file, for ever."""

    __tablename__ = "decision"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), unique=True)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposal.id"), unique=True)
    outcome: Mapped[Outcome] = mapped_column(enum_column(Outcome))
    award_cents: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str]
    decided_at: Mapped[datetime] = mapped_column(Instant)

    application: Mapped[Application] = relationship()
    proposal: Mapped[Proposal] = relationship()

    __table_args__ = (UniqueConstraint("application_id", "digest"),)
