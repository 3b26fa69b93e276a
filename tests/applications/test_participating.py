"""Organisations take part: who sees a file through which part in it, and what a withdrawal means."""

from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import given as drawn
from hypothesis import strategies as st
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from grantflow.accounts.models import Person
from grantflow.applications import policy, queries, rules, service
from grantflow.applications.models import Application, Participation, Version
from grantflow.applications.states import SIGHT, Part, ParticipationState, State
from grantflow.audit.models import Entry
from grantflow.decisions.rules import CannotSign
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, IllegalStep, Incomplete, Invalid
from grantflow.kernel.money import eur
from grantflow.kernel.parties import SYSTEM, Party, Side
from grantflow.notifications.models import Message
from grantflow.organisations import service as organisations
from grantflow.organisations.models import Organisation
from grantflow.organisations.states import Country, MemberRole
from grantflow.platform.db import db
from grantflow.seats.models import StandingConflict
from tests.given import Given
from tests.samples import fill_in

NAMED, JOINED, CONFIRMED, WITHDRAWN = (
    ParticipationState.NAMED,
    ParticipationState.JOINED,
    ParticipationState.CONFIRMED,
    ParticipationState.WITHDRAWN,
)


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def seen(actor: Person) -> set[object]:
    return set(db.session.scalars(queries.visible_to(actor).with_only_columns(Application.id)))


def states(application: Application) -> dict[Part, ParticipationState]:
    return {party.part: party.state for party in queries.participations(application)}


def partner_of(application: Application) -> Participation:
    return next(party for party in queries.participations(application) if party.part is Part.PARTNER)


def takes_part(application: Application, organisation: Organisation, state: ParticipationState) -> None:
    """As the applying wing will have it: an organisation with members of its own in the partner's place."""
    now = {"organisation_id": organisation.id, "state": state}
    db.session.execute(update(Participation).where(Participation.id == partner_of(application).id).values(now))
    db.session.expire_all()


# --- rules -----------------------------------------------------------------------------------------


@drawn(
    st.dictionaries(st.integers(), st.sampled_from(ParticipationState), min_size=1),
    st.data(),
    st.booleans(),
)
def test_a_withdrawal_leaves_no_confirmation_before_the_keys_and_all_of_them_afterwards(
    before: dict[int, ParticipationState], data: st.DataObject, decided: bool
) -> None:
    who = data.draw(st.sampled_from(sorted(before)))
    after = rules.after_withdrawal(before, who, decided=decided)
    others = before.keys() - {who}
    assert after.keys() == before.keys()
    assert after[who] is WITHDRAWN
    # Nobody gains or loses sight by another's leaving.
    assert {key for key in others if after[key] in SIGHT} == {key for key in others if before[key] in SIGHT}
    if decided:
        assert {key: after[key] for key in others} == {key: before[key] for key in others}
    else:
        assert CONFIRMED not in after.values()
        assert rules.is_confirmed(after.values()) == (not any(before[key] in SIGHT for key in others))


# --- sight -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("state", ParticipationState)
def test_only_joined_and_confirmed_give_sight(given: Given, state: ParticipationState) -> None:
    application = given.application(State.SUBMITTED)
    member = given.applicant(Country.FRANCE)
    organisation = given.organisation(member, Country.FRANCE)
    takes_part(application, organisation, state)
    assert (application.id in seen(member)) is (state in {JOINED, CONFIRMED})
    file = db.session.get_one(Application, application.id)
    assert policy.reads_for(member, file) is (state in {JOINED, CONFIRMED})
    # Whatever it sees, it neither writes nor signs, nor opens the lead's decisions.
    assert not any(may(member, file) for may in (policy.writes_for, policy.signs_for, policy.receives))


