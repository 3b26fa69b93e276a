"""People, their roles, their sign-ins and the tokens that mails carry."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKey, Index, event, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grantflow.kernel.parties import Party, Role
from grantflow.kernel.text import fold
from grantflow.platform.db import Base, Identified, Instant, Printed, enum_column

from .states import FactorKind, LossState, Means


class Address(StrEnum):
    """How letters address a person."""

    MS = "ms"
    MR = "mr"
    NEUTRAL = "neutral"


class Purpose(StrEnum):
    """What a mailed token opens."""

    CONFIRM = "confirm"
    RESET = "reset"
    INVITE = "invite"
    ADDRESS = "address"


class Person(Identified, Printed, Base):
    """Someone with an account. ``party`` is set for staff and never changes sides (R14)."""

    __tablename__ = "person"

    email: Mapped[str]
    #: ``emails.key``: the identity (T1).
    email_key: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column(default="")
    given_name: Mapped[str] = mapped_column(default="")
    family_name: Mapped[str]
    #: The three together, by the database alone; an object that was changed knows it after the flush.
    name: Mapped[str] = mapped_column(
        Computed("ltrim(title || ' ') || ltrim(given_name || ' ') || family_name", persisted=True)
    )
    #: Folded name and address, kept by ``_index``.
    search_text: Mapped[str] = mapped_column(default="")
    address: Mapped[Address] = mapped_column(enum_column(Address), default=Address.NEUTRAL)
    phone: Mapped[str] = mapped_column(default="")
    language: Mapped[str]
    party: Mapped[Party | None] = mapped_column(enum_column(Party))
    password_hash: Mapped[str | None]
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    disabled_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    #: Raised whenever all tokens must die: password or address changed, account disabled.
    epoch: Mapped[int] = mapped_column(default=0)

    role_grants: Mapped[list["RoleGrant"]] = relationship(
        back_populates="person",
        cascade="all, delete-orphan",
        lazy="selectin",
        foreign_keys="RoleGrant.person_id",
    )

    __table_args__ = (
        CheckConstraint("language IN ('de', 'fr')", name="language"),
        CheckConstraint("family_name <> ''", name="family_name"),
    )

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(grant.role for grant in self.role_grants)

    @property
    def is_authenticated(self) -> bool:
        return True

    @property
    def is_active(self) -> bool:
        return self.disabled_at is None and self.confirmed_at is not None

    @property
    def is_waiting(self) -> bool:
        """Registered, but whoever reads this address has not confirmed yet."""
        return self.confirmed_at is None and self.party is None and self.disabled_at is None

    @property
    def is_anonymous(self) -> bool:
        return False

    @property
    def label(self) -> str:
        return self.name


@event.listens_for(Person, "before_insert")
@event.listens_for(Person, "before_update")
def _index(_mapper: Any, _connection: Any, person: Person) -> None:
    """Whichever verb writes a person, the search finds them."""
    parts = (person.title, person.given_name, person.family_name, person.email)
    person.search_text = fold(" ".join(part for part in parts if part))


class RoleGrant(Base):
    """A role that a person holds. Nobody in ``granted_by``: it was made on the machine.

    The database knows the rule of the four eyes too: who grants and who confirms are two people, and neither of them is
    the one who gets the role.
    """

    __tablename__ = "role_grant"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[Role] = mapped_column(enum_column(Role), primary_key=True)
    granted_at: Mapped[datetime] = mapped_column(Instant)
    granted_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    #: Who confirmed it, for the roles of ``rules.CONFIRMED``.
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)

    person: Mapped[Person] = relationship(back_populates="role_grants", foreign_keys=[person_id])

    __table_args__ = (
        CheckConstraint(
            "granted_by IS NULL OR role NOT IN ('signatory', 'finance', 'administrator') OR (confirmed_by IS NOT NULL"
            " AND confirmed_by <> granted_by AND confirmed_by <> person_id AND granted_by <> person_id)",
            name="four_eyes",
        ),
    )


class ProposalState(StrEnum):
    """What has become of a role that one administrator proposed."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class RoleProposal(Identified, Base):
    """A role that one administrator proposes for a person and another one has to confirm."""

    __tablename__ = "role_proposal"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    role: Mapped[Role] = mapped_column(enum_column(Role))
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[ProposalState] = mapped_column(enum_column(ProposalState), default=ProposalState.WAITING)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    #: Why it was refused.
    reason: Mapped[str] = mapped_column(default="")

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True, foreign_keys=[person_id])
    proposer: Mapped[Person] = relationship(lazy="joined", innerjoin=True, foreign_keys=[proposed_by])

    __table_args__ = (
        Index(None, "person_id"),
        Index("uq_role_proposal_waiting", "person_id", "role", unique=True, postgresql_where=text("state = 'waiting'")),
        CheckConstraint("proposed_by <> person_id", name="proposer"),
        CheckConstraint(
            "state <> 'confirmed' OR (settled_by IS NOT NULL AND settled_by NOT IN (proposed_by, person_id))",
            name="four_eyes",
        ),
    )


