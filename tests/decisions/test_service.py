"""Proposing, voiding, signing, deciding: on a real database."""

import pytest
from flask import Flask
from sqlalchemy import select

from grantflow.applications import service as applications
from grantflow.applications.models import Application, Version
from grantflow.applications.states import State
from grantflow.decisions import queries, service
from grantflow.decisions.models import Proposal
from grantflow.decisions.rules import CannotSign, Deliberation, Unsound
from grantflow.decisions.states import Outcome
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, Incomplete, Invalid
from grantflow.kernel.money import eur
from grantflow.kernel.parties import Party, Role, Side
from grantflow.letters.models import Letter
from grantflow.letters.states import Channel
from grantflow.notifications.models import Message
from grantflow.organisations import service as organisations
from grantflow.organisations.models import Organisation
from grantflow.platform.db import db
from tests.given import PURPOSE, Given

from .looking import committed, messages, revise, sign, state_of

D, T, M = Party.DUESSELDORF, Party.TOULOUSE, Party.METROPOLE


def test_a_proposal_moves_the_file_and_calls_the_signatories(app, given):
    anke, jean, sophie = (given.signatory(party) for party in Party)
    proposal = given.proposed()
    assert state_of(app, proposal) is State.PROPOSED
    assert {share.funder_code: share.cents for share in proposal.shares} == {
        D: eur(4_700),
        T: eur(2_820),
        M: eur(1_880),
    }
    assert messages(app, "key_waiting") == sorted([anke.email, jean.email, sophie.email])
    assert committed(app) == {D: 0, T: 0, M: 0}


def test_nobody_is_called_while_a_deliberation_is_missing(app, given):
    given.signatory(D)
    given.proposed(votes=False)
    assert messages(app, "key_waiting") == []


def test_only_the_office_of_the_lead_proposes(app, given):
    file = given.assessed()
    for person in (given.office(Side.FRENCH), given.signatory(D), given.staff(Role.ADMINISTRATOR, D)):
        with app.app_context(), pytest.raises(Forbidden):
            service.propose(db.session.get_one(Application, file.id), outcome=Outcome.AWARD, award=1, by=person)


def test_below_the_threshold_there_is_no_award(app, given):
    file = given.assessed(german=4, french=4)
    with app.app_context(), pytest.raises(Unsound) as refused:
        service.propose(
            db.session.get_one(Application, file.id),
            outcome=Outcome.AWARD,
            award=eur(9_400),
            shares={D: eur(9_400)},
            **PURPOSE,
            by=given.office(Side.GERMAN),
        )
    assert [(r.key, r.step) for r in refused.value.reasons] == [("below_threshold", "outcome")]


def test_a_gap_waits_for_the_third_review(app, given):
    file = given.assessed(german=10, french=6)
    with app.app_context(), pytest.raises(Incomplete) as refused:
        service.propose(
            db.session.get_one(Application, file.id),
            outcome=Outcome.AWARD,
            award=eur(9_400),
            shares={D: eur(9_400)},
            by=given.office(Side.GERMAN),
        )
    assert refused.value.key == "third_review_due"
    third = given.reviewer(T)
    given.review(file, third, 8)
    assert given.proposed(given.reload(file.id)).is_open


def test_only_toulouse_enters_deliberations(app, given):
    proposal = given.proposed(votes=False)
    entries = {T: Deliberation("DEL-1", clock.today())}
    with app.app_context(), pytest.raises(Forbidden):
        service.deliberate(db.session.get_one(Proposal, proposal.id), entries, by=given.office(Side.GERMAN))
    with app.app_context(), pytest.raises(Forbidden):
        service.propose(
            db.session.get_one(Proposal, proposal.id).application,
            outcome=Outcome.AWARD,
            award=1,
            deliberations=entries,
            by=given.office(Side.GERMAN),
        )


def test_colleagues_do_not_overwrite_each_other(app, given):
    proposal = given.proposed()
    with pytest.raises(Invalid) as refused:
        revise(app, given, proposal, seen=proposal.version - 1)
    assert refused.value.key == "proposal_moved"


