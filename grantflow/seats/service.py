"""What happens to a seat. Who may do it, when, and what the trail says of it is the feature's that gives the seat."""

from grantflow.kernel import clock

from .models import Seat
from .states import Conflict


def declare(seat: Seat, conflict: Conflict, *, reason: str = "") -> None:
    """Keep what the reviewer said, from now on; a conflict closes the file to them in every channel (R9)."""
    seat.conflict, seat.conflict_reason, seat.declared_at = conflict, reason, clock.now()


def submit(seat: Seat) -> None:
    """The review is in, for good (R11): from now on it closes nothing to whom it belongs."""
    seat.submitted_at = clock.now()
