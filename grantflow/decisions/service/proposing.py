"""Putting a proposal to the cities, and taking it back. Whatever changes what is signed voids every key."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from grantflow.applications import service as applications
from grantflow.applications.models import Application
from grantflow.applications.states import Action, State
from grantflow.audit import service as audit
from grantflow.calls import queries as calls
from grantflow.kernel import canonical, clock
from grantflow.kernel.errors import Forbidden, IllegalStep, Incomplete, Invalid, Reason
from grantflow.kernel.parties import Actor, Party
from grantflow.letters import rules as letter_rules
from grantflow.letters import service as letters
from grantflow.notifications import service as notifications
from grantflow.platform.db import db

from .. import policy, queries, rules
from ..models import Proposal, Share, Version
from ..rules import Deliberation, Terms, Unsound
from ..states import Outcome, RejectionReason


def propose(
    application: Application,
    *,
    outcome: Outcome,
    award: int = 0,
    shares: Mapping[Party, int] | None = None,
    purpose_de: str = "",
    purpose_fr: str = "",
    rejection_reason: RejectionReason | None = None,
    reason_de: str = "",
    reason_fr: str = "",
    conditions_de: str = "",
    conditions_fr: str = "",
    deliberations: Mapping[Party, Deliberation] | None = None,
    seen: int | None = None,
    by: Actor,
) -> Proposal:
    """Put an award or a rejection to the cities; the same verb changes what is still open.

    In order: lock envelopes and file, judge the terms, freeze what will be signed, move the file if it was only
    assessed, void keys and consent where anything signed changed, note it on the trail, tell the signatories.
    ``deliberations`` are for the Toulouse office only (D4); others leave them out. ``seen``: the version the form
    showed, so that colleagues do not overwrite each other.

    Raises Forbidden for any office but the lead's, IllegalStep beyond the proposal, Incomplete while a third review is
    due, Unsound with every reason against the terms.
    """
    if not policy.leads(by, application):
        raise Forbidden()
    if deliberations is not None and not policy.is_toulouse_office(by):
        raise Forbidden("deliberation_by_toulouse")
    terms = Terms(
        outcome=outcome,
        award=award,
        shares={party: (shares or {}).get(party, 0) for party in Party},
        purpose_de=purpose_de,
        purpose_fr=purpose_fr,
        rejection_reason=rejection_reason,
        reason_de=reason_de,
        reason_fr=reason_fr,
        conditions_de=conditions_de,
        conditions_fr=conditions_fr,
    )
    application = _locked(application, by)
    if application.state not in {State.ASSESSED, State.PROPOSED}:
        raise IllegalStep("illegal_step", action=Action.PROPOSE, state=application.state)
    proposal = queries.of_file(application)
    if proposal and seen is not None and seen != proposal.version:
        raise Invalid("proposal_moved", by=proposal.preparer.name)
    _judge(application, terms, deliberations or {})
    if proposal is None:
        proposal = _new(application)
    _write(proposal, terms, _entered(proposal, deliberations))
    if application.state is State.ASSESSED:
        applications.advance(application, Action.PROPOSE, by=by)
        proposal.returned_at, proposal.returned_by, proposal.return_reason = None, None, ""
        _put(proposal, by, afresh=True)
    else:
        _put(proposal, by)
    return proposal


def deliberate(proposal: Proposal, deliberations: Mapping[Party, Deliberation], *, by: Actor) -> Proposal:
    """Enter number and date of the délibérations (D4); the Toulouse office does, for both French funders.

    They stand in the acts, so entering others voids keys. Raises Unsound for half entries, days to come, acts that
    could not be issued, and sources that the lead's office must take over first.
    """
    if not policy.is_toulouse_office(by):
        raise Forbidden("deliberation_by_toulouse")
    proposal = _locked_open(proposal, by)
    reasons = rules.why_not_deliberate(deliberations, clock.today())
    if outdated := queries.case(proposal, outdated=queries.outdated(proposal)).outdated:
        # The acts are written out anew: not with data that the lead's office has not taken over.
        reasons.append(Reason("facts_outdated", facts={"sources": outdated}))
    if reasons := reasons or _why_not_write(proposal.application, queries.terms(proposal)):
        raise Unsound(reasons)
    _write(proposal, queries.terms(proposal), _entered(proposal, deliberations))
    _put(proposal, by)
    return proposal


def renew(proposal: Proposal, *, by: Actor) -> Proposal:
    """Take over the sources that have a newer version (address, funder, legal basis): the office's word that the acts
    are meant so. They are written out anew, and all turn their keys anew."""
    if not policy.leads(by, proposal.application):
        raise Forbidden()
    proposal = _locked_open(proposal, by)
    _judge(proposal.application, queries.terms(proposal), {})
    _put(proposal, by)
    return proposal


def send_back(proposal: Proposal, reason: str, *, by: Actor) -> Proposal:
    """Give an open proposal back: keys and consent fall, the file is assessed again, its authors are told.

    The reason is for the offices and signatories; the applicant sees nothing of it (T17).
    """
    if not policy.may_send_back(by, proposal) or queries.is_recused(by, proposal.application):
        raise Forbidden()
    proposal = _locked_open(proposal, by)
    if not reason.strip():
        raise Invalid("send_back_reason_missing", field="reason")
    voided = _void(proposal)
    proposal.returned_at, proposal.returned_by, proposal.return_reason = clock.now(), by.id, reason.strip()
    applications.advance(proposal.application, Action.SEND_BACK, by=by)
    audit.record(
        "proposal_sent_back", on=proposal, by=by, after={"voided": voided, "version": proposal.version}, reason=reason
    )
    for author in queries.authors(proposal):
        if not queries.is_recused(author, proposal.application):
            notifications.send(
                "proposal_returned",
                to=author,
                key=f"proposal_returned:{proposal.id}:{proposal.version}:{author.id}",
                number=proposal.application.number,
                title=proposal.application.title,
                title_language=proposal.application.language,
                proposal_id=str(proposal.id),
            )
    db.session.flush()
    return proposal


# --- parts ---------------------------------------------------------------------------------------


def _locked(application: Application, by: Actor) -> Application:
    """Envelopes by position, then the file: the order of all verbs. Of two proposals that want the same money at the
    same moment the second finds it reserved."""
    calls.lock_envelopes(application.call_id)
    application = queries.locked_file(application.id)
    db.confirm_rights(by)
    return application


def _locked_open(proposal: Proposal, by: Actor) -> Proposal:
    """As above, and the proposal; raises IllegalStep unless it lies before the cities."""
    application = _locked(proposal.application, by)
    locked = queries.locked(proposal.id)
    if not locked.is_open or application.state is not State.PROPOSED:
        raise IllegalStep("proposal_not_open")
    return locked


def _judge(application: Application, terms: Terms, deliberations: Mapping[Party, Deliberation]) -> None:
    basis = queries.basis(application, queries.envelopes(application))
    if basis is None:
        raise IllegalStep("illegal_step", action=Action.PROPOSE, state=application.state)
    if reasons := rules.why_not_yet(basis):
        raise Incomplete(reasons)
    reasons = rules.why_not_propose(terms, basis) + rules.why_not_deliberate(deliberations, clock.today())
    if reasons:
        raise Unsound(reasons)
    if reasons := _why_not_write(application, terms):
        raise Unsound(reasons)


def _why_not_write(application: Application, terms: Terms) -> list[Reason]:
    """What would keep an act from being issued: better known now than at the second key."""
    known = queries.sources(clock.today())
    found: dict[str, Reason] = {}
    for party in rules.acting(terms.outcome, terms.paying):
        facts = queries.letter_facts(application, terms, known[party], None)
        for reason in letter_rules.why_not_write(rules.KINDS[terms.outcome], facts):
            found.setdefault(reason.key, reason)
    return list(found.values())


def _new(application: Application) -> Proposal:
    proposal = Proposal(application=application, version=0)
    proposal.shares = [Share(funder_code=party, position=place, cents=0) for place, party in enumerate(Party, 1)]
    proposal.keys, proposal.versions = [], []
    return proposal


def _entered(proposal: Proposal, deliberations: Mapping[Party, Deliberation] | None) -> Mapping[Party, Deliberation]:
    """What was entered before, unless it is entered anew."""
    return queries.deliberations(proposal) if deliberations is None else deliberations


def _write(proposal: Proposal, terms: Terms, deliberations: Mapping[Party, Deliberation]) -> None:
    proposal.outcome = terms.outcome
    proposal.award_cents = terms.award
    proposal.purpose_de, proposal.purpose_fr = terms.purpose_de.strip(), terms.purpose_fr.strip()
    proposal.rejection_reason = terms.rejection_reason
    proposal.reason_de, proposal.reason_fr = terms.reason_de.strip(), terms.reason_fr.strip()
    proposal.conditions_de = "\n".join(rules.lines(terms.conditions_de))
    proposal.conditions_fr = "\n".join(rules.lines(terms.conditions_fr))
    acting = rules.acting(terms.outcome, terms.paying)
    for share in proposal.shares:
        share.cents = terms.shares.get(share.funder_code, 0)
        entry = deliberations.get(share.funder_code) if share.funder_code in acting else None
        share.deliberation_number = entry.number if entry else ""
        share.deliberation_on = entry.on if entry else None


def _put(proposal: Proposal, by: Actor, *, afresh: bool = False) -> None:
    """Write out and freeze what stands as a new version, if the office changed its terms or a source has a newer one;
    then keys fall and signatories hear of it. What only the code would say otherwise today changes nothing."""
    application, terms = proposal.application, queries.terms(proposal)
    known, acting = queries.sources(clock.today()), rules.acting(terms.outcome, terms.paying)
    entered = {party: entry for party, entry in queries.deliberations(proposal).items() if party in acting}
    worded, sources = rules.worded(terms, entered), queries.versions(application, acting, known)
    last = proposal.versions[-1].content if proposal.versions else None
    if last and not afresh and rules.same(last, worded, sources):
        return
    facts = [queries.letter_facts(application, terms, known[party], entered.get(party)) for party in acting]
    acts = dict(zip(acting, letters.freeze(rules.KINDS[terms.outcome], facts), strict=True))
    frozen = rules.Content(terms=worded, acts=acts, sources=sources).to_bytes()
    digest = canonical.digest(frozen)
    voided = _void(proposal)
    proposal.version += 1
    proposal.digest = digest
    proposal.prepared_by, proposal.prepared_at = cast(UUID, by.id), clock.now()  # an office is a person, with an id
    db.session.add(proposal)
    db.session.flush()
    proposal.versions.append(
        Version(
            number=proposal.version,
            digest=digest,
            frozen=frozen,
            prepared_by=proposal.prepared_by,
            prepared_at=proposal.prepared_at,
        )
    )
    db.session.flush()
    audit.record(
        "proposal_changed" if proposal.version > 1 else "proposal_made",
        on=proposal,
        by=by,
        before=_amounts(last.terms) if last else None,
        after={**_amounts(worded), "digest": digest, "version": proposal.version, "voided": voided},
    )
    _call_signatories(proposal)


def _amounts(worded: Mapping[str, Any]) -> dict[str, Any]:
    return {name: worded[name] for name in ("outcome", "award", "shares", "deliberations")}


def _void(proposal: Proposal) -> list[Party]:
    """Keys and consent no longer hold; returns whose."""
    live = queries.live_keys(proposal)
    for key in live:
        key.voided_at = clock.now()
    db.session.flush()
    return [key.party for key in live]


def _call_signatories(proposal: Proposal) -> None:
    """Tell everyone whose signature is missing, once for each version, and not before it can be signed."""
    case = queries.case(proposal)
    if case.deliberations_due:
        return
    application = proposal.application
    for person in queries.signatories(rules.missing(case)):
        if person.id not in case.preparers and not queries.is_recused(person, application):
            notifications.send(
                "key_waiting",
                to=person,
                key=f"key_waiting:{proposal.id}:{proposal.version}:{person.id}",
                number=application.number,
                title=application.title,
                title_language=application.language,
                proposal_id=str(proposal.id),
            )
