"""A call, as both cities release it: written once as a whole, later in place, for files refer to its rows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

from pydantic import ValidationError

from grantflow.kernel import clock
from grantflow.kernel.errors import Invalid
from grantflow.kernel.parties import Actor, Party
from grantflow.platform import jobs
from grantflow.platform.db import db
from grantflow.releases import queries as releases
from grantflow.releases import service as drafts
from grantflow.releases.kinds import Kind, register
from grantflow.releases.models import Edition
from grantflow.releases.rules import Flaw, Need

from .. import policy, queries, rules, texts
from ..documents import CallDocument
from ..models import Call, Category, Closing, Criterion, Envelope, Paper, Question
from ..states import CALL_CHANGED

Columns = Mapping[str, Any]
R = TypeVar("R", Category, Criterion, Envelope, Paper, Question)
W = TypeVar("W", Call, Category, Criterion, Envelope, Paper, Question)


def _needs(key: str, before: CallDocument | None, after: CallDocument) -> Sequence[Need]:
    return rules.needs(before, after)


def _flaws(key: str, before: CallDocument | None, after: CallDocument) -> Sequence[Flaw]:
    return rules.flaws(key, before, after, queries.around(key, before, after))


def _has_opened(before: CallDocument | None) -> bool:
    return before is not None and rules.has_opened(before, clock.now())


def _apply(key: str, before: CallDocument | None, after: CallDocument, day: date) -> None:
    """Write the call's rows. What is there keeps its identity: categories by number, envelopes by funder, the rest by
    code. Numbers given and money taken are no part of it."""
    agreement, call = queries.agreement(after.agreement), queries.to_apply(key) or Call(code=key)
    db.session.add(_write(call, {"agreement": agreement, **rules.call_columns(after)}))
    db.session.flush()
    _step_aside(call)
    released = _released_beside(call, before)
    _fill(call, after)
    for envelope in call.envelopes:
        envelope.is_released = envelope.is_released or envelope.funder_code in released
    db.session.flush()
    edition = releases.in_force("call", key)
    if edition and before and _has_opened(before) and rules.is_eased(before, after):
        jobs.remind(edition.id, CALL_CHANGED, clock.today())


def begin(code: str, like: str | None, *, by: Actor) -> Edition:
    """Begin a new call, empty or as ``like`` was released last, a year later. Raises Invalid where the code is taken,
    IllegalStep where it is none or somebody has begun it already."""
    if queries.is_taken(code):
        raise Invalid("flaw.call_code_taken")
    base = releases.latest_signed("call", like) if like else None
    if base is None:
        return drafts.draft("call", code, {name: [{}] for name in ("categories", "criteria", "questions")}, by=by)
    before = CallDocument.model_validate(base.content)
    closes = rules.last_instant(before.closes_at) + timedelta(days=365)
    agreement = queries.agreement_on(clock.local(closes).date())
    content = rules.again(before, agreement.code if agreement else None)
    return drafts.draft("call", code, content, by=by)


def save(edition: Edition, content: dict[str, Any], *, seen: int, reason: str, by: Actor) -> None:
    """Save a draft, in the spelling of its document once nothing is missing. Raises IllegalStep ``edition_changed``."""
    drafts.save(edition, drafts.as_stored("call", content), seen=seen, reason=reason, by=by)


def preview(edition: Edition) -> Call | None:
    """The rows that a draft would become, without writing any; None while it lacks what they need."""
    try:
        after = CallDocument.model_validate(edition.content)
    except ValidationError:
        return None
    known = {criterion.code for criterion in after.criteria}
    if any(code not in known for question in after.questions for code in question.informs):
        return None
    call = _write(Call(code=edition.key), rules.call_columns(after))
    _fill(call, after)
    return call


def has_opened(edition: Edition) -> bool:
    """Whether the call that a draft would change has opened."""
    base = releases.base(edition)
    return base is not None and _has_opened(CallDocument.model_validate(base.content))


def _fill(call: Call, after: CallDocument) -> None:
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
    call.envelopes = _lines(call.envelopes, Envelope, "funder_code", map(rules.envelope_columns, after.envelopes))


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
        can_edit=lambda actor, key: policy.drafts(actor),
        title=texts.call_name,
        label=texts.label,
        spoken=texts.spoken,
        new_key=rules.CODE.pattern,
        editor="public.edit_call",
        beginner="public.new_call",
        # It opens and closes at instants of its own.
        is_dated=False,
        wants_reason=_has_opened,
    )
)
