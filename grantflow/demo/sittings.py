"""When the councils sit in the demo: every month, on days of their own (invented), for over a year from the opening."""

from collections.abc import Iterable
from datetime import timedelta

from grantflow.accounts.models import Person
from grantflow.councils import policy, service
from grantflow.kernel import clock
from grantflow.kernel.parties import Party

#: Day of the week (Monday is 0) and week of every fourth one, and how many days before it the papers must be in.
SITS: dict[Party, tuple[int, int, int]] = {
    Party.DUESSELDORF: (3, 1, 17),
    Party.TOULOUSE: (4, 2, 21),
    Party.METROPOLE: (3, 3, 21),
}
SITTINGS = 15


def schedule(staff: Iterable[Person]) -> None:
    """Each office schedules those of its own side."""
    offices = {party: person for person in staff for party in policy.own(person)}
    monday = clock.today() - timedelta(days=clock.today().weekday())
    for party, (weekday, week, ahead) in SITS.items():
        for month in range(1, SITTINGS + 1):
            day = monday + timedelta(weeks=4 * month + week, days=weekday)
            service.schedule(party, day, day - timedelta(days=ahead), by=offices[party])
