"""A return whose deadline is over lapses: the file is again as it was sent last, and its office can go on."""

from sqlalchemy import select

from grantflow.accounts import queries as people
from grantflow.kernel import clock
from grantflow.kernel.parties import OFFICES, SYSTEM
from grantflow.notifications import service as notifications
from grantflow.platform import jobs
from grantflow.platform.db import db

from .. import policy
from ..models import Application
from ..states import Action, State
from .moving import advance
from .telling import tell


@jobs.periodic("applications.lapse_returns", every=300.0)
def lapse_returns() -> int:
    """Bring back every returned file whose deadline is over; tells applicant and office. Returns how many.

    A file that somebody is sending at this moment waits for the next sweep.
    """
    late = select(Application).where(Application.state == State.RETURNED, Application.return_until < clock.now())
    held = late.with_for_update(of=Application, key_share=True, skip_locked=True)
    files = db.session.scalars(held.order_by(Application.return_until, Application.id)).all()
    for application in files:
        db.held(application)
        version = application.open.number if application.open else 0
        advance(application, Action.LAPSE, by=SYSTEM)
        tell("return_lapsed", application, version, sent_at=application.submitted_at)
        _tell_office(application, version)
    return len(files)


def _tell_office(application: Application, version: int) -> None:
    """Everybody in the office in charge, unless the file is closed to them."""
    for officer in people.officers(OFFICES[application.lead_side]):
        seen = select(Application.id).where(Application.id == application.id, policy.visible(officer))
        if db.session.scalar(seen):
            notifications.send(
                "return_lapsed_to_check",
                to=officer,
                key=f"return_lapsed_to_check:{application.id}:{version}:{officer.id}",
                application_id=application.id,
                number=application.number,
                title=application.title,
                title_language=application.language,
            )
