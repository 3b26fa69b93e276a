"""What offices are told of a review: everybody in them to whom the file is not closed."""

from grantflow.accounts import queries as people
from grantflow.applications.models import Application
from grantflow.kernel.parties import OFFICES, Party
from grantflow.notifications import service as notifications

from .. import queries
from ..models import Assignment


def tell_office(office: Party, kind: str, application: Application, occasion: object) -> None:
    """``occasion`` tells this message from others of its kind about the same file."""
    for officer in people.officers(office):
        if not queries.is_closed(officer, application):
            notifications.send(
                kind,
                to=officer,
                key=f"{kind}:{application.id}:{occasion}:{officer.id}",
                number=application.number,
                title=application.title,
                title_language=application.language,
                application_id=str(application.id),
            )


def tell_of_recusal(assignment: Assignment) -> None:
    """The office that fills the seat, or both where it is nobody's: the person's name stands on the page only."""
    offices = OFFICES.values() if assignment.is_third else [OFFICES[assignment.party.side]]
    for office in offices:
        tell_office(office, "reviewer_recused", assignment.application, assignment.id)
