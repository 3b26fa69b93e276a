"""A call, as both cities release it: written once as a whole, later in place, for files refer to its rows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from grantflow.kernel import clock
from grantflow.kernel.parties import Actor, Party, Role
from grantflow.platform.db import db
from grantflow.releases.kinds import Kind, register
from grantflow.releases.rules import Flaw, Need

from .. import queries, rules, texts
from ..documents import CallDocument
from ..models import Call, Category, Closing, Criterion, Envelope, Paper, Question

Columns = Mapping[str, Any]
R = TypeVar("R", Category, Criterion, Envelope, Paper, Question)
W = TypeVar("W", Call, Category, Criterion, Envelope, Paper, Question)


def _needs(key: str, before: CallDocument | None, after: CallDocument) -> Sequence[Need]:
    return rules.needs(before, after)


def _flaws(key: str, before: CallDocument | None, after: CallDocument) -> Sequence[Flaw]:
    return rules.flaws(key, before, after, queries.around(key, before, after))


def _can_edit(actor: Actor, key: str) -> bool:
    return Role.OFFICE in actor.roles and actor.party in rules.CITIES


def _wants_reason(before: CallDocument | None) -> bool:
    return before is not None and rules.has_opened(before, clock.now())


def _apply(key: str, before: CallDocument | None, after: CallDocument, day: date) -> None:
    """Write the call's rows. What is there keeps its identity: categories by number, envelopes by funder, the rest by
    code. Numbers given and money taken are no part of it."""
    agreement, call = queries.agreement(after.agreement), queries.to_apply(key) or Call(code=key)
    db.session.add(_write(call, {"agreement": agreement, **rules.call_columns(after)}))
    db.session.flush()
    _step_aside(call)
    call.categories = _rows(call.categories, Category, "number", map(rules.category_columns, after.categories))
    for category, its in zip(call.categories, after.categories, strict=True):
        known = {closing.closes_at: closing for closing in category.closings}
        instants = sorted(map(rules.last_instant, its.closings))
        category.closings = [known.get(instant) or Closing(closes_at=instant) for instant in instants]
    call.criteria = _lines(call.criteria, Criterion, "code", map(rules.criterion_columns, after.criteria))
    call.questions = _lines(call.questions, Question, "code", map(rules.question_columns, after.questions))
    by_code = {criterion.code: criterion for criterion in call.criteria}
    for question, asked in zip(call.questions, after.questions, strict=True):
        question.criteria = [by_code[code] for code in asked.informs]
    call.papers = _lines(call.papers, Paper, "code", map(rules.paper_columns, after.papers))
    released = _released_beside(call, before)
    call.envelopes = _lines(call.envelopes, Envelope, "funder_code", map(rules.envelope_columns, after.envelopes))
    for envelope in call.envelopes:
        envelope.is_released = envelope.is_released or envelope.funder_code in released
    db.session.flush()


def _released_beside(call: Call, before: CallDocument | None) -> set[Party]:
    """The funders that released, in a step of their own, what the edition before only announced."""
    announced = {its.party for its in before.envelopes if not its.is_released} if before else set()
    return {envelope.funder_code for envelope in call.envelopes if envelope.is_released} & announced


def _step_aside(call: Call) -> None:
    """Positions are unique: lines that change places leave theirs first."""
    lines: list[Criterion | Question | Paper | Envelope] = [
        *call.criteria,
        *call.questions,
        *call.papers,
        *call.envelopes,
    ]
    for line in lines:
        line.position = -line.position
    db.session.flush()


def _rows(known: Sequence[R], model: type[R], name: str, wanted: Iterable[Columns]) -> list[R]:
    """``wanted`` as rows, in its order; what is known by the same ``name`` is kept, what nobody wants goes."""
    by_name = {getattr(row, name): row for row in known}
    return [_write(by_name.get(columns[name]) or model(), columns) for columns in wanted]


def _lines(known: Sequence[R], model: type[R], name: str, wanted: Iterable[Columns]) -> list[R]:
    return _rows(known, model, name, ({**its, "position": place} for place, its in enumerate(wanted, 1)))


def _write(row: W, columns: Columns) -> W:
    for column, value in columns.items():
        setattr(row, column, value)
    return row


register(
    Kind(
        name="call",
        document=CallDocument,
        needs=_needs,
        flaws=_flaws,
        apply=_apply,
        can_edit=_can_edit,
        title=texts.call_name,
        # It opens and closes at instants of its own.
        is_dated=False,
        label=texts.label,
        spoken=texts.spoken,
        new_key=r"[0-9]{2}-[1-9][0-9]?",
        editor="releases.show",
        beginner=None,
        wants_reason=_wants_reason,
    )
)
