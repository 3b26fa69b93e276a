"""Messages to the contact of a file."""

from typing import Any

from grantflow.kernel.parties import OFFICES
from grantflow.notifications import service as notifications

from ..models import Application


def tell(kind: str, application: Application, count: int, **facts: Any) -> None:
    """Write to the file's contact, in its language, in the name of the office in charge."""
    notifications.send(
        kind,
        to=application.contact,
        key=f"{kind}:{application.id}:{count}",
        office=OFFICES[application.lead_side],
        application_id=application.id,
        number=application.number,
        title=application.title,
        title_language=application.language,
        **facts,
    )
