"""What can be done to an application. ``advance`` is the one door for its state."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import CTE, case, delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm.attributes import set_committed_value

from grantflow.audit import service as audit
from grantflow.calls import rules as calls
from grantflow.calls.models import Call
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, IllegalStep, Invalid
from grantflow.kernel.parties import OFFICES, SYSTEM, Actor, Role
from grantflow.letters.states import Channel
from grantflow.notifications import service as notifications
from grantflow.organisations import policy as organisation_policy
from grantflow.organisations.models import Organisation
from grantflow.platform import locale
from grantflow.platform.db import db

from . import policy, queries, rules, texts
from .models import Application, BudgetLine, Consent, Declaration, Event, Partner, StateCount, Submission
from .states import EDITABLE, OPEN, Action, Declared, LineKind, State, StepName
from .workflow import APPLICATION

#: What each step of text answers may write; nothing else is taken from a form (T20).
FIELDS: dict[StepName, tuple[str, ...]] = {
    StepName.PROJECT: (
        "title",
        "summary",
        "why_two_cities",
        "encounter",
        "success",
        "theme",
        "format",
        "places",
    ),
    StepName.PEOPLE: (
        "participants_german",
        "participants_french",
        "volunteers",
        "volunteer_hours",
        "who_works",
        "mostly_minors",
        "is_school_trip",
    ),
    StepName.DATES: ("starts_on", "ends_on"),
}


# --- writing ---------------------------------------------------------------------------------------


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
        updated_at=now,
        search_text=rules.search_text("", organisation.name),
    )
    db.session.add(application)
    db.session.flush()
    audit.record("application_started", on=application, by=by, after={"call": call.code})
    return application


def save_answers(application: Application, step: StepName, values: Mapping[str, Any], *, by: Actor) -> None:
    """Keep the answers of the project, people or dates step; half-done ones too."""
    _open(application, by)
    for name in FIELDS[step]:
        setattr(application, name, values[name])
    _saved(application)


def save_partner(
    application: Application,
    partner: Mapping[str, Any] | None,
    *,
    partner_search: bool,
    equal_roles: bool,
    by: Actor,
) -> None:
    """Keep the partner, or that one is being looked for (``partner=None``)."""
    _open(application, by)
    application.partner_search = partner_search
    application.equal_roles = equal_roles and partner is not None
    if partner is None:
        application.partner = None
    else:
        wanted = ("name", "kind", "country", "city", "contact_name", "email", "run_by", "role")
        row = application.partner or Partner()
        for name in wanted:
            setattr(row, name, partner[name])
        application.partner = row
    _saved(application)


def save_budget(
    application: Application,
    lines: Sequence[rules.Line],
    *,
    requested_cents: int,
    other_public_funding: str = "",
    by: Actor,
) -> None:
    """Replace the budget by ``lines`` and keep its sums. An unbalanced one may be saved, not sent (R3)."""
    _open(application, by)
    db.session.execute(delete(BudgetLine).where(BudgetLine.application_id == application.id))
    db.session.expire(application, ["lines"])
    positions: dict[LineKind, int] = {}
    for line in lines:
        positions[line.kind] = position = positions.get(line.kind, 0) + 1
        db.session.add(BudgetLine(application_id=application.id, position=position, **asdict(line)))
    application.requested_cents = requested_cents
    application.eligible_cents = sum(line.cents for line in lines if line.kind is LineKind.COST)
    application.income_cents = sum(line.cents for line in lines if line.kind is LineKind.INCOME)
    application.other_public_funding = other_public_funding
    _saved(application)
    db.session.expire(application, ["lines"])


def declare(application: Application, codes: frozenset[Declared], *, by: Actor) -> None:
    """Keep exactly ``codes`` as declared; each keeps who declared it first and when.

    A declaration binds whoever makes it: unlike the rest of a draft, each change goes on the trail.
    """
    if not policy.signs_for(by, application):
        raise Forbidden()
    _open(application, by)
    allowed = codes & frozenset(rules.required_declarations(application.lead.kind, application.lead.country))
    kept = {declaration.code: declaration for declaration in application.declarations}
    if allowed == kept.keys():
        return
    application.declarations = [
        kept.get(code) or Declaration(code=code, person_id=by.id, declared_at=clock.now()) for code in sorted(allowed)
    ]
    before, after = ({"declarations": sorted(its)} for its in (kept, allowed))
    audit.record("declared", on=application, by=by, before=before, after=after)
    _saved(application)


def choose_channel(application: Application, channel: Channel, *, by: Actor) -> None:
    """Keep how the acts shall arrive, until they are decided. Audits it.

    Through the portal only with a consent for each legal order, kept as it reads now; whoever turns to the post
    withdraws what they had agreed to. Raises IllegalStep once the acts are out, or the file is closed.
    """
    if not policy.signs_for(by, application):
        raise Forbidden()
    db.lock(application, by=by)
    if application.state not in OPEN:
        raise IllegalStep("channel_fixed")
    if application.channel is channel:
        return
    now, before = clock.now(), application.channel
    live = (Consent.application_id == application.id, Consent.withdrawn_at.is_(None))
    if before is Channel.PORTAL:
        db.session.execute(update(Consent).where(*live).values(withdrawn_at=now, withdrawn_by=by.id))
    if channel is Channel.PORTAL:
        for law, wording in texts.CONSENTS.items():
            consent = Consent(application_id=application.id, law=law, person_id=by.id, given_at=now)
            consent.version, consent.language, consent.wording = rules.CONSENT_VERSION, locale.language(), str(wording)
            db.session.add(consent)
    application.channel = channel
    audit.record("channel_chosen", on=application, by=by, before={"channel": before}, after={"channel": channel})
    _saved(application)


def _open(application: Application, by: Actor) -> None:
    """Lock the file for writing: its own writers only, and only while it is theirs to write."""
    if not policy.writes_for(by, application):
        raise Forbidden()
    db.lock(application, by=by)
    if application.state not in EDITABLE:
        raise IllegalStep("not_editable")


def _saved(application: Application) -> None:
    application.updated_at = clock.now()
    _index(application)
    db.session.flush()


def _index(application: Application) -> None:
    partner, contact = application.partner, application.contact
    application.title_key = rules.title_key(application.title)
    application.search_text = rules.search_text(
        application.title,
        application.lead.name,
        application.number or "",
        contact.name,
        contact.email,
        *((partner.name, partner.contact_name, partner.email) if partner else ()),
    )


# --- moving ----------------------------------------------------------------------------------------


def submit(application: Application, *, by: Actor) -> Submission:
    """Send the file. In order: lock, check everything, number (first time), freeze the answers, move, receipt by mail.

    Raises Incomplete with every reason against. A second click meets IllegalStep.
    """
    advance(application, Action.SUBMIT, by=by)
    submission = application.submissions[-1]
    _tell("application_received", application, submission.version, hash=submission.hash, sent_at=submission.sent_at)
    return submission


def withdraw(application: Application, *, by: Actor) -> None:
    """Take the file back for good; possible until a decision is proposed."""
    advance(application, Action.WITHDRAW, by=by)


def return_(application: Application, *, reason: str, by: Actor) -> None:
    """Send the file back for completion, with a reason and a deadline (D13); tells the applicant."""
    advance(application, Action.RETURN, by=by, note=reason.strip())
    _tell(
        "application_returned",
        application,
        len(application.submissions),
        reason=application.return_reason,
        reason_language=application.return_language,
        until=application.return_until,
    )


def admit(application: Application, *, by: Actor) -> None:
    """The formal check found nothing against it: the file may be assessed; tells the applicant."""
    advance(application, Action.ADMIT, by=by)
    _tell("application_admitted", application, 1)


def exclude(application: Application, *, reason: str, by: Actor) -> None:
    """The formal check found it inadmissible, for good; tells the applicant why."""
    advance(application, Action.EXCLUDE, by=by, note=reason.strip())
    _tell("application_inadmissible", application, 1, reason=reason.strip(), reason_language=by.language)


def _tell(kind: str, application: Application, count: int, **facts: Any) -> None:
    """Write to the file's contact, in its language, in the name of the office in charge."""
    notifications.send(
        kind,
        to=application.contact,
        key=f"{kind}:{application.id}:{count}",
        office=OFFICES[application.lead_side],
        application_id=application.id,
        number=application.number,
        title=application.title,
        title_language=application.language,
        **facts,
    )


