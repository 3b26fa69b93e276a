"""What is done across features without anybody asking."""

from uuid import UUID, uuid4

import structlog

from grantflow.accounts import queries as people
from grantflow.accounts.models import Person
from grantflow.audit import service as audit
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, IllegalStep
from grantflow.kernel.parties import SYSTEM, Actor, Role
from grantflow.notifications import queries as messages
from grantflow.notifications import service as notifications
from grantflow.notifications.rules import TRIAL
from grantflow.platform import jobs

from . import queries, texts

log = structlog.get_logger()

#: What administrators are reminded of.
FAILED_WORK = "failed_work"


@jobs.periodic("dashboard.report_failures", every=45.0)
def report_failures() -> None:
    """While failed work waits for a person, each administrator is reminded of it, once a day."""
    count = queries.failures_count()
    if not count:
        return
    log.critical("failed_work", jobs=count)
    for person in people.administrators():
        jobs.remind(person.id, FAILED_WORK, clock.today())


@jobs.reminder(FAILED_WORK)
def tell_of_failures(person_id: UUID) -> None:
    """Whoever is an administrator no more, or finds all mended, is told nothing."""
    person = next((one for one in people.administrators() if one.id == person_id), None)
    if person and (count := queries.failures_count()):
        notifications.send("failed_work", to=person, key=f"failed_work:{clock.today()}:{person.id}", count=count)


def try_mail(*, by: Person) -> None:
    """Send a test message to oneself."""
    _check(by)
    message_id = notifications.send(TRIAL, to=by, key=f"{TRIAL}:{uuid4()}")
    audit.record("mail_tried", on=("message", message_id), by=by)


def confirm_mail(*, by: Person) -> None:
    """Say that it has arrived. Raises IllegalStep where none was sent."""
    _check(by)
    trial = messages.last_trial(by)
    if trial is None:
        raise IllegalStep("mail_not_tried")
    audit.record("mail_arrived", on=trial, by=by)


def _check(by: Actor) -> None:
    if by is not SYSTEM and Role.ADMINISTRATOR not in by.roles:
        raise Forbidden()


def restart_upkeep(name: str, *, by: Actor) -> None:
    """Try a kind of periodic work afresh that was given up. Raises IllegalStep where it was not."""
    _check(by)
    if name not in texts.UPKEEP or not jobs.restart_failed(name):
        raise IllegalStep("not_failed")
    audit.record("upkeep_restarted", on=("job", name), by=by)


def restart_all_upkeep(*, by: Actor) -> int:
    """All of it that was given up. Returns how many kinds."""
    failed = [its.name for its in jobs.tended() if its.failed_at]
    for name in failed:
        restart_upkeep(name, by=by)
    return len(failed)
