"""Begin a draft, and keep what its steps say. ``save`` is the one door of everything that is written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, func, inspect, select, update
from sqlalchemy.dialects.postgresql import Insert, aggregate_order_by, insert
from sqlalchemy.orm import contains_eager, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from grantflow.audit import service as audit
from grantflow.calls import rules as calls
from grantflow.calls.models import Call
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, IllegalStep
from grantflow.kernel.parties import Actor, Role
from grantflow.letters.states import Channel
from grantflow.organisations import policy as organisation_policy
from grantflow.organisations.models import Organisation
from grantflow.platform.db import db, to_write
from grantflow.platform.saving import NOW, Door, Saved, Seen

from .. import policy, queries, rules
from ..models import Application, BudgetLine, Declaration, Version, VersionAnswer, VersionChange, VersionParty
from ..states import EDITABLE, Declared, LineKind, Part, State, StepName
from .choosing import keep_channel
from .participating import as_lead

#: The rows that belong to a version.
PARTS = ("answers", "lines", "declarations", "partner")
#: The columns of a version: whatever else a step of answers says answers a question.
VERSION = frozenset(inspect(Version).columns.keys())
#: What is typed of a partner.
PARTNER = ("name", "kind", "country", "city", "contact_name", "email", "run_by", "role")


def start(call: Call, organisation: Organisation, *, by: Actor, language: str) -> Application:
    """Begin a draft for ``organisation``; the seat decides the office (D9). Audits it.

    Raises Forbidden for strangers to the organisation, IllegalStep where the call is not open.
    """
    if by.id is None or Role.APPLICANT not in by.roles or not organisation_policy.writes_for(by, organisation):
        raise Forbidden()
    now = clock.now()
    if not calls.is_open(call.opens_at, call.closes_at, now):
        raise IllegalStep("call_not_open" if now < call.opens_at else "call_closed")
    application = Application(
        call=call,
        lead=organisation,
        contact_id=by.id,
        lead_side=organisation.side,
        language=language,
        state=State.DRAFT,
        created_at=now,
        participations=[as_lead(organisation)],
        versions=[Version(number=1, opened_at=now, saved_at=now)],
    )
    db.session.add(application)
    db.session.flush()
    audit.record("application_started", on=application, by=by, after={"call": call.code})
    return application


def save(application: Application, step: StepName, values: Mapping[str, Any], *, seen: Seen = NOW, by: Actor) -> Saved:
    """Keep what one step says, half-done things too: every save goes through here, and each counts up the revision.

    Merged into what somebody else has saved since the page was ``seen``. Raises Forbidden for strangers, IllegalStep
    while nothing may be written, Clash where both changed the same.
    """
    before = by.roles
    version = _open(application, by, policy.signs_for if step is StepName.DECLARATIONS else policy.writes_for)
    if step is StepName.BUDGET:
        values = {**values, "lines": [replace(line, key=line.key or uuid4()) for line in values["lines"]]}
    door = Door(VersionChange, VersionChange.version_id, version.id, step, version.revision, by)
    later, part = db.confirm_rights(by, before, beside=(door.later(seen), _part(step, version)))
    theirs = _now(step, version, part, values)
    saved = door.save(later, rules.record(step, theirs), rules.record(step, values), seen)
    if saved.change is None:
        return saved
    facts, rows = WRITERS[step](version, rules.values_of(step, saved.values, values, theirs), theirs, by)
    facts |= {"revision": saved.revision, "saved_at": clock.now()}
    # One statement: what the version says itself goes along with the rows that belong to it, and with who changed it.
    statement = saved.change.add_cte(update(Version).where(Version.id == version.id).values(facts).cte("saved"))
    if rows is not None:
        statement = statement.add_cte(rows.cte("parts"))
    db.session.execute(statement, execution_options={"synchronize_session": False})
    for name, value in facts.items():
        set_committed_value(version, name, value)
    db.session.expire(version, PARTS)
    return saved


def save_answers(
    application: Application, step: StepName, values: Mapping[str, Any], *, seen: Seen = NOW, by: Actor
) -> Saved:
    """Keep the facts of the project, people or dates step, and the answers to the questions that stand there.

    Nothing else is taken from ``values``.
    """
    codes = {question.code for question in queries.of_step(application.call, step)}
    facts = {name: values[name] for name in rules.FIELDS[step]}
    answers = {code: values[code] for code in codes.intersection(values)}
    return save(application, step, facts | answers, seen=seen, by=by)


def save_partner(
    application: Application,
    partner: Mapping[str, Any] | None,
    *,
    partner_search: bool,
    equal_roles: bool,
    seen: Seen = NOW,
    by: Actor,
) -> Saved:
    """Keep the partner, or that one is being looked for (``partner=None``)."""
    typed = {name: partner[name] for name in PARTNER} if partner else None
    values = {"partner": typed, "partner_search": partner_search, "equal_roles": equal_roles and partner is not None}
    return save(application, StepName.PARTNER, values, seen=seen, by=by)


def save_budget(
    application: Application,
    lines: Sequence[rules.Line],
    *,
    requested_cents: int,
    other_public_funding: str = "",
    seen: Seen = NOW,
    by: Actor,
) -> Saved:
    """Replace the budget by ``lines`` and keep its sums. An unbalanced one may be saved, not sent (R3).

    A line with a key is the one that has it; one without is new.
    """
    values = {"lines": lines, "requested_cents": requested_cents, "other_public_funding": other_public_funding}
    return save(application, StepName.BUDGET, values, seen=seen, by=by)


def declare(
    application: Application,
    codes: frozenset[Declared],
    *,
    channel: Channel | None = None,
    seen: Seen = NOW,
    by: Actor,
) -> Saved:
    """Keep exactly ``codes`` as declared; each keeps who declared it first and when.

    A declaration binds whoever makes it: unlike the rest of a draft, each change goes on the trail. With ``channel``,
    also how the acts shall arrive.
    """
    lead = application.lead
    values: dict[str, Any] = {"codes": codes & frozenset(rules.required_declarations(lead.kind, lead.country))}
    if channel:
        values["channel"] = channel
    saved = save(application, StepName.DECLARATIONS, values, seen=seen, by=by)
    if wanted := saved.values.get("channel"):
        keep_channel(application, Channel(wanted), by=by)
    return saved


def choose_channel(application: Application, channel: Channel, *, by: Actor) -> None:
    """Keep how the acts shall arrive, until they are decided: while the file can be written, as a save like any other.

    Raises Forbidden, and IllegalStep once the acts are out, or the file is closed.
    """
    if not policy.signs_for(by, application):
        raise Forbidden()
    db.lock(application, by=by)
    if application.state in EDITABLE:
        save(application, StepName.DECLARATIONS, {"channel": channel}, by=by)
    keep_channel(application, channel, by=by)


# --- what is saved ---------------------------------------------------------------------------------


def _part(step: StepName, version: Version) -> Any:
    """The rows that a step writes, as JSON: read once the file is held, along with the changes."""
    if step is StepName.PARTNER:
        pairs = [its for name in PARTNER for its in (name, getattr(VersionParty, name))]
        its = (VersionParty.version_id == version.id, VersionParty.part == Part.PARTNER)
        return select(func.jsonb_build_object(*pairs)).where(*its).scalar_subquery()
    if step is StepName.BUDGET:
        pairs = [its for name in ("key", *rules.CELLS) for its in (name, getattr(BudgetLine, name))]
        rows = func.jsonb_agg(aggregate_order_by(func.jsonb_build_object(*pairs), BudgetLine.position))
        return select(rows).where(BudgetLine.version_id == version.id).scalar_subquery()
    if step is StepName.DECLARATIONS:
        return select(func.jsonb_agg(Declaration.code)).where(Declaration.version_id == version.id).scalar_subquery()
    said = func.jsonb_object_agg(VersionAnswer.code, VersionAnswer.text)
    return select(said).where(VersionAnswer.version_id == version.id).scalar_subquery()


def _now(step: StepName, version: Version, part: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """What is saved by now of that which ``values`` say."""
    rows: dict[str, Any] = {}
    if step is StepName.PARTNER:
        rows["partner"] = part
    elif step is StepName.BUDGET:
        rows["lines"] = [rules.Line(**{**line, "key": UUID(line["key"])}) for line in part or ()]
    elif step is StepName.DECLARATIONS:
        rows["codes"] = frozenset(Declared(code) for code in part or ())
        rows["channel"] = version.application.channel
    facts = {n: getattr(version, n) if n in VERSION else (part or {}).get(n, "") for n in values if n not in rows}
    return facts | {name: value for name, value in rows.items() if name in values}


def _open(application: Application, by: Actor, may: Callable[[Actor, Application], bool]) -> Version:
    """Hold the file and its open version for writing: whoever ``may``, and only while it is theirs to write."""
    if not may(by, application):
        raise Forbidden()
    db.session.flush()
    # Both rows in one statement, and both as they are once the wait is over: what is joined unlocked may be older.
    held = select(Application).join(Application.open).where(Application.id == application.id)
    lead = joinedload(Application.lead).joinedload(Organisation.memberships)
    held = to_write(held, Application, Version).options(contains_eager(Application.open), lead)
    found = db.session.scalars(held.execution_options(populate_existing=True)).unique().one_or_none()
    if found is None or found.open is None or found.state not in EDITABLE:
        raise IllegalStep("not_editable")
    db.held(found)
    db.session.expire(found.open, PARTS)
    return found.open


# --- what each step writes -------------------------------------------------------------------------

Values = Mapping[str, Any]
#: What a step changes of the version itself, and the rows it writes beside it, if any.
Written = tuple[dict[str, Any], Insert | None]


def _write_answers(version: Version, values: Values, _before: Values, _by: Actor) -> Written:
    facts = {name: value for name, value in values.items() if name in VERSION}
    said = [
        {"version_id": version.id, "code": code, "text": text} for code, text in values.items() if code not in facts
    ]
    if not said:
        return facts, None
    row = insert(VersionAnswer).values(said)
    key = [VersionAnswer.version_id, VersionAnswer.code]
    return facts, row.on_conflict_do_update(index_elements=key, set_={"text": row.excluded.text})


def _write_partner(version: Version, values: Values, _before: Values, _by: Actor) -> Written:
    partner = values["partner"]
    facts = {
        "partner_search": values["partner_search"],
        "equal_roles": values["equal_roles"] and partner is not None,
    }
    if partner is None:
        db.session.execute(
            delete(VersionParty).where(VersionParty.version_id == version.id, VersionParty.part == Part.PARTNER)
        )
        return facts, None
    typed = {name: partner[name] for name in PARTNER}
    row = insert(VersionParty).values(
        version_id=version.id, part=Part.PARTNER, street="", postal_code="", profile={}, **typed
    )
    key = [VersionParty.version_id, VersionParty.part]
    return facts, row.on_conflict_do_update(index_elements=key, set_=typed)


def _write_budget(version: Version, values: Values, before: Values, _by: Actor) -> Written:
    lines: Sequence[rules.Line] = values["lines"]
    facts = {
        "requested_cents": values["requested_cents"],
        "eligible_cents": sum(line.cents for line in lines if line.kind is LineKind.COST),
        "income_cents": sum(line.cents for line in lines if line.kind is LineKind.INCOME),
        "other_public_funding": values["other_public_funding"],
    }
    if before["lines"]:
        db.session.execute(delete(BudgetLine).where(BudgetLine.version_id == version.id))
    positions: dict[LineKind, int] = {}
    rows = []
    for line in lines:
        positions[line.kind] = position = positions.get(line.kind, 0) + 1
        rows.append(asdict(line) | {"version_id": version.id, "position": position, "key": line.key or uuid4()})
    return facts, insert(BudgetLine).values(rows) if rows else None


def _write_declarations(version: Version, values: Values, before: Values, by: Actor) -> Written:
    declared, kept = values["codes"], before.get("codes")
    if declared is None or kept is None or declared == kept:
        return {}, None
    if kept - declared:
        its = Declaration.version_id == version.id
        db.session.execute(delete(Declaration).where(its, Declaration.code.not_in(declared)))
    was, now = ({"declarations": sorted(codes)} for codes in (kept, declared))
    audit.record("declared", on=version.application, by=by, before=was, after=now)
    new = {"version_id": version.id, "person_id": by.id, "declared_at": clock.now()}
    rows = [new | {"code": code} for code in sorted(declared - kept)]
    return {}, insert(Declaration).values(rows) if rows else None


WRITERS: dict[StepName, Callable[[Version, Values, Values, Actor], Written]] = {
    StepName.PARTNER: _write_partner,
    **dict.fromkeys(rules.FIELDS, _write_answers),
    StepName.BUDGET: _write_budget,
    StepName.DECLARATIONS: _write_declarations,
}
