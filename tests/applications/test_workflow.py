"""The table, written down a second time by hand: whoever changes one must change the other."""

import ast
from contextlib import suppress
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grantflow.applications import rules, texts
from grantflow.applications.rules import Filing
from grantflow.applications.states import DECIDED, OPEN, Action, Declared, State, StepName
from grantflow.applications.workflow import APPLICATION
from grantflow.config import ROOT
from grantflow.kernel.errors import Forbidden, IllegalStep, Incomplete, Reason
from grantflow.kernel.parties import Role
from tests.applications.test_rules import filing

APPLICANT, OFFICE, REVIEWER, SIGNATORY = Role.APPLICANT, Role.OFFICE, Role.REVIEWER, Role.SIGNATORY

#: (state, action): (who, where it leads)
ALLOWED: dict[tuple[State, Action], tuple[set[Role], State]] = {
    (State.DRAFT, Action.SUBMIT): ({APPLICANT}, State.SUBMITTED),
    (State.RETURNED, Action.SUBMIT): ({APPLICANT}, State.SUBMITTED),
    (State.SUBMITTED, Action.RETURN): ({OFFICE}, State.RETURNED),
    (State.RETURNED, Action.EXTEND): ({OFFICE}, State.RETURNED),
    (State.SUBMITTED, Action.ADMIT): ({OFFICE}, State.ADMITTED),
    (State.SUBMITTED, Action.EXCLUDE): ({OFFICE}, State.INADMISSIBLE),
    (State.ADMITTED, Action.BEGIN_REVIEW): ({OFFICE}, State.IN_REVIEW),
    (State.IN_REVIEW, Action.COMPLETE_REVIEW): ({REVIEWER}, State.ASSESSED),
    (State.ASSESSED, Action.REOPEN_REVIEW): ({OFFICE}, State.IN_REVIEW),
    (State.ASSESSED, Action.PROPOSE): ({OFFICE}, State.PROPOSED),
    (State.PROPOSED, Action.SEND_BACK): ({OFFICE, SIGNATORY}, State.ASSESSED),
    (State.PROPOSED, Action.AWARD): ({SIGNATORY}, State.AWARDED),
    (State.PROPOSED, Action.REJECT): ({SIGNATORY}, State.REJECTED),
    **{
        (state, Action.WITHDRAW): ({APPLICANT}, State.WITHDRAWN)
        for state in (
            State.DRAFT,
            State.SUBMITTED,
            State.RETURNED,
            State.ADMITTED,
            State.IN_REVIEW,
            State.ASSESSED,
        )
    },
}


@pytest.mark.parametrize(("state", "action", "role"), list(product(State, Action, Role)), ids=str)
def test_every_state_action_and_role(state: State, action: Action, role: Role) -> None:
    who, target = ALLOWED.get((state, action), (set(), None))
    ever = {role for (_, named), (roles, _) in ALLOWED.items() if named is action for role in roles}
    if role in who:
        assert APPLICATION.step(action, state, {role}, filing()).target is target
    else:
        with pytest.raises(IllegalStep if role in ever else Forbidden):
            APPLICATION.step(action, state, {role}, filing())


@given(st.lists(st.tuples(st.sampled_from(Action), st.sets(st.sampled_from(Role))), max_size=40))
def test_no_walk_leaves_the_table(walk: list[tuple[Action, set[Role]]]) -> None:
    """T9: any order of attempts by anybody ends where the table by hand says."""
    state = model = State.DRAFT
    for action, roles in walk:
        with suppress(Forbidden, IllegalStep):
            state = APPLICATION.step(action, state, roles, filing()).target
        who, target = ALLOWED.get((model, action), (set(), model))
        model = target if who & roles else model
        assert state is model


def test_sending_asks_the_guard() -> None:
    with pytest.raises(Incomplete) as refused:
        APPLICATION.step(Action.SUBMIT, State.DRAFT, {APPLICANT}, filing(partner=None, is_school_trip=True))
    assert [reason.key for reason in refused.value.reasons] == ["partner_missing", "refer_school_trip"]


def test_what_is_closed_stays_closed() -> None:
    assert {source for step in APPLICATION for source in step.sources} <= OPEN
    assert DECIDED.isdisjoint(OPEN)


def writes_state(node: ast.AST) -> bool:
    """``file.state = …``, ``update(…).values(state=…)``, ``setattr(file, "state", …)`` and SQLAlchemy's own of that."""
    if isinstance(node, ast.Assign):
        return any(isinstance(target, ast.Attribute) and target.attr == "state" for target in node.targets)
    if not isinstance(node, ast.Call):
        return False
    verb = getattr(node.func, "attr", getattr(node.func, "id", ""))
    names = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
    return (verb == "values" and any(word.arg == "state" for word in node.keywords)) or (
        verb in {"setattr", "set_committed_value", "set_attribute"} and "state" in names
    )


def test_one_door_for_state() -> None:
    """Only ``applications.service.advance`` writes an application's state, by the one statement of its ``_move``."""
    writers = {
        f"{path.parent.name}.{path.stem}.{function.name}"
        for path in sorted((ROOT / "grantflow").rglob("*.py"))
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef)
        if any(writes_state(node) for node in ast.walk(function))
    }
    assert writers == {"service.moving._move"}
    service = ast.parse((ROOT / "grantflow" / "applications" / "service" / "moving.py").read_text())
    callers = {
        function.name
        for function in ast.walk(service)
        if isinstance(function, ast.FunctionDef)
        if any(isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_move" for node in ast.walk(function))
    }
    assert callers == {"advance"}


def test_every_word_is_there() -> None:
    assert (
        set(texts.STATES) == set(texts.APPLICANT_STATES) == set(texts.BADGES) == set(texts.STAFF_BADGES) == set(State)
    )
    assert set(texts.NEXT) == set(State)
    assert set(texts.EVENTS) == set(Action)
    assert set(texts.STEPS) == set(texts.CHECKS) == set(StepName)
    made = {f"missing_{name}" for names in rules.NEEDED.values() for name in names}
    made |= {f"declare_{code}" for code in Declared}
    assert made <= set(texts.MESSAGES)


def test_the_deliberation_has_one_face_for_applicants() -> None:
    """Neither badge, nor next step, nor phase tells a third review, a proposal or one sent back (T13, T17)."""
    inside = (State.IN_REVIEW, State.ASSESSED, State.PROPOSED)
    assert len({str(texts.APPLICANT_STATES[state]._kwargs) for state in inside}) == 1
    assert len({texts.BADGES[state] for state in inside}) == 1
    assert len({id(texts.NEXT[state]) for state in inside}) == 1
    assert len({texts.PHASE_OF[state] for state in inside}) == 1


def test_reasons_name_a_step_that_exists() -> None:
    """Everything wrong at once: each reason can be mended somewhere."""
    empty = Filing(
        now=filing().now,
        state=State.DRAFT,
        call=filing().call,
        kind=filing().kind,
        country=filing().country,
        lead_side=filing().lead_side,
        organisation_missing=[Reason("missing_iban")],
    )
    found = rules.why_not_submit(empty)
    assert {reason.step for reason in found} == set(StepName) - {StepName.CHECK}
    assert len(found) == len({reason.key for reason in found})
