"""More time: for one returned file by its office, and word of it where a whole call changed."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from grantflow.accounts import queries as people
from grantflow.calls import queries as calls
from grantflow.calls.states import CALL_CHANGED
from grantflow.kernel.errors import Invalid
from grantflow.kernel.parties import OFFICES, Actor
from grantflow.notifications import service as notifications
from grantflow.platform import jobs
from grantflow.platform.db import db

from .. import policy, rules
from ..models import Application
from ..states import Action, State
from .moving import advance
from .telling import tell


def extend(application: Application, until: date, *, reason: str, by: Actor) -> None:
    """Give a returned file more time, to the end of ``until``; its contact and the other office are told why. Raises
    Invalid where that is no later."""
    db.lock(application, by=by)
    deadline = rules.end_of(until)
    if application.return_until and deadline <= application.return_until:
        raise Invalid("deadline_not_later", field="until")
    advance(application, Action.EXTEND, by=by, note=reason.strip(), facts={"return_until": deadline})
    told: dict[str, Any] = {"reason": reason.strip(), "reason_language": by.language, "until": deadline}
    stamp = int(deadline.timestamp())
    tell("return_extended", application, stamp, **told)
    for officer in people.officers(OFFICES[application.lead_side.other]):
        seen = select(Application.id).where(Application.id == application.id, policy.visible(officer))
        if db.session.scalar(seen):
            notifications.send(
                "return_extended_noted",
                to=officer,
                key=f"return_extended_noted:{application.id}:{stamp}:{officer.id}",
                application_id=application.id,
                number=application.number,
                title=application.title,
                title_language=application.language,
                **told,
            )


@jobs.reminder(CALL_CHANGED)
def tell_of_change(edition_id: UUID) -> None:
    """Everybody who has begun an application of this call reads that it was changed, why, and until when it is open."""
    edition, call = calls.changed_by(edition_id)
    begun = select(Application).where(Application.call_id == call.id, Application.state == State.DRAFT)
    for application in db.session.scalars(begun.order_by(Application.id)):
        language = application.contact.language
        notifications.send(
            "call_changed",
            to=application.contact,
            key=f"call_changed:{edition.id}:{application.id}",
            office=OFFICES[application.lead_side],
            application_id=application.id,
            title=call.title_fr if language == "fr" else call.title_de,
            title_language=language,
            reason=edition.reason,
            reason_language=edition.author.language if edition.author else language,
            until=call.closes_at,
        )