class SignIn(Identified, Base):
    """One session of one person, revocable at once. The cookie holds the token, the row its hash."""

    __tablename__ = "sign_in"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(unique=True)
    began_at: Mapped[datetime] = mapped_column(Instant)
    #: Written at most once a minute (D33).
    seen_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    means: Mapped[Means] = mapped_column(enum_column(Means))
    #: When its person last showed again who they are, before a weighty step (T8).
    proved_at: Mapped[datetime | None] = mapped_column(Instant)
    #: Browser and system as their owner would call them, to tell one session from another.
    device: Mapped[str] = mapped_column(default="")

    person: Mapped[Person] = relationship(lazy="joined")

    __table_args__ = (Index(None, "person_id"),)


class Token(Identified, Base):
    """A single-use key sent by mail; derived from its id by HMAC when the mail is written, stored as a hash (D22)."""

    __tablename__ = "token"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    purpose: Mapped[Purpose] = mapped_column(enum_column(Purpose))
    #: The new address that is being confirmed.
    email: Mapped[str | None]
    token_hash: Mapped[str] = mapped_column(unique=True)
    epoch: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)

    person: Mapped[Person] = relationship(lazy="joined")

    __table_args__ = (Index(None, "person_id"),)


class Factor(Identified, Base):
    """A second factor of a person: an app that shows one-time codes (RFC 6238), or a passkey (WebAuthn)."""

    __tablename__ = "factor"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    kind: Mapped[FactorKind] = mapped_column(enum_column(FactorKind))
    #: What its owner calls it.
    label: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    #: Of an app: the shared secret, encrypted (``platform.sealing``), and the step of the last code taken.
    secret: Mapped[str | None]
    last_step: Mapped[int | None] = mapped_column(BigInteger)
    #: Of a passkey.
    credential_id: Mapped[bytes | None] = mapped_column(unique=True)
    public_key: Mapped[bytes | None]
    sign_count: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        Index(None, "person_id"),
        Index("uq_factor_app", "person_id", unique=True, postgresql_where=text("kind = 'app'")),
        CheckConstraint(
            "CASE kind WHEN 'app' THEN secret IS NOT NULL AND last_step IS NOT NULL AND credential_id IS NULL"
            " ELSE credential_id IS NOT NULL AND public_key IS NOT NULL AND sign_count IS NOT NULL AND secret IS NULL"
            " END",
            name="whole",
        ),
    )


class RecoveryCode(Base):
    """A code that opens the account once where the second factor is not at hand. Its first group finds it, the rest is
    kept as a password is."""

    __tablename__ = "recovery_code"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    selector: Mapped[str] = mapped_column(primary_key=True)
    secret_hash: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class FactorLoss(Identified, Base):
    """A second factor that one administrator reports as lost for its owner, and another one has to confirm."""

    __tablename__ = "factor_loss"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    reason: Mapped[str]
    reported_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    reported_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[LossState] = mapped_column(enum_column(LossState), default=LossState.WAITING)
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True, foreign_keys=[person_id])
    reporter: Mapped[Person] = relationship(lazy="joined", innerjoin=True, foreign_keys=[reported_by])

    __table_args__ = (
        Index(None, "person_id"),
        Index("uq_factor_loss_waiting", "person_id", unique=True, postgresql_where=text("state = 'waiting'")),
        CheckConstraint("reported_by <> person_id", name="reporter"),
        CheckConstraint(
            "state = 'waiting' OR (settled_by IS NOT NULL AND settled_by NOT IN (reported_by, person_id))",
            name="four_eyes",
        ),
    )
