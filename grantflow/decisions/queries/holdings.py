"""Who holds money of a call that is not committed: for offices and signatories, over the files that exist for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from grantflow.accounts.models import Person
from grantflow.applications.models import Application
from grantflow.calls.models import Envelope, Reservation
from grantflow.kernel import clock
from grantflow.kernel.parties import Actor, Party
from grantflow.platform.db import db

from ..models import Act, Proposal
from .files import visible_to


@dataclass(frozen=True, slots=True)
class Holding:
    """What one open proposal reserves. Cents by funder."""

    proposal_id: UUID
    application_id: UUID
    number: str
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
        """Its age, in days of the local calendar."""
        return (clock.today() - clock.local(self.since).date()).days


def reservations(actor: Actor, call_id: UUID) -> list[Holding]:
    """What the call's open proposals reserve, the longest first: one statement."""
    query = (
        select(Reservation, Proposal.id, Application.id, Application.number, Application.title, Application.language)
        .join(Reservation.envelope)
        .join(Act, Act.id == Reservation.act_id)
        .join(Proposal, Proposal.act_id == Act.id)
        .join(Act.application)
        .where(Envelope.call_id == call_id, visible_to(actor))
        .order_by(Reservation.since, Reservation.act_id)
        .options(joinedload(Reservation.envelope), joinedload(Reservation.holder).lazyload(Person.role_grants))
    )
    found: dict[UUID, Holding] = {}
    for held, proposal_id, application_id, number, title, language in db.session.execute(query):
        before = found.get(held.act_id)
        found[held.act_id] = Holding(
            proposal_id=proposal_id,
            application_id=application_id,
            number=number or "",
            title=title,
            language=language,
            parts={**(before.parts if before else {}), held.envelope.funder_code: held.cents},
            since=before.since if before else held.since,
            holder=held.holder.name,
        )
    return list(found.values())
