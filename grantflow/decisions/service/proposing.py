"""Putting a proposal to the cities, and taking it back. Whatever changes what is signed voids every key."""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from grantflow.accounts.models import Person
from grantflow.applications import service as applications
from grantflow.applications.models import Application
from grantflow.applications.states import Action, State
from grantflow.audit import service as audit
from grantflow.calls import queries as call_queries
from grantflow.calls import service as calls
from grantflow.calls.models import Envelope
from grantflow.kernel import canonical, clock
from grantflow.kernel.errors import Forbidden, IllegalStep, Incomplete, Invalid, Reason
from grantflow.kernel.parties import Actor, Party
from grantflow.letters import rules as letter_rules
from grantflow.letters import service as letters
from grantflow.notifications import service as notifications
from grantflow.platform.db import db

from .. import policy, queries, rules
from ..models import Act, Proposal, Share, Version
from ..rules import Deliberation, Terms, Unsound
from ..states import ActState, Outcome, RejectionReason


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

    In order: lock envelopes and file, judge the terms, open an act if none is, reserve its money, move the file if it
    was only assessed, freeze what will be signed, void keys and consent where anything signed changed, note it on the
    trail, tell the signatories. A proposal that was sent back stays as it was: proposing again opens the next act.
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
    envelopes, application = _locked(application, by)
    if application.state not in {State.ASSESSED, State.PROPOSED}:
        raise IllegalStep("illegal_step", action=Action.PROPOSE, state=application.state)
    last = queries.of_file(application)
    if last and seen is not None and seen != last.version:
        raise Invalid("proposal_moved", by=_last_writer(last))
    _judge(application, terms, deliberations or {}, last.act if last else None, envelopes)
    proposal = last if last and last.is_open else _open(application, last)
    _write(proposal, terms, _entered(last, deliberations), by, before=last or proposal)
    if application.state is State.ASSESSED:
        applications.advance(application, Action.PROPOSE, by=by)
    _put(proposal, by, words=True)
    calls.reserve(envelopes, proposal.act_id, terms.shares, by=by)
    return proposal


def deliberate(proposal: Proposal, deliberations: Mapping[Party, Deliberation], *, by: Actor) -> Proposal:
    """Enter number and date of the délibérations (D4); the Toulouse office does, for both French funders.

    They stand in the acts, so entering others voids keys. Raises Unsound for half entries, days to come, acts that
    could not be issued, and sources that the lead's office must take over first.
    """
    if not policy.is_toulouse_office(by):
        raise Forbidden("deliberation_by_toulouse")
    _, proposal = _locked_open(proposal, by)
    reasons = rules.why_not_deliberate(deliberations, clock.today())
    if outdated := queries.case(proposal, outdated=queries.outdated(proposal)).outdated:
        # The acts are written out anew: not with data that the lead's office has not taken over.
        reasons.append(Reason("facts_outdated", facts={"sources": outdated}))
    if reasons := reasons or _why_not_write(proposal.application, queries.terms(proposal)):
        raise Unsound(reasons)
    _write(proposal, queries.terms(proposal), deliberations, by, before=proposal)
    _put(proposal, by)
    return proposal


def renew(proposal: Proposal, *, by: Actor) -> Proposal:
    """Take over the sources that have a newer version (address, funder, legal basis): the office's word that the acts
    are meant so. They are written out anew, and all turn their keys anew."""
    if not policy.leads(by, proposal.application):
        raise Forbidden()
    envelopes, proposal = _locked_open(proposal, by)
    _judge(proposal.application, queries.terms(proposal), {}, proposal.act, envelopes)
    _put(proposal, by, words=True)
    return proposal


def send_back(proposal: Proposal, reason: str, *, by: Actor) -> Proposal:
    """Give an open proposal back: its act ends and frees its money, keys and consent fall, the file is assessed again,
    its authors are told.

    The reason is for the offices and signatories; the applicant sees nothing of it (T17).
    """
    if not policy.may_send_back(by, proposal) or queries.is_recused(by, proposal.application):
        raise Forbidden()
    envelopes, proposal = _locked_open(proposal, by)
    if not reason.strip():
        raise Invalid("send_back_reason_missing", field="reason")
    voided, act = _void(proposal), proposal.act
    calls.release(envelopes, act.id)
    act.state, act.closed_at, act.returned_by, act.return_reason = (
        ActState.ABANDONED,
        clock.now(),
        by.id,
        reason.strip(),
    )
    applications.advance(act.application, Action.SEND_BACK, by=by)
    audit.record(
        "proposal_sent_back", on=act, by=by, after={"voided": voided, "version": proposal.version}, reason=reason
    )
    for author in queries.authors(proposal):
        if not queries.is_recused(author, proposal.application):
            notifications.send(
                "proposal_returned",
                to=author,
                key=f"proposal_returned:{act.id}:{proposal.version}:{author.id}",
                number=proposal.application.number,
                title=proposal.application.title,
                title_language=proposal.application.language,
                proposal_id=str(proposal.id),
            )
    db.session.flush()
    return proposal


# --- parts ---------------------------------------------------------------------------------------


def _locked(application: Application, by: Actor) -> tuple[Sequence[Envelope], Application]:
    """Envelopes by position, then the file: the order of all verbs, signing too. Of two proposals that want the same
    money at the same moment the second finds it reserved."""
    envelopes = call_queries.lock_envelopes(application.call_id)
    application = queries.locked_file(application.id)
    db.confirm_rights(by)
    return envelopes, application