@pytest.mark.parametrize(
    "change",
    [
        {"shares": {D: eur(4_701), T: eur(2_819), M: eur(1_880)}},
        {"conditions_de": "Bericht in beiden Sprachen.", "conditions_fr": "Rapport dans les deux langues."},
        {"reason_de": "Gut.", "reason_fr": "Bien."},
        {"purpose_de": "Zwei Turniere.", "purpose_fr": "Deux tournois."},
    ],
)
def test_every_change_of_what_is_signed_voids_key_and_consent(app, given, change):
    proposal = given.proposed()
    given.turn(proposal, given.signatory(M))
    before = given.turn(proposal, given.signatory(D))
    after = revise(app, given, proposal, **change)
    assert after.digest != before.digest
    assert [key.voided_at is None for key in after.keys] == [False, False]
    assert after.version == before.version + 1
    jean = given.signatory(T)
    with pytest.raises(CannotSign) as refused:
        sign(app, after, jean, digest=before.digest)
    assert refused.value.key == "proposal_changed"


def test_saving_the_same_again_voids_nothing(app, given):
    proposal = given.turn(given.proposed(), given.signatory(D))
    after = revise(app, given, proposal)
    assert (after.version, after.digest) == (proposal.version, proposal.digest)
    assert [key.voided_at for key in after.keys] == [None]


def test_another_deliberation_voids_keys_too(app, given):
    proposal = given.turn(given.proposed(), given.signatory(D))
    with app.app_context():
        entries = {party: Deliberation("DEL-NEW", clock.today()) for party in (T, M)}
        service.deliberate(db.session.get_one(Proposal, proposal.id), entries, by=given.office(Side.FRENCH))
        db.session.commit()
    assert [key.voided_at is None for key in given.proposal(proposal.id).keys] == [False]


def move_house(app: Flask, given: Given, proposal: Proposal, **changes: str) -> None:
    with app.app_context():
        lead = db.session.get_one(Application, proposal.application_id).lead
        member = given.reload(proposal.application_id).contact
        profile = rules_profile(lead, **changes)
        organisations.update(db.session.get_one(Organisation, lead.id), profile, by=member)
        db.session.commit()


def rules_profile(lead: Organisation, **changes: str):
    from dataclasses import replace

    from grantflow.organisations import queries as organisation_queries

    return replace(organisation_queries.profile(lead), **changes)


def test_an_address_that_changed_stops_the_keys_until_the_office_takes_it_over(app, given):
    proposal = given.turn(given.proposed(), given.signatory(D))
    move_house(app, given, proposal, street="Neuer Weg 5")
    sophie = given.signatory(M)
    with pytest.raises(CannotSign) as refused:
        sign(app, proposal, sophie)
    assert refused.value.key == "facts_outdated"
    with app.app_context():
        found = db.session.get_one(Proposal, proposal.id)
        assert queries.outdated(found) == ("organisation",)
        assert [c.name for c in queries.pending(found)] == ["letter.recipient.address.street"]
        service.renew(found, by=given.office(Side.GERMAN))
        db.session.commit()
    renewed = given.proposal(proposal.id)
    assert [key.voided_at is None for key in renewed.keys] == [False]
    sign(app, renewed, sophie)


def test_a_consent_withdrawn_before_the_keys_reaches_the_acts(app, given):
    """Whoever turns to paper after the proposal gets paper: the keys wait until the office has taken it over."""
    proposal = given.turn(given.proposed(), given.signatory(D))
    with app.app_context():
        application = db.session.get_one(Application, proposal.application_id)
        applications.choose_channel(application, Channel.POST, by=application.contact)
        db.session.commit()
    with pytest.raises(CannotSign) as refused:
        sign(app, proposal, given.signatory(M))
    assert refused.value.key == "facts_outdated"
    with app.app_context():
        found = db.session.get_one(Proposal, proposal.id)
        assert queries.outdated(found) == ("delivery",)
        assert [c.name for c in queries.pending(found)] == ["letter.channel"]
        service.renew(found, by=given.office(Side.GERMAN))
        db.session.commit()
    given.decided(given.proposal(proposal.id))
    with app.app_context():
        assert set(db.session.scalars(select(Letter.channel))) == {Channel.POST}
        (told,) = db.session.scalars(select(Message.facts).where(Message.kind == "decision_ready"))
        assert told["channel"] == "post"


