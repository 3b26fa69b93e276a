"""The facts of each act and the versions of what they are taken from, gathered from the rows of all features."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, inspect, or_, select

from grantflow.applications.models import Application, Version
from grantflow.calls.models import Funder, LegalText, RemedyRule
from grantflow.kernel import clock
from grantflow.kernel.parties import Party
from grantflow.letters import rules as letters
from grantflow.letters.states import Channel
from grantflow.platform.db import db

from .. import rules
from ..rules import Deliberation, Terms
from ..states import Outcome


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


def versions(application: Application, acting: Sequence[Party], known: Mapping[Party, Source]) -> dict[str, str]:
    """Which version of everything that the acts of ``acting`` are made of is valid, by name of source.

    A row and its ``printed_version``, which the database raises whenever a column that is printed changes. A text that
    is valid from a later day only is none of ``known``.
    """
    call = application.call
    found = {
        "file": str(application.sent_number),
        "delivery": _version(application),
        "organisation": _version(application.lead),
        "contact": _version(application.contact),
        "call": _version(call),
        "agreement": _version(call.agreement),
    }
    for party in acting:
        source = known[party]
        found |= {
            f"funder.{party}": _version(source.funder),
            f"legal_basis.{party}": _version(source.basis),
            f"remedy.{party}": _version(source.remedy),
        }
    return found


def _version(row: Any) -> str:
    """Empty where there is no row that is valid."""
    return f"{inspect(row).identity[0]}:{row.printed_version}" if row else ""


def letter_facts(
    application: Application,
    terms: Terms,
    source: Source,
    deliberation: Deliberation | None,
) -> letters.Facts:
    """The facts of one funder's act, as the rows stand."""
    call, party = application.call, source.funder.code
    if application.first_submitted_at is None:
        raise ValueError("a draft has no letters")
    vote = None
    if deliberation and deliberation.on:
        vote = letters.Deliberation(number=deliberation.number, on=deliberation.on)
    return letters.Facts(
        funder=_funder(source.funder),
        recipient=_recipient(application),
        application_number=application.number or "",
        project_title=application.title,
        title_language=application.language,
        purpose=letters.Words(de=terms.purpose_de.strip(), fr=terms.purpose_fr.strip()),
        submitted_on=clock.local(application.submitted_at or application.first_submitted_at).date(),
        agreement_on=call.agreement.signed_on,
        guideline_on=call.guideline_on,
        legal_basis=letters.Words(de=source.basis.text_de, fr=source.basis.text_fr)
        if source.basis
        else letters.Words(),
        requested=application.requested_cents,
        remedy=_remedy(source.remedy),
        channel=application.channel or Channel.POST,
        deliberation=vote,
        award=_award(application, terms, party) if terms.outcome is Outcome.AWARD else None,
        reason=letters.Words(de=terms.reason_de.strip(), fr=terms.reason_fr.strip()),
        contact_language=application.contact.language,
    )


def _funder(funder: Funder) -> letters.Funder:
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
        function=letters.Function(ms=funder.function_ms, mr=funder.function_mr, neutral=funder.function_neutral),
        register_prefix=funder.register_prefix,
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


def _award(application: Application, terms: Terms, party: Party) -> letters.Award:
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
        funding_end=ends,
        report_due=rules.months_later(ends, application.call.report_months),
        conditions=tuple(letters.Words(de=german, fr=french) for german, french in terms.conditions()),
    )