def advance(application: Application, action: Action, *, by: Actor, note: str = "") -> None:
    """Move ``application`` by ``action``: the only writer of its state.

    In order: lock the row (a second click waits here, then meets IllegalStep), check relation, role, table and guard,
    do what belongs to the move, state, event, counters, audit, flush. ``note`` is shown to the applicant.
    Raises Forbidden, IllegalStep, Incomplete with the guard's reasons, or Invalid where a reason is owed.
    """
    # On sending the call holds still too: for the number, and for the check for a twin (D14, R6).
    db.lock(application, *([application.call] if action is Action.SUBMIT else []), by=by)
    if not policy.may_take(by, action, application):
        raise Forbidden()
    subject = None
    if action is Action.SUBMIT:
        subject = queries.filing(application, clock.now())
    roles = None if by is SYSTEM else by.roles
    step = APPLICATION.step(action, application.state, roles, subject)
    if action in REASONED and not note:
        raise Invalid("reason_needed", field="reason")
    before = application.state
    if effect := EFFECTS.get(action):
        effect(application, by, note)
        db.session.flush()
    _move(application, action, step.target, by, note)
    audit.record(
        f"application_{action}",
        on=application,
        by=by,
        before={"state": before},
        after={"state": step.target},
        reason=note,
    )
    db.session.expire(application, ["events"])