@pytest.mark.usefixtures("context")
def test_being_matched_to_a_named_organisation_gives_no_sight(given: Given) -> None:
    """Whoever registers under the very name that somebody typed sees nothing of it, before and after."""
    early = given.applicant(Country.FRANCE)
    given.organisation(early, Country.FRANCE, name="Chœur de la Daurade", city="Toulouse")
    application = given.application(State.SUBMITTED, partner_name="Chœur de la Daurade")
    late = given.applicant(Country.FRANCE)
    given.organisation(late, Country.FRANCE, name="Chœur de la Daurade", city="Toulouse")
    named = partner_of(application)
    assert (named.state, named.organisation.name) == (NAMED, "Chœur de la Daurade")
    assert named.organisation.memberships == []
    assert seen(early) == seen(late) == set()
    rows = select(Organisation.id).where(Organisation.name == "Chœur de la Daurade")
    assert len(db.session.scalars(rows).all()) == 3


@pytest.mark.usefixtures("context")
def test_merging_organisations_gives_no_sight_and_touches_no_sealed_version(given: Given) -> None:
    application = given.application(State.SUBMITTED, partner_name="Chœur de la Daurade")
    member = given.applicant(Country.FRANCE)
    organisation = given.organisation(member, Country.FRANCE)
    named = partner_of(application)
    before = db.session.scalars(select(Version.content).where(Version.application_id == application.id)).all()
    organisations.merge(named.organisation, organisation, by=SYSTEM)
    db.session.flush()
    assert seen(member) == set()
    assert partner_of(application).organisation_id == named.organisation_id
    assert db.session.scalars(select(Version.content).where(Version.application_id == application.id)).all() == before
    # A conflict of interest with one entry is one with the other.
    office = given.office(Side.GERMAN)
    db.session.add(StandingConflict(person_id=office.id, organisation_id=organisation.id, since=clock.now()))
    db.session.flush()
    assert seen(office) == set()


@pytest.mark.usefixtures("context")
def test_a_standing_conflict_with_the_partner_closes_the_file_too(given: Given) -> None:
    application = given.application(State.SUBMITTED)
    office = given.office(Side.GERMAN)
    partner = partner_of(application).organisation_id
    db.session.add(StandingConflict(person_id=office.id, organisation_id=partner, since=clock.now()))
    db.session.flush()
    assert seen(office) == set()
    assert seen(given.office(Side.GERMAN)) == {application.id}


# --- naming ----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("context")
def test_a_draft_names_nobody_and_sending_confirms(given: Given) -> None:
    application = given.application()
    assert states(application) == {Part.LEAD: JOINED}
    service.submit(application, by=application.contact)
    assert states(application) == {Part.LEAD: CONFIRMED, Part.PARTNER: NAMED}
    assert application.sent
    assert application.sent.partner
    assert application.sent.partner.organisation_id == partner_of(application).organisation_id


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(("name", "stays"), [("  chœur de la DAURADE ", True), ("Un autre chœur", False)])
def test_the_same_partner_keeps_its_part_and_another_takes_it(given: Given, name: str, stays: bool) -> None:
    application = given.application(State.RETURNED, partner_name="Chœur de la Daurade")
    first = partner_of(application).organisation_id
    fill_in(application, application.contact, partner_name=name)
    service.submit(application, by=application.contact)
    assert (partner_of(application).organisation_id == first) is stays
    assert partner_of(application).organisation.name == name
    sealed = [version.partner.organisation_id for version in application.versions if version.partner]
    assert sealed == [first, partner_of(application).organisation_id]


@pytest.mark.usefixtures("context")
def test_the_leads_part_is_the_applications_lead(given: Given) -> None:
    application = given.application()
    other = given.organisation()
    with pytest.raises(IntegrityError, match="fk_participation_application_id_lead_id"):
        db.session.execute(text("UPDATE participation SET organisation_id = :other"), {"other": other.id})
    assert application


# --- the partner who withdraws -----------------------------------------------------------------------


