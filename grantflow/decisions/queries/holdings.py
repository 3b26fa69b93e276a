"""Who holds money of a call that is not committed: for offices and signatories, over the files that exist for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, func, select

from grantflow.accounts.models import Person
from grantflow.applications.models import Application
from grantflow.calls.models import Envelope, Reservation
from grantflow.kernel import clock
from grantflow.kernel.parties import Actor, Party
from grantflow.platform.db import db

from ..models import Act, Proposal
from .files import visible_to

S = TypeVar("S", bound=Select)

#: How many a form shows beside it; the ranking shows each at its file.
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Holding:
    """What one open proposal reserves. Cents by funder."""

    proposal_id: UUID
    number: str | None
    title: str
    #: In which the title is written.
    language: str
    parts: Mapping[Party, int]
    #: Since when it has held any of it, and whoever set what it holds now.
    since: datetime
    holder: str

    @property
    def total(self) -> int:
        return sum(self.parts.values())

    @property
    def days(self) -> int:
        """Its age in days of the local calendar."""
        return age(self.since)


def age(since: datetime) -> int:
    return (clock.today() - clock.local(since).date()).days


def reservations(actor: Actor, call_id: UUID, *, besides: UUID) -> Sequence[Holding]:
    """What open proposals of the call's other files reserve, the longest first: at most one more than ``SHOWN``."""
    parts = func.jsonb_object_agg(Envelope.funder_code, Reservation.cents)
    since, holders = func.min(Reservation.since), func.string_agg(Person.name.distinct(), ", ")
    columns = Proposal.id, Application.number, Application.title, Application.language, parts, since, holders
    query = _held(select(*columns), actor, call_id).join(Reservation.holder).join(Proposal, Proposal.act_id == Act.id)
    query = query.where(Application.id != besides).group_by(Proposal.id, Application.id)
    rows = db.session.execute(query.order_by(since, Application.id).limit(SHOWN + 1))
    return [
        Holding(
            proposal_id, number, title, language, {party: cents for party in Party if (cents := its.get(party))}, *by
        )
        for proposal_id, number, title, language, its, *by in rows
    ]


def sums(actor: Actor, call_id: UUID) -> dict[Party, int]:
    """What is reserved of each envelope, in cents: whoever is excluded from a file sees nothing of it, no sum either
    (T13). What can be offered is another question: ``files.basis``."""
    query = _held(select(Envelope.funder_code, func.sum(Reservation.cents)), actor, call_id)
    return {party: int(cents) for party, cents in db.session.execute(query.group_by(Envelope.funder_code))}


def _held(query: S, actor: Actor, call_id: UUID) -> S:
    query = query.select_from(Reservation).join(Reservation.envelope).join(Act, Act.id == Reservation.act_id)
    return query.join(Act.application).where(Envelope.call_id == call_id, visible_to(actor))