def test_what_no_letter_prints_breaks_no_key(app, given):
    proposal = given.turn(given.proposed(), given.signatory(D))
    move_house(app, given, proposal, website="https://verein.example")
    sign(app, proposal, given.signatory(M))
    assert [key.voided_at for key in given.proposal(proposal.id).keys] == [None, None]


def test_sending_back_voids_and_reopens_and_keeps_the_reason_from_the_applicant(app, given):
    author = given.staff(Role.OFFICE, D)
    proposal = given.turn(given.proposed(by=author), given.signatory(D))
    jean = given.signatory(T)
    with app.app_context():
        found = db.session.get_one(Proposal, proposal.id)
        with pytest.raises(Invalid):
            service.send_back(found, "  ", by=jean)
        service.send_back(found, "Der Anteil von Toulouse ist zu hoch.", by=jean)
        db.session.commit()
    back = given.proposal(proposal.id)
    assert (back.is_open, back.act.return_reason) == (False, "Der Anteil von Toulouse ist zu hoch.")
    assert [key.voided_at is None for key in back.keys] == [False]
    assert author.email in messages(app, "proposal_returned")
    assert jean.email not in messages(app, "proposal_returned")
    file = given.reload(proposal.application_id)
    assert file.state is State.ASSESSED
    assert [event.note for event in file.events if "Toulouse" in event.note] == []
    again = given.proposed(file)
    assert again.is_open
    assert again.version == back.version + 1


def test_the_purpose_of_a_grant_is_the_offices_own_and_stands_in_every_act(app, given):
    """What the applicant wrote stands in none."""
    given.decided(award=eur(9_400), purpose_de="Ein Turnier in beiden Städten.", purpose_fr="Un tournoi commun.")
    with app.app_context():
        facts = db.session.scalars(select(Letter.facts)).all()
        assert [its["purpose"] for its in facts] == [
            {"de": "Ein Turnier in beiden Städten.", "fr": "Un tournoi commun."}
        ] * len(facts)
        summary = db.session.scalars(select(Version.summary)).one()
        assert not any(summary in str(its) for its in facts)


def test_an_award_without_its_purpose_in_both_languages_is_no_proposal(app, given):
    with pytest.raises(Unsound) as refused:
        given.proposed(purpose_fr=" ")
    assert [(r.key, r.step) for r in refused.value.reasons] == [("purpose_missing", "purpose_fr")]


def test_edition_in_roman_numerals_is_told_at_sending_and_never_stops_a_key(app, given):
    """``Édition Ⅱ`` was sent, admitted, assessed, and then could be neither awarded nor refused."""
    with pytest.raises(Incomplete) as refused:
        given.application(title="Édition Ⅱ", state=State.SUBMITTED)
    assert refused.value.key == "title_unprintable"
    proposal = given.proposed(given.assessed(title="Édition II, Łukasz, ½ Ελλάδα"), votes=False)
    office, strange_number = given.office(Side.FRENCH), {T: Deliberation("№ →7", clock.today())}
    with app.app_context(), pytest.raises(Unsound) as refused:
        service.deliberate(db.session.get_one(Proposal, proposal.id), strange_number, by=office)
    assert [(r.key, r.step, r.facts) for r in refused.value.reasons] == [
        ("letter_unprintable", "toulouse_number", {"characters": "→"})
    ]
    strange = given.signatory(D, name="Anke \U0001d54aommer")
    votes = {party: Deliberation("DEL-7", clock.today()) for party in (T, M)}
    with app.app_context():
        service.deliberate(db.session.get_one(Proposal, proposal.id), votes, by=office)
        db.session.commit()
    with pytest.raises(CannotSign) as refused:
        given.turn(proposal, strange)
    assert refused.value.key == "name_unprintable"
    assert given.decided(given.proposal(proposal.id)).act.decided_at
