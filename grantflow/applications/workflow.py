"""The one table of what can happen to an application. Buttons, permissions, diagram and tests derive from it."""

from grantflow.kernel.parties import Role
from grantflow.kernel.workflow import Step, Workflow

from . import rules
from .states import EDITABLE, Action, State

APPLICANT = frozenset({Role.APPLICANT})
OFFICE = frozenset({Role.OFFICE})
REVIEWER = frozenset({Role.REVIEWER})
SIGNATORY = frozenset({Role.SIGNATORY})

#: Until the two cities have proposed, an applicant may step back.
WITHDRAWABLE = frozenset(
    {
        State.DRAFT,
        State.SUBMITTED,
        State.RETURNED,
        State.ADMITTED,
        State.IN_REVIEW,
        State.ASSESSED,
    }
)

APPLICATION: Workflow[State, Action] = Workflow(
    Step(
        Action.SUBMIT,
        EDITABLE,
        State.SUBMITTED,
        by=APPLICANT,
        guard=rules.why_not_submit,
    ),
    Step(Action.RETURN, {State.SUBMITTED}, State.RETURNED, by=OFFICE),
    Step(Action.LAPSE, {State.RETURNED}, State.SUBMITTED),
    Step(Action.EXTEND, {State.RETURNED}, State.RETURNED, by=OFFICE),
    Step(Action.ADMIT, {State.SUBMITTED}, State.ADMITTED, by=OFFICE),
    Step(Action.EXCLUDE, {State.SUBMITTED}, State.INADMISSIBLE, by=OFFICE),
    Step(Action.BEGIN_REVIEW, {State.ADMITTED}, State.IN_REVIEW, by=OFFICE),
    Step(Action.COMPLETE_REVIEW, {State.IN_REVIEW}, State.ASSESSED, by=REVIEWER),
    Step(Action.REOPEN_REVIEW, {State.ASSESSED}, State.IN_REVIEW, by=OFFICE),
    Step(Action.PROPOSE, {State.ASSESSED}, State.PROPOSED, by=OFFICE),
    Step(Action.SEND_BACK, {State.PROPOSED}, State.ASSESSED, by=OFFICE | SIGNATORY),
    Step(Action.AWARD, {State.PROPOSED}, State.AWARDED, by=SIGNATORY),
    Step(Action.REJECT, {State.PROPOSED}, State.REJECTED, by=SIGNATORY),
    Step(Action.WITHDRAW, WITHDRAWABLE, State.WITHDRAWN, by=APPLICANT),
)
