"""What is being prepared in the world that the security tests attack."""

from uuid import UUID

from grantflow.accounts.models import Person
from grantflow.releases import service as releases
from tests.samples import LAW


def law_before_those_who_sign(administrator: Person) -> UUID:
    """The law of the administrator's funder, changed and put before those who sign: the id of its edition."""
    edition = releases.draft("law", str(administrator.party), LAW, by=administrator, reason="A reason for colleagues")
    releases.offer(edition, by=administrator)
    return edition.id
