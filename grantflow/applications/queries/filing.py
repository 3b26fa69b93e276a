"""What decides whether a version can be sent, as plain values."""

from datetime import datetime
from typing import Any

from sqlalchemy import exists, select

from grantflow.calls import texts as call_texts
from grantflow.calls.models import Agreement, Call
from grantflow.calls.states import Step
from grantflow.kernel.errors import Reason
from grantflow.organisations import queries as organisations
from grantflow.platform.db import db

from .. import rules
from ..models import Application, Version
from ..states import DECIDED, OPEN, LineKind, StepName
from .participating import has_withdrawn

#: The steps that carry questions.
ASKING = frozenset(StepName(step.value) for step in Step)


def terms(call: Call) -> rules.CallTerms:
    """A call's limits as plain values, with what the agreements cover."""
    agreements = db.session.scalars(select(Agreement).order_by(Agreement.valid_from)).all()
    periods = [(a.valid_from, a.valid_to) for a in agreements]
    first = next(i for i, agreement in enumerate(agreements) if agreement.id == call.agreement_id)
    covered_from, covered_until = rules.covered(periods, first)
    return rules.CallTerms(
        opens_at=call.opens_at,
        closes_at=call.closes_at,
        categories=category_terms(call),
        covered_from=covered_from,
        covered_until=covered_until,
    )


def category_terms(call: Call) -> list[rules.CategoryTerms]:
    return [
        rules.CategoryTerms(
            number=category.number,
            up_to_cents=category.up_to_cents,
            share_bp=category.share_bp,
            min_score=category.min_score,
            lead_days=category.lead_days,
            closings=[closing.closes_at for closing in category.closings],
        )
        for category in call.categories
    ]


def lines(version: Version, kind: LineKind | None = None) -> list[rules.Line]:
    """The budget's lines as plain values: costs, income, contributions in kind, each in its own order."""
    order = list(LineKind)
    return [
        rules.Line(
            kind=line.kind,
            type=line.type,
            description=line.description,
            side=line.side,
            cents=line.cents,
            key=line.key,
        )
        for line in sorted(version.lines, key=lambda line: (order.index(line.kind), line.position))
        if kind is None or line.kind is kind
    ]


def filing(version: Version, now: datetime) -> rules.Filing:
    """Everything that decides whether ``version`` can be sent at ``now``."""
    application, lead, partner = version.application, version.lead, version.partner
    return rules.Filing(
        now=now,
        state=application.state,
        call=terms(application.call),
        kind=lead.kind,
        country=lead.country,
        lead_side=application.lead_side,
        # What was sent was complete, whatever the organisation says of itself today.
        organisation_missing=() if version.sealed_at else organisations.missing(application.lead),
        first_sent_at=application.first_submitted_at,
        return_until=application.return_until,
        already_filed=already_filed(version),
        partner=None
        if partner is None
        else rules.PartnerView(
            name=partner.name,
            country=partner.country,
            city=partner.city,
            contact_name=partner.contact_name,
            email=partner.email,
            role=partner.role,
        ),
        partner_withdrew=application.number is not None and partner is not None and has_withdrawn(application, partner),
        partner_search=version.partner_search,
        equal_roles=version.equal_roles,
        facts={name: getattr(version, name) for names in rules.NEEDED.values() for name in names},
        questions=questions(application.call, version),
        starts_on=version.starts_on,
        ends_on=version.ends_on,
        participants_german=version.participants_german,
        participants_french=version.participants_french,
        volunteers=version.volunteers,
        mostly_minors=version.mostly_minors,
        is_school_trip=version.is_school_trip,
        requested_cents=version.requested_cents,
        lines=lines(version),
        other_public_funding=version.other_public_funding,
        declared=frozenset(declaration.code for declaration in version.declarations),
        channel=application.channel,
    )


def questions(call: Call, version: Version | None = None) -> list[rules.Question]:
    """All questions of a call in the reader's words, with what ``version`` answers."""
    return [
        rules.Question(
            code=question.code,
            step=StepName(question.step.value),
            label=call_texts.question_label(question),
            help=call_texts.question_help(question),
            longest=question.longest,
            criteria={its.position: call_texts.criterion_title(its) for its in question.criteria},
            asked_from=question.asked_from,
            required_from=question.required_from,
            text=version.answer(question.code) if version else "",
        )
        for question in call.questions
    ]


def of_step(call: Call, step: StepName) -> list[rules.Question]:
    """The questions that stand on a step; whether each is asked is another matter."""
    return [question for question in questions(call) if question.step is step] if step in ASKING else []


def asked(version: Version) -> list[rules.Asked]:
    """What the call asks a version, with its answers."""
    call = version.application.call
    return rules.asked(questions(call, version), category_terms(call), version.requested_cents)


def saved(version: Version, step: StepName) -> dict[str, Any]:
    """What a step of answers says, by name: facts, and answers to the questions that stand there."""
    facts = {name: getattr(version, name) for name in rules.FIELDS[step]}
    return facts | {its.code: version.answer(its.code) for its in of_step(version.application.call, step)}


def missing(version: Version, now: datetime) -> list[Reason]:
    """What stands between this version and its sending, each with the step that mends it."""
    return rules.why_not_submit(filing(version, now))


def already_filed(version: Version) -> bool:
    """Whether this organisation has sent the same project in this call before (R6).

    Of what others have filed nothing is asked here: the answer is theirs to keep (D39). Asked with the call's row
    locked while sending: two equal drafts cannot slip through together.
    """
    key, application = rules.title_key(version.title), version.application
    if not key:
        return False
    twin = exists().where(
        Application.call_id == application.call_id,
        Application.title_key == key,
        Application.lead_id == application.lead_id,
        Application.id != application.id,
        *STANDING,
    )
    return bool(db.session.scalar(select(twin)))


#: Sent, and neither withdrawn nor inadmissible.
STANDING = (Application.number.is_not(None), Application.state.in_(sorted(OPEN | DECIDED)))
