"""The facts of each act, gathered from the rows of all features: what a letter will print and a key covers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, or_, select

from grantflow.applications.models import Application, Version
from grantflow.calls.models import Funder, LegalText, RemedyRule
from grantflow.kernel import clock
from grantflow.kernel.parties import Party
from grantflow.letters import rules as letters
from grantflow.letters.states import Channel, Kind
from grantflow.platform.db import db

from .. import rules
from ..rules import Deliberation, Terms
from ..states import Outcome

KINDS = {Outcome.AWARD: Kind.AWARD, Outcome.REJECTION: Kind.REJECTION}


@dataclass(frozen=True, slots=True)
class Source:
    """A funder as it signs, with its law as it stands."""

    funder: Funder
    basis: LegalText | None
    remedy: RemedyRule | None


def sources(day: date) -> dict[Party, Source]:
    """Every funder with what its acts rest on and how they can be fought on ``day``: one statement."""

    def valid(row: type[LegalText] | type[RemedyRule]) -> Any:
        return and_(
            row.funder_code == Funder.code,
            row.valid_from <= day,
            or_(row.valid_to.is_(None), row.valid_to >= day),
        )

    query = (
        select(Funder, LegalText, RemedyRule)
        .outerjoin(LegalText, and_(valid(LegalText), LegalText.kind == "legal_basis"))
        .outerjoin(RemedyRule, valid(RemedyRule))
        # Where two versions overlap, the newer one holds: it is read last.
        .order_by(LegalText.valid_from, RemedyRule.valid_from)
    )
    return {funder.code: Source(funder, basis, remedy) for funder, basis, remedy in db.session.execute(query)}


def content(application: Application, terms: Terms, deliberations: Mapping[Party, Deliberation]) -> dict[str, Any]:
    """What every key signs, from the rows as they stand now (``rules.signed``)."""
    known = sources(clock.today())
    acting = rules.acting(terms.outcome, terms.paying)
    entered = {party: entry for party, entry in deliberations.items() if entry and party in acting}
    facts = {
        party: letter_facts(application, terms, known[party], entered.get(party), on=clock.today()) for party in acting
    }
    return rules.signed(
        terms,
        deliberations=entered,
        letters={party: printed.to_json() for party, printed in facts.items()},
    )


def letter_facts(
    application: Application,
    terms: Terms,
    source: Source,
    deliberation: Deliberation | None,
    *,
    on: date,
    signatory: str = "",
) -> letters.Facts:
    """The facts of one funder's act, as it would leave on ``on``."""
    call, party = application.call, source.funder.code
    if application.first_submitted_at is None:
        raise ValueError("a draft has no letters")
    vote = None
    if deliberation and deliberation.on:
        vote = letters.Deliberation(number=deliberation.number, on=deliberation.on)
    return letters.Facts(
        funder=_funder(source.funder, signatory),
        recipient=_recipient(application),
        application_number=application.number or "",
        project_title=application.title,
        title_language=application.language,
        purpose=letters.Words(de=terms.purpose_de.strip(), fr=terms.purpose_fr.strip()),
        sent_on=on,
        submitted_on=clock.local(application.submitted_at or application.first_submitted_at).date(),
        decided_on=on,
        agreement_on=call.agreement.signed_on,
        guideline_on=call.guideline_on,
        legal_basis=letters.Words(de=source.basis.text_de, fr=source.basis.text_fr)
        if source.basis
        else letters.Words(),
        requested=application.requested_cents,
        remedy=_remedy(source.remedy),
        channel=application.channel or Channel.POST,
        deliberation=vote,
        award=_award(application, terms, party, on) if terms.outcome is Outcome.AWARD else None,
        reason=letters.Words(de=terms.reason_de.strip(), fr=terms.reason_fr.strip()),
        contact_language=application.contact.language,
    )


def _funder(funder: Funder, signatory: str) -> letters.Funder:
    return letters.Funder(
        party=funder.code,
        name=funder.name_de if funder.code.language == "de" else funder.name_fr,
        authority=funder.authority,
        department=funder.department,
        address=letters.Address(
            street=funder.street,
            postal_code=funder.postal_code,
            city=funder.city,
            country="DE" if funder.code.language == "de" else "FR",
        ),
        contact=funder.contact_name,
        phone=funder.phone,
        email=funder.email,
        signatory=signatory,
        signatory_function=funder.signatory_function,
    )


def _recipient(application: Application) -> letters.Recipient:
    """As the version sent names it, at the address it has today."""
    lead, contact = application.lead, application.contact
    named = _sent(application).lead
    return letters.Recipient(
        organisation=named.name,
        legal=letters.Legal(named.kind.value),
        form=letters.Form(contact.address.value),
        title=contact.title,
        given_name=contact.given_name,
        family_name=contact.family_name,
        address=letters.Address(
            street=lead.street, postal_code=lead.postal_code, city=lead.city, country=lead.country.value
        ),
    )


def _sent(application: Application) -> Version:
    if application.sent is None:
        raise ValueError("a draft has no letters")
    return application.sent


def _remedy(rule: RemedyRule | None) -> letters.Remedy | None:
    if rule is None:
        return None
    return letters.Remedy(
        court=rule.court,
        address=letters.Address(
            street=rule.street,
            postal_code=rule.postal_code,
            city=rule.city,
            country="DE" if rule.funder_code.language == "de" else "FR",
        ),
        months=rule.months,
        months_abroad=rule.months_abroad,
        online=rule.online,
    )


def _award(application: Application, terms: Terms, party: Party, on: date) -> letters.Award:
    sent = _sent(application)
    starts, ends = sent.starts_on, sent.ends_on
    if starts is None or ends is None:
        raise ValueError("a project without dates gets no award")
    amount, first_bp = terms.shares[party], application.call.first_instalment_bp
    first, balance = letters.instalments(amount, first_bp)
    return letters.Award(
        amount=amount,
        shares=tuple(letters.Share(party=payer, amount=terms.shares[payer]) for payer in terms.paying),
        total=terms.award,
        requested=application.requested_cents,
        eligible=application.eligible_cents,
        own_funds=application.eligible_cents - terms.award,
        first=first,
        balance=balance,
        first_bp=first_bp,
        project_start=starts,
        project_end=ends,
        funding_start=min(on, starts),
        funding_end=ends,
        report_due=rules.months_later(ends, application.call.report_months),
        conditions=tuple(letters.Words(de=german, fr=french) for german, french in terms.conditions()),
    )
