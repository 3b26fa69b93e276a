"""Turning keys. With the second one the decision, its money, its letters and its message are one transaction."""

from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy import BigInteger, Uuid, case, insert, literal, select, update
from sqlalchemy.orm.attributes import set_committed_value

from grantflow.accounts import service as accounts
from grantflow.accounts.models import Person
from grantflow.applications import service as applications
from grantflow.applications.states import Action
from grantflow.audit import service as audit
from grantflow.calls import queries as calls
from grantflow.calls.models import Envelope
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, Reason
from grantflow.kernel.parties import KEY_HOLDERS, Party
from grantflow.letters import service as letters
from grantflow.letters.states import Channel
from grantflow.notifications import service as notifications
from grantflow.platform.db import db

from .. import queries, rules, texts
from ..models import Decision, Key, Proposal
from ..rules import CannotSign
from ..states import KeyKind, Outcome

#: Reasons that lie in the person, not in the moment.
_NEVER = frozenset({"not_a_signatory", "signatory_conflicted", "preparer_cannot_sign", "metropole_does_not_pay"})


def turn_key(proposal: Proposal, digest_seen: str, password: str, *, by: Person) -> Proposal:
    """Turn the key of the actor's city for exactly the digest they saw.

    In order: check the password again (D8), lock envelopes, file and proposal, judge, write the key. The second key
    makes the decision: it commits the money, moves the file, issues every act with its courtesy translation and
    writes to the applicant's contact, all or nothing; the message leaves when the letters are printed. The same
    person turning again for the same digest changes nothing.

    Raises Invalid for a wrong password, Forbidden for whoever may never sign this, CannotSign with the reason why it
    cannot be signed as things stand: voided, outdated, something missing, an envelope used up.
    """
    if by.party not in KEY_HOLDERS:
        raise Forbidden()
    return _sign(proposal, KeyKind.KEY, digest_seen, password, by)


def consent(proposal: Proposal, digest_seen: str, password: str, *, by: Person) -> Proposal:
    """Métropole's consent where it pays (D3): signed like a key, before the second one."""
    if by.party is not Party.METROPOLE:
        raise Forbidden()
    return _sign(proposal, KeyKind.CONSENT, digest_seen, password, by)


def _sign(proposal: Proposal, kind: KeyKind, digest_seen: str, password: str, by: Person) -> Proposal:
    # Before any lock: hashing is slow on purpose.
    accounts.verify_password(by, password)
    # One order for everyone: envelopes by position, file, proposal. Two signatories queue, nobody deadlocks.
    envelopes = calls.lock_envelopes(proposal.application.call_id)
    _, is_closed = queries.locked_for(by, proposal.application_id)
    proposal = queries.locked(proposal.id)
    db.confirm_rights(by)
    if any(key.person_id == by.id and key.digest == digest_seen for key in queries.live_keys(proposal)):
        return proposal
    case = queries.case(proposal, outdated=queries.outdated(proposal) if proposal.is_open else ())
    person = rules.Signatory(by.id, by.party, by.roles, is_closed, by.name)
    if reasons := rules.why_not_sign(person, case, digest_seen):
        if reasons[0].key in _NEVER:
            raise Forbidden(reasons[0].key)
        raise CannotSign(reasons)
    if by.party and rules.is_last_key(case, by.party):
        _check(queries.terms(proposal), envelopes)
    proposal.keys.append(
        Key(
            kind=kind,
            party=by.party,
            person_id=by.id,
            name=by.name,
            digest=proposal.digest,
            turned_at=clock.now(),
            voided_at=None,
        )
    )
    db.session.flush()
    audit.record(
        "key_turned" if kind is KeyKind.KEY else "consent_given", on=proposal, by=by, after={"digest": proposal.digest}
    )
    if not rules.missing(queries.case(proposal)):
        _decide(proposal, envelopes, by)
    return proposal


def _decide(proposal: Proposal, envelopes: Sequence[Envelope], by: Person) -> None:
    """The decision of both cities. Everything is locked, and every signature is there."""
    application, terms = proposal.application, queries.terms(proposal)
    _close(proposal, terms, envelopes)
    action = Action.AWARD if proposal.outcome is Outcome.AWARD else Action.REJECT
    applications.advance(application, action, by=by)
    audit.record(
        "decided",
        on=proposal,
        by=by,
        after={
            "outcome": proposal.outcome,
            "award": proposal.award_cents,
            "shares": {party.value: terms.shares[party] for party in terms.paying},
            "digest": proposal.digest,
        },
    )
    _issue(proposal, by)
    notifications.send(
        "decision_ready",
        to=application.contact,
        key=f"decision_ready:{application.id}",
        held_by=application.id,
        number=application.number,
        title=application.title,
        title_language=application.language,
        application_id=str(application.id),
        channel=application.channel or Channel.POST,
    )


def _close(proposal: Proposal, terms: rules.Terms, envelopes: Sequence[Envelope]) -> None:
    """Commit the money and make the proposal, as it stands in the database, the decision: in one statement."""
    now = clock.now()
    kept = ("outcome", "award_cents", "digest", "decided_at")
    closed = update(Proposal).where(Proposal.id == proposal.id).values(decided_at=now)
    closed = closed.returning(Proposal.application_id, Proposal.id, *(getattr(Proposal, name) for name in kept))
    row = select(literal(uuid4(), Uuid), closed.cte("closed"))
    decision = insert(Decision).from_select(["id", "application_id", "proposal_id", *kept], row)
    parts = {pot.id: literal(terms.shares.get(pot.funder_code, 0), BigInteger) for pot in envelopes}
    taken = update(Envelope).where(Envelope.id.in_(parts))
    taken = taken.values(committed_cents=Envelope.committed_cents + case(parts, value=Envelope.id))
    db.session.execute(decision.add_cte(taken.cte("taken")))
    set_committed_value(proposal, "decided_at", now)


def _check(terms: rules.Terms, envelopes: Sequence[Envelope]) -> None:
    """Other decisions may have used an envelope since the proposal was made; the table's own check stands behind."""
    for envelope in envelopes:
        if terms.shares.get(envelope.funder_code, 0) > envelope.free_cents:
            facts = {"funder": texts.PARTIES[envelope.funder_code], "free_cents": envelope.free_cents}
            raise CannotSign([Reason("envelope_used_up", facts=facts)])


def _issue(proposal: Proposal, by: Person) -> None:
    """One act for each acting funder (D5), with the words that were signed, under the name of whoever signed for it."""
    letters.issue(
        list(queries.content_of(proposal).acts.values()),
        {key.party: key.name for key in queries.live_keys(proposal)},
        on=clock.local(proposal.decided_at or clock.now()).date(),
        key=str(proposal.application_id),
        subject_id=proposal.application_id,
        by=by,
    )
