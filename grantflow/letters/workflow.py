"""The steps of a letter. Rendering and failing are the system's own; only an administrator starts again."""

from grantflow.kernel.parties import Role
from grantflow.kernel.workflow import Step, Workflow

from .states import Action, State

LETTER = Workflow(
    Step(Action.RENDER, {State.QUEUED}, State.READY),
    Step(Action.FAIL, {State.QUEUED}, State.FAILED),
    Step(Action.RETRY, {State.FAILED}, State.QUEUED, by={Role.ADMINISTRATOR}),
)
