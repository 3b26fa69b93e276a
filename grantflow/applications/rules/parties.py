"""Which organisations take part in a file, and what the withdrawal of one means for the others. Pure."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from ..states import ParticipationState

K = TypeVar("K")


def after_withdrawal(states: Mapping[K, ParticipationState], who: K, *, decided: bool) -> dict[K, ParticipationState]:
    """The states of all parties once ``who`` has withdrawn.

    Before the keys every confirmation of the others is open again: they stood by a project with that partner. After
    them the confirmations stand, as the decision does, and the file is flagged.
    """
    confirmed, joined = ParticipationState.CONFIRMED, ParticipationState.JOINED
    others = {key: joined if state is confirmed and not decided else state for key, state in states.items()}
    return others | {who: ParticipationState.WITHDRAWN}


def is_confirmed(states: Iterable[ParticipationState]) -> bool:
    """Whether all who take part stand by the file as it is; who was only named has nothing to confirm."""
    return ParticipationState.JOINED not in set(states)
