"""Turning keys. With the second one the decision, its money, its letters and its message are one transaction."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import update
from sqlalchemy.orm.attributes import set_committed_value

from grantflow.accounts.models import Person
from grantflow.applications import service as applications
from grantflow.applications.states import Action
from grantflow.audit import service as audit
from grantflow.calls import queries as call_queries
from grantflow.calls import service as calls
from grantflow.calls.models import Envelope
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden
from grantflow.kernel.parties import KEY_HOLDERS, Party
from grantflow.letters import service as letters
from grantflow.letters.models import Letter
from grantflow.letters.rules import Form, Signatory
from grantflow.letters.states import Channel
from grantflow.notifications import service as notifications
from grantflow.platform import proof
from grantflow.platform.db import db

from .. import queries, rules
from ..models import Act, Key, Proposal
from ..rules import CannotSign
from ..states import ActState, KeyKind, Outcome

#: Reasons that lie in the person, not in the moment.
_NEVER = frozenset({"not_a_signatory", "signatory_conflicted", "preparer_cannot_sign", "metropole_does_not_pay"})


def turn_key(proposal: Proposal, digest_seen: str, *, by: Person) -> Proposal:
    """Turn the key of the actor's city for exactly the digest they saw.

    In order: see that it was proved afresh who acts (D8), lock envelopes, file and proposal, judge, write the key.
    The second key makes the decision: it commits the money, moves the file, issues every act with its courtesy
    translation and writes to the applicant's contact, all or nothing; the message leaves when the letters are printed.
    The same person turning again for the same digest changes nothing.

    Raises Forbidden for whoever may never sign this, CannotSign with the reason why it
    cannot be signed as things stand: voided, outdated, something missing. The money is there: the act has reserved it.
    """
    if by.party not in KEY_HOLDERS:
        raise Forbidden()
    return _sign(proposal, KeyKind.KEY, digest_seen, by)


def consent(proposal: Proposal, digest_seen: str, *, by: Person) -> Proposal:
    """Métropole's consent where it pays (D3): signed like a key, before the second one."""
    if by.party is not Party.METROPOLE:
        raise Forbidden()
    return _sign(proposal, KeyKind.CONSENT, digest_seen, by)


def _sign(proposal: Proposal, kind: KeyKind, digest_seen: str, by: Person) -> Proposal:
    proof.demand()
    # One order for everyone: envelopes by position, file, proposal. Two signatories queue, nobody deadlocks.
    envelopes = call_queries.lock_envelopes(proposal.application.call_id)
    _, is_closed, unconfirmed = queries.locked_for(by, proposal.application_id)
    proposal = queries.locked(proposal.id)
    db.confirm_rights(by)
    if any(key.person_id == by.id and key.digest == digest_seen for key in queries.live_keys(proposal)):
        return proposal
    case = queries.case(
        proposal,
        outdated=queries.outdated(proposal) if proposal.is_open else (),
        confirmation_due=unconfirmed,
        unreleased=queries.unreleased(envelopes),
    )
    person = rules.Signatory(by.id, by.party, by.roles, is_closed, by.name)
    if reasons := rules.why_not_sign(person, case, digest_seen):
        if reasons[0].key in _NEVER:
            raise Forbidden(reasons[0].key)
        raise CannotSign(reasons)
    key = Key(
        kind=kind,
        party=by.party,
        person_id=by.id,
        name=by.name,
        form=by.address,
        digest=proposal.digest,
        turned_at=clock.now(),
        voided_at=None,
    )
    proposal.keys.append(key)
    db.session.flush()
    audit.record(
        "key_turned" if kind is KeyKind.KEY else "consent_given",
        on=proposal.act,
        by=by,
        after={"digest": proposal.digest},
    )
    turned = rules.Signed(key.party, key.person_id, key.digest)
    if not rules.missing(replace(case, keys=(*case.keys, turned))):
        _decide(proposal, envelopes, by)
    return proposal


def _decide(proposal: Proposal, envelopes: Sequence[Envelope], by: Person) -> None:
    """The decision of both cities. Everything is locked, and every signature is there."""
    act, application, terms = proposal.act, proposal.application, queries.terms(proposal)
    ended = {"state": ActState.DECIDED, "closed_at": clock.now()}
    calls.commit(envelopes, act.id, closing=update(Act).where(Act.id == act.id).values(ended))
    for name, value in ended.items():
        set_committed_value(act, name, value)
    applications.advance(application, Action.AWARD if act.kind is Outcome.AWARD else Action.REJECT, by=by)
    audit.record(
        "decided",
        on=act,
        by=by,
        after={
            "outcome": act.kind,
            "award": proposal.award_cents,
            "shares": {party.value: terms.shares[party] for party in terms.paying},
            "digest": proposal.digest,
        },
    )
    issued = _issue(proposal, by)
    notifications.send(
        "decision_ready",
        to=application.contact,
        key=f"decision_ready:{act.id}",
        after=[letter.job_id for letter in issued],
        number=application.number,
        title=application.title,
        title_language=application.language,
        application_id=str(application.id),
        channel=application.channel or Channel.POST,
    )


def _issue(proposal: Proposal, by: Person) -> list[Letter]:
    """One act for each acting funder (D5), with the words that were signed, under the name of whoever signed for it."""
    return letters.issue(
        list(queries.content_of(proposal).acts.values()),
        {key.party: Signatory(name=key.name, form=Form(key.form.value)) for key in queries.live_keys(proposal)},
        on=clock.local(proposal.act.decided_at or clock.now()).date(),
        key=str(proposal.act_id),
        act_id=proposal.act_id,
        application_id=proposal.application_id,
        by=by,
    )
