"""Read-only views across features."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from grantflow.accounts import queries as people
from grantflow.applications import queries as applications
from grantflow.applications.models import Application, Participation
from grantflow.applications.states import UNDECIDED
from grantflow.applications.states import State as FileState
from grantflow.audit import queries as audit
from grantflow.calls.models import Call
from grantflow.councils.states import Step
from grantflow.decisions import queries as decisions
from grantflow.decisions.queries import Panel as DecisionPanel
from grantflow.kernel.errors import Reason
from grantflow.kernel.parties import Actor, Party, Role
from grantflow.letters import policy as letter_policy
from grantflow.letters import queries as letters
from grantflow.letters.models import Letter
from grantflow.notifications import queries as notifications
from grantflow.notifications.models import Message
from grantflow.platform import health, jobs, settings
from grantflow.releases import queries as editions
from grantflow.releases import service as releases
from grantflow.review import queries as reviews
from grantflow.review.queries import Panel as ReviewPanel

from . import rules, texts

# --- my tasks --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for the reader: how often, and the page where it is done."""

    label: Any
    count: int
    endpoint: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Agenda:
    """What waits in a call; None: in no call."""

    call: Call | None
    tasks: list[Task]


def agendas(actor: Actor, begun: Sequence[Call]) -> list[Agenda]:
    """What waits for ``actor`` in all their roles, by call (``begun``), the latest first, then what belongs to none;
    nothing that counts 0, nothing they may not see. While there is one call, addresses need not name it."""
    found: dict[UUID, list[Task]] = {call.id: [] for call in begun}
    for call_id, task in (*_office(actor, begun), *_reviews(actor), *_decisions(actor), *_finance(actor, begun)):
        if task.count and call_id in found:
            found[call_id].append(task)
    if len(begun) > 1:
        for call in begun:
            found[call.id] = [replace(its, arguments={**its.arguments, "call": call.code}) for its in found[call.id]]
    everywhere = [task for task in (*_administration(actor), *_releases(actor)) if task.count]
    all_of_them = [*(Agenda(call, found[call.id]) for call in begun), Agenda(None, everywhere)]
    return [agenda for agenda in all_of_them if agenda.tasks]


def _office(actor: Actor, begun: Sequence[Call]) -> Iterator[tuple[UUID, Task]]:
    if not (Role.OFFICE in actor.roles and actor.party):
        return
    side = actor.party.side
    labels = ((texts.TO_CHECK, FileState.SUBMITTED), (texts.RETURNED, FileState.RETURNED))
    for call_id, counts in applications.counts(actor, side).items():
        for label, state in labels:
            arguments = {"state": state, "side": side}
            yield call_id, Task(label, counts.get(state, 0), "applications.staff_list", arguments)
    for call_id, files in applications.late_counts(actor, side, [call.id for call in begun]).items():
        yield call_id, Task(texts.LATE, files, "applications.staff_list", {"state": "late", "side": side})


def _reviews(actor: Actor) -> Iterator[tuple[UUID, Task]]:
    for its in reviews.tasks(actor):
        yield its.call_id, Task(its.label, its.count, its.endpoint)


def _decisions(actor: Actor) -> Iterator[tuple[UUID, Task]]:
    for call_id, waiting in decisions.tasks(actor).items():
        yield call_id, Task(texts.TO_PROPOSE, waiting.to_propose, "decisions.ranking")
        yield call_id, Task(texts.SENT_BACK, waiting.sent_back, "decisions.ranking")
        yield call_id, Task(texts.TO_DELIBERATE, waiting.to_deliberate, "decisions.to_sign")
        yield call_id, Task(texts.TO_SIGN, waiting.to_sign, "decisions.to_sign")
        if waiting.to_release:
            yield call_id, Task(texts.TO_RELEASE, 1, "decisions.release_budget", {"id": waiting.to_release})
        else:
            yield call_id, Task(texts.ANNOUNCED, waiting.announced, "decisions.ranking")


def _finance(actor: Actor, begun: Sequence[Call]) -> Iterator[tuple[UUID, Task]]:
    if Role.FINANCE not in actor.roles:
        return
    new = letters.counts(actor, letters.Filter(status="new"))
    for call in begun:
        yield call.id, Task(texts.NEW_LETTERS, new.get(call.code, 0), "finance.letters", {"status": "new"})


def _administration(actor: Actor) -> list[Task]:
    if Role.ADMINISTRATOR not in actor.roles:
        return []
    to_confirm = sum(one.is_mine for one in people.waiting(actor))
    return [
        Task(texts.ROLES_TO_CONFIRM, to_confirm, "accounts.role_proposals"),
        Task(texts.FAILED_WORK, failures_count(), "dashboard.workers"),
    ]


