"""Begin a draft, and keep what its steps say. ``save`` is the one door of everything that is written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import contains_eager, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from grantflow.audit import service as audit
from grantflow.calls import rules as calls
from grantflow.calls.models import Call
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, IllegalStep
from grantflow.kernel.parties import Actor, Role
from grantflow.organisations import policy as organisation_policy
from grantflow.organisations.models import Organisation
from grantflow.platform.db import db, to_write

from .. import policy, queries, rules
from ..models import Application, BudgetLine, Declaration, Version, VersionAnswer, VersionParty
from ..states import EDITABLE, Declared, LineKind, Part, State, StepName
from .participating import as_lead

#: The rows that belong to a version.
PARTS = ("answers", "lines", "declarations", "partner")
#: The facts of the steps of answers: whatever else they say answers a question of the call.
FACTS = frozenset(name for names in rules.FIELDS.values() for name in names)
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


def save(application: Application, step: StepName, values: Mapping[str, Any], *, by: Actor) -> Version:
    """Keep what one step says, half-done things too: every save goes through here, and each counts up the revision.

    Raises Forbidden for strangers, IllegalStep while nothing may be written.
    """
    version = _open(application, by, policy.signs_for if step is StepName.DECLARATIONS else policy.writes_for)
    facts, rows = WRITERS[step](version, values, by)
    facts |= {"revision": version.revision + 1, "saved_at": clock.now()}
    saved = update(Version).where(Version.id == version.id).values(facts)
    # One statement: what the version says itself goes along with the rows that belong to it.
    db.session.execute(
        saved if rows is None else rows.add_cte(saved.cte("saved")), execution_options={"synchronize_session": False}
    )
    for name, value in facts.items():
        set_committed_value(version, name, value)
    db.session.expire(version, PARTS)
    return version


def save_answers(application: Application, step: StepName, values: Mapping[str, Any], *, by: Actor) -> None:
    """Keep the facts of the project, people or dates step, and the answers to the questions that stand there.

    Nothing else is taken from ``values``.
    """
    codes = {question.code for question in queries.of_step(application.call, step)}
    facts = {name: values[name] for name in rules.FIELDS[step]}
    save(application, step, facts | {code: values[code] for code in codes.intersection(values)}, by=by)


def save_partner(
    application: Application,
    partner: Mapping[str, Any] | None,
    *,
    partner_search: bool,
    equal_roles: bool,
    by: Actor,
) -> None:
    """Keep the partner, or that one is being looked for (``partner=None``)."""
    values = {"partner": partner, "partner_search": partner_search, "equal_roles": equal_roles}
    save(application, StepName.PARTNER, values, by=by)


def save_budget(
    application: Application,
    lines: Sequence[rules.Line],
    *,
    requested_cents: int,
    other_public_funding: str = "",
    by: Actor,
) -> None:
    """Replace the budget by ``lines`` and keep its sums. An unbalanced one may be saved, not sent (R3).

    A line with a key is the one that has it; one without is new.
    """
    values = {"lines": lines, "requested_cents": requested_cents, "other_public_funding": other_public_funding}
    save(application, StepName.BUDGET, values, by=by)


def declare(application: Application, codes: frozenset[Declared], *, by: Actor) -> None:
    """Keep exactly ``codes`` as declared; each keeps who declared it first and when.

    A declaration binds whoever makes it: unlike the rest of a draft, each change goes on the trail.
    """
    save(application, StepName.DECLARATIONS, {"codes": codes}, by=by)


def _open(application: Application, by: Actor, may: Callable[[Actor, Application], bool]) -> Version:
    """Hold the file and its open version for writing: whoever ``may``, and only while it is theirs to write."""
    if not may(by, application):
        raise Forbidden()
    before = by.roles
    db.session.flush()
    # Both rows in one statement, and both as they are once the wait is over: what is joined unlocked may be older.
    held = select(Application).join(Application.open).where(Application.id == application.id)
    held = to_write(held, Application, Version).options(contains_eager(Application.open), joinedload(Application.lead))
    found = db.session.scalar(held.execution_options(populate_existing=True))
    db.confirm_rights(by, before)
    if found is None or found.open is None or found.state not in EDITABLE:
        raise IllegalStep("not_editable")
    db.held(found)
    db.session.expire(found.open, PARTS)
    return found.open


# --- what each step writes -------------------------------------------------------------------------

#: What a step changes of the version itself, and the rows it writes beside it, if any.
Written = tuple[dict[str, Any], Insert | None]


def _write_answers(version: Version, values: Mapping[str, Any], _by: Actor) -> Written:
    facts = {name: value for name, value in values.items() if name in FACTS}
    said = [
        {"version_id": version.id, "code": code, "text": text} for code, text in values.items() if code not in facts
    ]
    if not said:
        return facts, None
    row = insert(VersionAnswer).values(said)
    key = [VersionAnswer.version_id, VersionAnswer.code]
    return facts, row.on_conflict_do_update(index_elements=key, set_={"text": row.excluded.text})


def _write_partner(version: Version, values: Mapping[str, Any], _by: Actor) -> Written:
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


def _write_budget(version: Version, values: Mapping[str, Any], _by: Actor) -> Written:
    lines: Sequence[rules.Line] = values["lines"]
    facts = {
        "requested_cents": values["requested_cents"],
        "eligible_cents": sum(line.cents for line in lines if line.kind is LineKind.COST),
        "income_cents": sum(line.cents for line in lines if line.kind is LineKind.INCOME),
        "other_public_funding": values["other_public_funding"],
    }
    db.session.execute(delete(BudgetLine).where(BudgetLine.version_id == version.id))
    positions: dict[LineKind, int] = {}
    rows = []
    for line in lines:
        positions[line.kind] = position = positions.get(line.kind, 0) + 1
        rows.append(asdict(line) | {"version_id": version.id, "position": position, "key": line.key or uuid4()})
    return facts, insert(BudgetLine).values(rows) if rows else None


def _write_declarations(version: Version, values: Mapping[str, Any], by: Actor) -> Written:
    application = version.application
    lead = application.lead
    allowed = values["codes"] & frozenset(rules.required_declarations(lead.kind, lead.country))
    its = Declaration.version_id == version.id
    kept = frozenset(db.session.scalars(select(Declaration.code).where(its)))
    if allowed == kept:
        return {}, None
    if kept - allowed:
        db.session.execute(delete(Declaration).where(its, Declaration.code.not_in(allowed)))
    before, after = ({"declarations": sorted(codes)} for codes in (kept, allowed))
    audit.record("declared", on=application, by=by, before=before, after=after)
    new = {"version_id": version.id, "person_id": by.id, "declared_at": clock.now()}
    rows = [new | {"code": code} for code in sorted(allowed - kept)]
    return {}, insert(Declaration).values(rows) if rows else None


WRITERS: dict[StepName, Callable[[Version, Mapping[str, Any], Actor], Written]] = {
    StepName.PARTNER: _write_partner,
    **dict.fromkeys(rules.FIELDS, _write_answers),
    StepName.BUDGET: _write_budget,
    StepName.DECLARATIONS: _write_declarations,
}
