"""Acts, their proposals, the split among the funders, and keys. The database itself refuses to let an act be decided
without two keys of two people for the same digest (T15)."""

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, Uuid, and_, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, aliased, column_property, mapped_column, relationship

from grantflow.accounts.models import Address, Person
from grantflow.applications.models import Application
from grantflow.kernel.parties import Party
from grantflow.platform.db import Base, Identified, Instant, enum_column

from .rules import Content
from .states import ActState, KeyKind, Outcome, RejectionReason


class Act(Identified, Base):
    """A joint act of the cities on a file: begun by a proposal, ended by both keys or by sending the proposal back.

    A file holds any number of them in its life, one after the other: one is open at a time, and what has ended stays
    as it ended. Proposal, keys, letters, money and messages are those of an act.
    """

    __tablename__ = "act"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    #: From 1 on within the file.
    number: Mapped[int]
    kind: Mapped[Outcome] = mapped_column(enum_column(Outcome))
    state: Mapped[ActState] = mapped_column(enum_column(ActState))
    opened_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    #: Who sent it back, and why. Not for the applicant.
    returned_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    return_reason: Mapped[str] = mapped_column(default="")

    application: Mapped[Application] = relationship()
    returner: Mapped[Person | None] = relationship()
    proposal: Mapped["Proposal"] = relationship(back_populates="act")

    __table_args__ = (
        UniqueConstraint("application_id", "number"),
        Index("uq_act_open", "application_id", unique=True, postgresql_where="state = 'open'"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed"),
        CheckConstraint("(state = 'abandoned') = (returned_by IS NOT NULL)", name="returned"),
    )

    @property
    def is_open(self) -> bool:
        return self.state is ActState.OPEN

    @property
    def decided_at(self) -> datetime | None:
        return self.closed_at if self.state is ActState.DECIDED else None

    @property
    def returned_at(self) -> datetime | None:
        return self.closed_at if self.state is ActState.ABANDONED else None

    @property
    def label(self) -> str:
        return self.application.label


class Proposal(Identified, Base):
    """What the lead's office puts to both cities: what an act will say. Editing it changes the digest, which voids keys
    and consent; once its act has ended it is final, by trigger."""

    __tablename__ = "proposal"

    act_id: Mapped[UUID] = mapped_column(ForeignKey("act.id"), unique=True)
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
    #: Who worded the terms; whoever entered a délibération stands with the share.
    prepared_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    prepared_at: Mapped[datetime] = mapped_column(Instant)
    #: Counts the edits of a file's proposals: that of a later act goes on where the one before ended.
    version: Mapped[int] = mapped_column(default=1)
    #: That of its last version: what every key signs.
    digest: Mapped[str]
    #: The personal texts were taken out.
    purged_at: Mapped[datetime | None] = mapped_column(Instant)

    act: Mapped[Act] = relationship(back_populates="proposal", lazy="joined", innerjoin=True)
    preparer: Mapped[Person] = relationship()
    shares: Mapped[list["Share"]] = relationship(
        back_populates="proposal",
        cascade="all, delete-orphan",
        order_by="Share.position",
    )
    keys: Mapped[list["Key"]] = relationship(back_populates="proposal", order_by="Key.turned_at")
    versions: Mapped[list["Version"]] = relationship(
        lambda: Version, back_populates="proposal", order_by=lambda: Version.number
    )
    #: The one that stands to be signed.
    current: Mapped["Version"] = relationship(
        lambda: Version,
        primaryjoin=lambda: and_(Version.proposal_id == Proposal.id, Version.number == Proposal.version),
        foreign_keys=lambda: [Proposal.id, Proposal.version],
        viewonly=True,
    )
    if TYPE_CHECKING:
        #: Below: it looks over all acts of the file.
        writers: Mapped[list[UUID]]

    __table_args__ = (
        CheckConstraint("award_cents >= 0 AND (award_cents > 0) = (rejection_reason IS NULL)", name="award"),
        CheckConstraint(
            "purged_at IS NOT NULL"
            " OR (award_cents > 0) = (purpose_de <> '') AND (award_cents > 0) = (purpose_fr <> '')",
            name="purpose",
        ),
    )

    @property
    def application(self) -> Application:
        return self.act.application

    @property
    def application_id(self) -> UUID:
        return self.act.application_id

    @property
    def outcome(self) -> Outcome:
        return self.act.kind

    @property
    def is_open(self) -> bool:
        """Before the cities: neither decided nor back with the office."""
        return self.act.is_open

    @property
    def label(self) -> str:
        return self.act.label


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
    #: The personal texts were taken out of ``frozen``; the digest stays that of what was signed.
    purged_at: Mapped[datetime | None] = mapped_column(Instant)
    prepared_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    prepared_at: Mapped[datetime] = mapped_column(Instant)

    proposal: Mapped[Proposal] = relationship(back_populates="versions")

    __table_args__ = (
        CheckConstraint("purged_at IS NOT NULL OR digest = encode(sha256(frozen), 'hex')", name="digest_of_bytes"),
    )

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
    #: Whoever entered it.
    deliberation_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)

    clerk: Mapped[Person | None] = relationship()
    proposal: Mapped[Proposal] = relationship(back_populates="shares")

    __table_args__ = (
        CheckConstraint("cents >= 0", name="cents"),
        CheckConstraint("(deliberation_number = '') = (deliberation_by IS NULL)", name="deliberation"),
    )


class Key(Identified, Base):
    """A city's key, or Métropole's consent, to exactly one digest."""

    __tablename__ = "decision_key"

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposal.id"), index=True)
    kind: Mapped[KeyKind] = mapped_column(enum_column(KeyKind))
    party: Mapped[Party] = mapped_column(enum_column(Party))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    #: Whoever signed, as they were called then: it stands under the act, whatever they call themselves later.
    name: Mapped[str]
    #: And as they were addressed: it decides which function stands there.
    form: Mapped[Address] = mapped_column(enum_column(Address))
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


_Own, _Theirs, _Earlier = aliased(Act), aliased(Act), aliased(Proposal)
#: Everyone who wrote any version of it, or of a proposal for the same file that came to nothing: none of them turns a
#: key (R14). The trigger that lets an act be decided asks the same.
Proposal.writers = column_property(
    select(func.array_agg(Version.prepared_by.distinct(), type_=ARRAY(Uuid)))
    .select_from(Version)
    .join(_Earlier, _Earlier.id == Version.proposal_id)
    .join(_Theirs, _Theirs.id == _Earlier.act_id)
    .join(_Own, _Own.application_id == _Theirs.application_id)
    .where(_Own.id == Proposal.act_id, or_(_Theirs.id == _Own.id, _Theirs.state != ActState.DECIDED))
    .correlate(Proposal)
    .scalar_subquery(),
    deferred=True,
)