def _releases(actor: Actor) -> list[Task]:
    return [Task(texts.EDITIONS_TO_SIGN, len(releases.due_keys(actor)), "releases.index")]


# --- what is missing to open -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Opening:
    """The list, with what ``/status`` found about its lines; ``trial``: the reader's own last test message."""

    lines: list[rules.Line]
    findings: Mapping[str, health.Finding]
    trial: Message | None

    @property
    def is_done(self) -> bool:
        return all(line.is_done for line in self.lines)


def opening(actor: Actor) -> Opening:
    """What is there and what is missing to open a call."""
    wanted = [name for names in rules.CHECKS.values() for name in names]
    findings = {name: found for name, found in health.report().items() if name in wanted}
    in_office = people.staff()
    facts = rules.Facts(
        in_force=frozenset((edition.kind, edition.key) for edition in editions.all_in_force()),
        staff={p: frozenset(role for role, names in in_office.items() if p in names) for p in Party},
        faults=frozenset(name for name, found in findings.items() if not found.well),
        mail_arrived=audit.is_noted("mail_arrived"),
        without_factor=people.without_factor() if settings().asks_second_factor else 0,
    )
    return Opening(rules.opening(facts), findings, notifications.last_trial(actor))


def missing_to_open(actor: Actor, begun: Sequence[Call]) -> Opening | None:
    """The list, as the first page of a new installation's administrators: until all is there, or a call has opened."""
    if Role.ADMINISTRATOR not in actor.roles or begun:
        return None
    found = opening(actor)
    return None if found.is_done else found


# --- the staff page of one file --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts of the page: the file, the formal check, review and decision, each as far as the reader may see."""

    application: Application
    file: applications.File
    checks: list[tuple[Any, list[Reason]]]
    lookalikes: list[applications.Lookalike]
    #: The partner of what was sent, if it has withdrawn since.
    gone: Participation | None
    #: What the applicant changed after the office had returned the file.
    changes: list[applications.Difference]
    review: ReviewPanel | None
    decision: DecisionPanel | None
    #: By when each step has to be done, of a file that is under way; None: too late, or no council's date known.
    schedule: Mapping[Step, date] | None


def desk(actor: Actor, application: Application) -> Desk:
    """Put together what ``actor`` sees of a visible file."""
    is_new = application.state is FileState.SUBMITTED
    return Desk(
        application=application,
        file=applications.file_context(applications.version_for(actor, application)),
        checks=applications.formal_checks(application) if is_new else [],
        lookalikes=applications.lookalikes(actor, application),
        gone=applications.withdrawn_partner(application),
        changes=applications.changed_since_return(application),
        review=reviews.panel(actor, application),
        decision=decisions.panel(actor, application),
        schedule=applications.schedule(application) if application.state in UNDECIDED else None,
    )


# --- the state of the workers ----------------------------------------------------------------------


def failures_count() -> int:
    """How much work waits for a person. Reports of just that are not counted, or they would never end."""
    upkeep = sum(its.failed_at is not None for its in jobs.tended())
    return letters.failures_count() + notifications.failures_to_report() + upkeep


@dataclass(frozen=True, slots=True)
class Part:
    """A worker, the clock ("beat") or the sweep: seconds since it was seen (None: never), and whether that is well."""

    name: str
    age: float | None
    well: bool


@dataclass(frozen=True, slots=True)
class Workers:
    """What the page of the workers shows: parts, every kind of work in figures, periodic work, and what failed."""

    checks: Mapping[str, health.Finding]
    parts: Sequence[Part]
    letters: jobs.Backlog
    messages: jobs.Backlog
    upkeep: Sequence[jobs.Tended]
    letters_failed: Sequence[Letter]
    letters_damaged: Sequence[Letter]
    messages_failed: Sequence[Message]
    messages_postponed: Sequence[Message]
    messages_blocked: Sequence[Message]

    @property
    def well(self) -> bool:
        return all(part.well for part in self.parts) and not self.red

    @property
    def red(self) -> dict[str, health.Finding]:
        return {name: found for name, found in self.checks.items() if not found.well}


def workers() -> Workers:
    """Heartbeats, what waits and what failed, and what ``/status`` says."""
    return Workers(
        checks=health.report(),
        parts=workers_parts(jobs.heartbeats()),
        letters=letters.backlog(),
        messages=notifications.backlog(),
        upkeep=jobs.tended(),
        letters_failed=letters.failures(),
        letters_damaged=letters.damaged(),
        messages_failed=notifications.failures(),
        messages_postponed=notifications.postponed(),
        messages_blocked=notifications.blocked(),
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
