"""What is done across features without anybody asking."""

import structlog

from grantflow.accounts import queries as people
from grantflow.audit import service as audit
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, IllegalStep
from grantflow.kernel.parties import SYSTEM, Actor, Role
from grantflow.notifications import service as notifications
from grantflow.platform import jobs

from . import queries, texts

log = structlog.get_logger()


@jobs.periodic("dashboard.report_failures", every=45.0)
def report_failures() -> None:
    """Tell each administrator once a day while failed work waits for a person."""
    count = queries.failures_count()
    if not count:
        return
    log.critical("failed_work", jobs=count)
    for person in people.administrators():
        notifications.send("failed_work", to=person, key=f"failed_work:{clock.today()}:{person.id}", count=count)


def restart_upkeep(name: str, *, by: Actor) -> None:
    """Try a kind of periodic work afresh that was given up. Raises IllegalStep where it was not."""
    if by is not SYSTEM and Role.ADMINISTRATOR not in by.roles:
        raise Forbidden()
    if name not in texts.UPKEEP or not jobs.restart_failed(name):
        raise IllegalStep("not_failed")
    audit.record("upkeep_restarted", on=("job", name), by=by)