def _locked_open(proposal: Proposal, by: Actor) -> tuple[Sequence[Envelope], Proposal]:
    """As above, and the proposal; raises IllegalStep unless it lies before the cities."""
    envelopes, _ = _locked(proposal.application, by)
    locked = queries.locked(proposal.id)
    if not locked.is_open:
        raise IllegalStep("proposal_not_open")
    return envelopes, locked


def _judge(
    application: Application,
    terms: Terms,
    deliberations: Mapping[Party, Deliberation],
    act: Act | None,
    envelopes: Sequence[Envelope],
) -> None:
    basis = queries.basis(application, envelopes, act)
    if basis is None:
        raise IllegalStep("illegal_step", action=Action.PROPOSE, state=application.state)
    if reasons := rules.why_not_yet(basis):
        raise Incomplete(reasons)
    reasons = rules.why_not_propose(terms, basis) + rules.why_not_deliberate(deliberations, clock.today())
    if reasons:
        raise Unsound(reasons)
    if reasons := _why_not_write(application, terms):
        raise Unsound(reasons)


def _last_writer(proposal: Proposal) -> str:
    return db.session.get_one(Person, proposal.versions[-1].prepared_by).name


def _why_not_write(application: Application, terms: Terms) -> list[Reason]:
    """What would keep an act from being issued: better known now than at the second key."""
    known = queries.sources(clock.today())
    found: dict[str, Reason] = {}
    for party in rules.acting(terms.outcome, terms.paying):
        facts = queries.letter_facts(application, terms, known[party], None)
        for reason in letter_rules.why_not_write(rules.KINDS[terms.outcome], facts):
            found.setdefault(reason.key, reason)
    return list(found.values())


def _open(application: Application, last: Proposal | None) -> Proposal:
    """The file's next act, with an empty proposal."""
    number, version = (last.act.number + 1, last.version) if last else (1, 0)
    act = Act(application=application, number=number, state=ActState.OPEN, opened_at=clock.now())
    proposal = Proposal(act=act, version=version)
    proposal.shares = [Share(funder_code=party, position=place, cents=0) for place, party in enumerate(Party, 1)]
    proposal.keys, proposal.versions = [], []
    return proposal


def _entered(last: Proposal | None, deliberations: Mapping[Party, Deliberation] | None) -> Mapping[Party, Deliberation]:
    """What was entered before, unless it is entered anew."""
    if deliberations is not None:
        return deliberations
    return queries.deliberations(last) if last else {}


def _write(
    proposal: Proposal, terms: Terms, entered: Mapping[Party, Deliberation], by: Actor, *, before: Proposal
) -> None:
    """``before``: the proposal as it was, or the one that it follows: what stays the same stays its writer's."""
    proposal.act.kind = terms.outcome
    proposal.award_cents = terms.award
    proposal.purpose_de, proposal.purpose_fr = terms.purpose_de.strip(), terms.purpose_fr.strip()
    proposal.rejection_reason = terms.rejection_reason
    proposal.reason_de, proposal.reason_fr = terms.reason_de.strip(), terms.reason_fr.strip()
    proposal.conditions_de = "\n".join(rules.lines(terms.conditions_de))
    proposal.conditions_fr = "\n".join(rules.lines(terms.conditions_fr))
    acting = rules.acting(terms.outcome, terms.paying)
    for share, old in zip(proposal.shares, before.shares, strict=True):
        known, clerk = (old.deliberation_number, old.deliberation_on), old.deliberation_by
        entry = entered.get(share.funder_code) if share.funder_code in acting else None
        share.cents = terms.shares.get(share.funder_code, 0)
        share.deliberation_number, share.deliberation_on = (entry.number, entry.on) if entry else ("", None)
        share.deliberation_by = (clerk if known == (entry.number, entry.on) else by.id) if entry else None


def _put(proposal: Proposal, by: Actor, *, words: bool = False) -> None:
    """Write out and freeze what stands as a new version, if nothing was put yet, the terms changed or a source has a
    newer one; then keys fall and signatories hear of it. What only the code would say otherwise today changes nothing.

    ``words``: whoever acts answers for the terms, and not only for a délibération.
    """
    application, terms = proposal.application, queries.terms(proposal)
    known, acting = queries.sources(clock.today()), rules.acting(terms.outcome, terms.paying)
    entered = {party: entry for party, entry in queries.deliberations(proposal).items() if party in acting}
    worded, sources = rules.worded(terms, entered), queries.versions(application, acting, known)
    last = proposal.versions[-1].content if proposal.versions else None
    if last and rules.same(last, worded, sources):
        return
    facts = [queries.letter_facts(application, terms, known[party], entered.get(party)) for party in acting]
    acts = dict(zip(acting, letters.freeze(rules.KINDS[terms.outcome], facts), strict=True))
    frozen = rules.Content(terms=worded, acts=acts, sources=sources).to_bytes()
    digest = canonical.digest(frozen)
    voided = _void(proposal)
    author, now = cast(UUID, by.id), clock.now()  # an office is a person, with an id
    proposal.version += 1
    proposal.digest = digest
    if words:
        proposal.prepared_by, proposal.prepared_at = author, now
    db.session.add(proposal)
    db.session.flush()
    proposal.versions.append(
        Version(number=proposal.version, digest=digest, frozen=frozen, prepared_by=author, prepared_at=now)
    )
    db.session.flush()
    db.session.expire(proposal, ["writers", "current"])
    audit.record(
        "proposal_changed" if last else "proposal_made",
        on=proposal.act,
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
                key=f"key_waiting:{proposal.act_id}:{proposal.version}:{person.id}",
                number=application.number,
                title=application.title,
                title_language=application.language,
                proposal_id=str(proposal.id),
            )