@pytest.mark.usefixtures("context")
def test_the_partner_who_withdraws(given: Given) -> None:
    """Before the keys the lead confirms anew, and is told; the office reads why."""
    application = given.application(State.ADMITTED, partner_name="Chœur de la Daurade")
    office = given.office(Side.GERMAN)
    service.withdraw_partner(application, reason="Schreiben vom 20. November", by=office)
    assert states(application) == {Part.LEAD: JOINED, Part.PARTNER: WITHDRAWN}
    assert queries.awaits_confirmation(application)
    gone = queries.withdrawn_partner(application)
    assert gone
    assert (gone.organisation.name, gone.note) == ("Chœur de la Daurade", "Schreiben vom 20. November")
    told = db.session.scalars(select(Message).where(Message.kind == "partner_withdrawn")).one()
    assert told.person_id == application.contact_id
    assert told.facts["partner"] == "Chœur de la Daurade"
    with pytest.raises(IllegalStep):
        service.withdraw_partner(application, reason="Noch einmal", by=office)
    service.confirm(application, by=application.contact)
    assert states(application) == {Part.LEAD: CONFIRMED, Part.PARTNER: WITHDRAWN}
    assert not queries.awaits_confirmation(application)
    # It goes on being said.
    assert queries.withdrawn_partner(application)
    with pytest.raises(IllegalStep):
        service.confirm(application, by=application.contact)
    db.session.commit()
    actions = db.session.scalars(select(Entry.action).where(Entry.subject_id == str(application.id))).all()
    assert {"partner_withdrawn", "participation_confirmed"} <= set(actions)


@pytest.mark.usefixtures("context")
def test_no_key_turns_until_the_lead_stands_by_the_project(given: Given) -> None:
    """Between the two keys: what was signed stays signed, and nothing more is."""
    proposal = given.proposed(shares={Party.DUESSELDORF: eur(9_400), Party.TOULOUSE: 0, Party.METROPOLE: 0})
    application = given.reload(proposal.application_id)
    given.turn(proposal, given.signatory(Party.DUESSELDORF))
    service.withdraw_partner(application, reason="Aufgelöst", by=given.office(Side.GERMAN))
    with pytest.raises(CannotSign) as refused:
        given.turn(proposal, given.signatory(Party.TOULOUSE))
    assert [reason.key for reason in refused.value.reasons] == ["confirmation_due"]
    service.confirm(application, by=application.contact)
    given.turn(proposal, given.signatory(Party.TOULOUSE))
    assert given.reload(application.id).state is State.AWARDED


@pytest.mark.usefixtures("context")
def test_after_the_decision_a_withdrawal_flags_the_file_and_nothing_else(given: Given) -> None:
    application = given.reload(given.decided().application_id)
    service.withdraw_partner(application, reason="Aufgelöst", by=given.office(application.lead_side))
    assert states(application) == {Part.LEAD: CONFIRMED, Part.PARTNER: WITHDRAWN}
    assert application.state is State.AWARDED
    assert queries.withdrawn_partner(application)
    assert not queries.awaits_confirmation(application)
    service.purge(application, by=SYSTEM)
    assert partner_of(application).note == ""


@pytest.mark.usefixtures("context")
def test_who_may_note_that_the_partner_withdraws(given: Given) -> None:
    application = given.application(State.SUBMITTED)
    signatory = given.applicant(Country.FRANCE)
    organisation = given.organisation(signatory, Country.FRANCE)
    editor = given.colleague(organisation, MemberRole.EDITOR)
    strangers = [application.contact, given.office(Side.FRENCH), given.signatory(Party.DUESSELDORF), editor, signatory]
    for by in strangers:
        with pytest.raises(Forbidden):
            service.withdraw_partner(application, reason="Weg", by=by)
    with pytest.raises(Invalid, match="reason_needed"):
        service.withdraw_partner(application, reason="", by=given.office(Side.GERMAN))
    takes_part(application, organisation, JOINED)
    with pytest.raises(Forbidden):
        service.withdraw_partner(application, reason="Weg", by=editor)
    service.withdraw_partner(application, reason="Weg", by=signatory)
    assert seen(signatory) == set()


@pytest.mark.usefixtures("context")
def test_a_partner_that_has_withdrawn_is_not_named_again(given: Given) -> None:
    application = given.application(State.RETURNED, partner_name="Chœur de la Daurade")
    service.withdraw_partner(application, reason="Weg", by=given.office(Side.GERMAN))
    with pytest.raises(Incomplete) as refused:
        service.submit(application, by=application.contact)
    assert [reason.key for reason in refused.value.reasons] == ["partner_withdrew"]
    fill_in(application, application.contact, partner_name="Un autre chœur")
    service.submit(application, by=application.contact)
    assert queries.withdrawn_partner(application) is None
    assert not queries.awaits_confirmation(application)
