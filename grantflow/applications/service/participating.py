"""Organisations take part: sending names the partner, the partner withdraws, the lead stands by the project again."""

from grantflow.audit import service as audit
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, IllegalStep, Invalid
from grantflow.kernel.parties import Actor
from grantflow.organisations import service as organisations
from grantflow.organisations.models import Organisation
from grantflow.organisations.rules import Profile
from grantflow.platform.db import db

from .. import policy, queries, rules
from ..models import Application, Participation, Version, VersionParty
from ..states import DECIDED, PARTNER_MAY_LEAVE, SIGHT, UNDECIDED, Part, ParticipationState
from .telling import tell


def as_lead(organisation: Organisation) -> Participation:
    """The part of whoever begins a draft."""
    return _part(organisation, Part.LEAD, ParticipationState.JOINED)


def stand_as_sent(application: Application, version: Version) -> None:
    """Whoever sends confirms, and the version's partner takes its part: the same as before where the name reads the
    same, else one that is entered without members.

    However much it looks like an organisation that is registered, it is never taken for it.
    """
    typed, current = version.partner, None
    for participation in queries.participations(application):
        if participation.part is Part.LEAD:
            _to(participation, ParticipationState.CONFIRMED)
        elif participation.state is not ParticipationState.WITHDRAWN:
            current = participation
    if current and current.state not in SIGHT and not (typed and queries.reads_alike(typed, current.organisation)):
        # Another one is named in its place: what was only named leaves nothing behind but the versions it stands in.
        db.session.delete(current)
        db.session.flush()
        current = None
    if typed is None:
        return
    if current is None:
        current = _part(organisations.named(_profile(typed)), Part.PARTNER, ParticipationState.NAMED)
        current.application_id = application.id
        db.session.add(current)
    else:
        organisations.correct(current.organisation, _profile(typed))
    typed.organisation_id = current.organisation.id


def withdraw_partner(application: Application, *, reason: str, by: Actor) -> None:
    """Note that the partner has withdrawn: its own signatory does, or the office in charge that was told so.

    Before the decision the lead has to confirm anew, and no key turns until then; a decision stands, and the file's
    page for staff says what happened. Audits it and tells the lead's contact. Raises Forbidden, IllegalStep where no
    partner takes part or none may leave any more, Invalid without a reason.
    """
    db.lock(application, by=by)
    if not policy.may_withdraw_partner(by, application):
        raise Forbidden()
    parties = queries.participations(application)
    gone = next((p for p in parties if p.part is Part.PARTNER and p.state is not ParticipationState.WITHDRAWN), None)
    if gone is None or application.state not in PARTNER_MAY_LEAVE:
        raise IllegalStep("no_partner_to_leave")
    if not reason:
        raise Invalid("reason_needed", field="reason")
    states = {party.id: party.state for party in parties}
    after = rules.after_withdrawal(states, gone.id, decided=application.state in DECIDED)
    for party in parties:
        _to(party, after[party.id])
    gone.note, gone.language = reason, by.language
    audit.record("partner_withdrawn", on=application, by=by, after={"partner": gone.organisation.name}, reason=reason)
    tell(
        "partner_withdrawn",
        application,
        sum(party.state is ParticipationState.WITHDRAWN for party in parties),
        partner=gone.organisation.name,
        partner_language=gone.organisation.language,
        reason=reason,
        reason_language=by.language,
    )
    db.session.expire(application, ["participations"])


def confirm(application: Application, *, by: Actor) -> None:
    """The lead stands by the project as it is now. Audits it. Raises IllegalStep where nothing is to be confirmed."""
    if not policy.signs_for(by, application):
        raise Forbidden()
    db.lock(application, by=by)
    own = next(p for p in queries.participations(application) if p.part is Part.LEAD)
    if own.state is not ParticipationState.JOINED or application.state not in UNDECIDED:
        raise IllegalStep("nothing_to_confirm")
    _to(own, ParticipationState.CONFIRMED)
    audit.record("participation_confirmed", on=application, by=by)
    db.session.expire(application, ["participations"])


def _part(organisation: Organisation, part: Part, state: ParticipationState) -> Participation:
    return Participation(organisation=organisation, part=part, state=state, since=clock.now())


def _to(participation: Participation, state: ParticipationState) -> None:
    if participation.state is not state:
        participation.state, participation.since = state, clock.now()


def _profile(typed: VersionParty) -> Profile:
    return Profile(name=typed.name, kind=typed.kind, country=typed.country, city=typed.city, run_by=typed.run_by)
