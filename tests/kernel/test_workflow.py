"""The engine: a table decides, nothing else."""

from enum import StrEnum

import pytest

from grantflow.kernel.errors import Forbidden, IllegalStep, Incomplete, Reason
from grantflow.kernel.parties import Role
from grantflow.kernel.workflow import Step, Workflow, diagram


class State(StrEnum):
    OPEN = "open"
    SHUT = "shut"


class Action(StrEnum):
    SHUT = "shut"
    OPEN = "open"


DOOR: Workflow[State, Action] = Workflow(
    Step(Action.SHUT, {State.OPEN}, State.SHUT, by={Role.OFFICE}, guard=lambda foot: [Reason("foot")] if foot else []),
    Step(Action.OPEN, {State.SHUT}, State.OPEN),
)


def test_takes_the_step_the_table_has() -> None:
    assert DOOR.step(Action.SHUT, State.OPEN, {Role.OFFICE}).target is State.SHUT


def test_who_never_may_is_forbidden_whatever_the_state() -> None:
    with pytest.raises(Forbidden):
        DOOR.step(Action.SHUT, State.SHUT, {Role.FINANCE})


def test_what_the_state_does_not_allow_is_no_step() -> None:
    with pytest.raises(IllegalStep, match="illegal_step"):
        DOOR.step(Action.SHUT, State.SHUT, {Role.OFFICE})


def test_a_guard_says_why_not() -> None:
    with pytest.raises(Incomplete) as refused:
        DOOR.step(Action.SHUT, State.OPEN, {Role.OFFICE}, subject="foot")

    assert [reason.key for reason in refused.value.reasons] == ["foot"]


def test_the_system_takes_steps_nobody_else_may() -> None:
    with pytest.raises(Forbidden):
        DOOR.step(Action.OPEN, State.SHUT, set(Role))
    assert DOOR.step(Action.OPEN, State.SHUT, None).target is State.OPEN


def test_states_and_diagram_come_from_the_table() -> None:
    assert DOOR.states() == [State.OPEN, State.SHUT]
    assert diagram(DOOR) == "stateDiagram-v2\n    open --> shut: shut\n    shut --> open: open"
