"""What is being prepared in the world: a law that was changed and put before those who sign, and a call."""

from collections.abc import Callable
from uuid import UUID

from grantflow.accounts.models import Person
from grantflow.releases import service as releases
from tests.calls.samples import content
from tests.samples import LAW


def drafted(person: Callable[[str], Person]) -> dict[str, UUID]:
    """By the name of the landmark."""
    administrator = person("administrator D")
    law = releases.draft("law", "duesseldorf", LAW, by=administrator, reason="A reason for colleagues")
    releases.offer(law, by=administrator)
    call = releases.draft("call", "28-1", content(), by=person("office D"))
    return {"edition": law.id, "call edition": call.id}