def _receive(application: Application, by: Actor, note: str) -> None:
    """Number the file on its first sending and freeze what was sent."""
    if by.id is None:
        raise Forbidden()
    now = clock.now()
    if application.number is None:
        application.call.last_number += 1
        application.number = rules.number(application.call.code, application.call.last_number)
        application.first_submitted_at = now
    application.submitted_at = application.updated_at = now
    application.return_reason, application.return_until = "", None
    _index(application)
    version = len(application.submissions) + 1
    answers = frozen_answers(application) | {"version": version, "sent_at": now.isoformat()}
    application.submissions.append(
        Submission(
            application_id=application.id,
            version=version,
            sent_at=now,
            sent_by=by.id,
            answers=answers,
            hash=rules.receipt_hash(answers),
        )
    )
    db.session.flush()


def _set_deadline(application: Application, by: Actor, note: str) -> None:
    application.return_reason = note
    application.return_until = rules.return_deadline(clock.now(), application.call.return_days)


#: Moves that the applicant must be told the reason of.
REASONED = frozenset({Action.RETURN, Action.EXCLUDE})
#: What belongs to a move and must be there before the new state is written.
EFFECTS: dict[Action, Callable[[Application, Actor, str], None]] = {
    Action.SUBMIT: _receive,
    Action.RETURN: _set_deadline,
}


def frozen_answers(application: Application) -> dict[str, Any]:
    """All that was answered, as JSON values. Bank data stays out: it is no part of the project."""
    lead, partner = application.lead, application.partner
    fields = [name for names in FIELDS.values() for name in names]
    return {
        "number": application.number,
        "call": application.call.code,
        "guideline": application.call.guideline_version,
        "language": application.language,
        "contact": {"name": application.contact.name, "email": application.contact.email},
        "organisation": {
            name: _plain(getattr(lead, name))
            for name in (
                *("name", "kind", "country", "street", "postal_code", "city", "website", "representative"),
                *("register_court", "register_number", "exemption_on", "rna", "siret", "siret_pending"),
                *("local_court", "local_volume", "local_folio"),
                *("competent_body", "run_by", "people"),
            )
        },
        "partner": partner
        and {
            name: _plain(getattr(partner, name))
            for name in ("name", "kind", "country", "city", "contact_name", "email", "run_by", "role")
        },
        "partner_search": application.partner_search,
        "equal_roles": application.equal_roles,
        **{name: _plain(getattr(application, name)) for name in fields},
        "requested_cents": application.requested_cents,
        "eligible_cents": application.eligible_cents,
        "income_cents": application.income_cents,
        "other_public_funding": application.other_public_funding,
        "budget": [{k: _plain(v) for k, v in asdict(line).items()} for line in queries.lines(application)],
        "channel": application.channel,
        "declarations": sorted(declaration.code.value for declaration in application.declarations),
    }


def _plain(value: Any) -> Any:
    """A value as JSON gives it back, so that the stored answers verify."""
    if value is None or isinstance(value, bool | int | list | dict):
        return value
    return str(value)


def _move(application: Application, action: Action, target: State, by: Actor, note: str) -> None:
    """Write state, event and counters: one statement, none of them without the others."""
    before = application.state
    move = insert(Event).values(
        application_id=application.id,
        action=action,
        source=before,
        target=target,
        at=clock.now(),
        party=by.party,
        note=note,
        language=by.language,
    )
    moved = update(Application).where(Application.id == application.id).values(state=target)
    db.session.execute(move.add_cte(moved.cte("moved"), *_counted(application, before, target)))
    set_committed_value(application, "state", target)


def _counted(application: Application, before: State, after: State) -> list[CTE]:
    """The counters of received files: 1 more where it goes, 1 less where it came from, unless it was a draft.

    Rows in one order, so that two moves cannot lock each other out.
    """
    if application.number is None or before is after:
        return []
    key = {"call_id": application.call_id, "side": application.lead_side}
    rows = [{**key, "state": state, "files": int(state is after)} for state in sorted({before, after} - {State.DRAFT})]
    row = insert(StateCount).values(rows)
    change = case((row.excluded.files == 1, 1), else_=-1)
    row = row.on_conflict_do_update(
        index_elements=["call_id", "side", "state"], set_={"files": StateCount.files + change}
    )
    return [row.cte("counted")]
