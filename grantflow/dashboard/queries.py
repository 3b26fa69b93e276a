"""Read-only views across features."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from grantflow.kernel.parties import Actor
from grantflow.letters import policy as letter_policy
from grantflow.letters import queries as letters
from grantflow.letters.models import Letter
from grantflow.notifications import queries as notifications
from grantflow.notifications.models import Message
from grantflow.platform import health, jobs, settings

# --- the state of the workers ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """A worker, the clock ("beat") or the sweep: seconds since it was seen (None: never), and whether that is well."""

    name: str
    age: float | None
    well: bool


@dataclass(frozen=True, slots=True)
class Workers:
    """What the page of the workers shows. ``oldest`` is since when the longest-waiting message waits."""

    parts: Sequence[Part]
    letters_waiting: int
    letters_failed: Sequence[Letter]
    messages_waiting: int
    messages_failed_count: int
    messages_failed: Sequence[Message]
    messages_postponed: Sequence[Message]
    oldest: datetime | None

    @property
    def well(self) -> bool:
        return all(part.well for part in self.parts)


def workers() -> Workers:
    """Heartbeats, the two outboxes, and what failed."""
    outbox = notifications.outbox()
    return Workers(
        parts=workers_parts(jobs.heartbeats()),
        letters_waiting=sum(letters.waiting_by_party().values()),
        letters_failed=letters.failures(),
        messages_waiting=outbox.waiting,
        messages_failed_count=outbox.failed,
        messages_failed=notifications.failures(),
        messages_postponed=notifications.postponed(),
        oldest=outbox.oldest,
    )


def workers_parts(ages: dict[str, float]) -> list[Part]:
    """Each part with its age. A worker that vanished stays in sight for a day; one that runs is enough to be well."""
    alive = [name for name, age in sorted(ages.items()) if name.startswith("worker-") and age < health.LATELY]
    gone = [name for name in sorted(ages) if name.startswith("worker-") and name not in alive]
    parts = [Part(name.removeprefix("worker-"), ages[name], True) for name in alive]
    parts += [Part(name.removeprefix("worker-"), ages[name], bool(alive)) for name in gone]
    if not parts:
        parts = [Part("", None, False)]
    for name, limit in (("beat", health.LATELY), ("sweep", 3.0 * settings().sweep_seconds)):
        age = ages.get(name)
        parts.append(Part(name, age, age is not None and age < limit))
    return parts


def workers_letter(actor: Actor, letter_id: UUID) -> Letter | None:
    """A failed letter, for those who may start it again; nobody else knows of it."""
    return letters.failed(letter_id) if letter_policy.can_retry(actor) else None
