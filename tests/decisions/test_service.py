"""Proposing, voiding, signing, deciding: on a real database."""

import pytest
from flask import Flask
from sqlalchemy import select

from grantflow.applications import service as applications
from grantflow.applications.models import Application, Version
from grantflow.applications.states import State
from grantflow.audit.models import Entry
from grantflow.decisions import queries, service
from grantflow.decisions.models import Act, Proposal
from grantflow.decisions.rules import CannotSign, Deliberation, Unsound
from grantflow.decisions.states import ActState, Outcome
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, IllegalStep, Incomplete, Invalid
from grantflow.kernel.money import eur
from grantflow.kernel.parties import Party, Role, Side
from grantflow.letters.models import Letter
from grantflow.letters.states import Channel
from grantflow.notifications.models import Message
from grantflow.organisations import service as organisations
from grantflow.organisations.models import Organisation
from grantflow.platform.db import db
from grantflow.platform.models import JobNeed
from tests.counting import counted
from tests.given import PURPOSE, Given

from .looking import committed, messages, revise, sign, state_of

D, T, M = Party.DUESSELDORF, Party.TOULOUSE, Party.METROPOLE


# --- proposing -----------------------------------------------------------------------------------


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


# --- what voids a key ----------------------------------------------------------------------------


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


# --- who may sign --------------------------------------------------------------------------------


def test_the_preparer_never_signs_not_even_an_earlier_version(app, given):
    first = given.staff(Role.OFFICE, D, Role.SIGNATORY)
    proposal = given.proposed(by=first)
    revise(app, given, proposal, reason_de="Gut.", reason_fr="Bien.")
    with pytest.raises(Forbidden) as refused:
        sign(app, proposal, first)
    assert refused.value.key == "preparer_cannot_sign"


def test_whoever_entered_the_deliberation_turns_no_key(app, given):
    proposal = given.proposed(votes=False)
    clerk = given.staff(Role.OFFICE, T, Role.SIGNATORY)
    with app.app_context():
        entries = {party: Deliberation("DEL-1", clock.today()) for party in (T, M)}
        service.deliberate(db.session.get_one(Proposal, proposal.id), entries, by=clerk)
        db.session.commit()
    with pytest.raises(Forbidden) as refused:
        sign(app, proposal, clerk)
    assert refused.value.key == "preparer_cannot_sign"


def test_no_key_turns_without_deliberation(app, given):
    proposal = given.proposed(votes=False)
    for party in Party:
        with pytest.raises(CannotSign) as refused:
            sign(app, proposal, given.signatory(party))
        assert refused.value.key == "deliberation_due"


def test_the_second_key_waits_for_metropole_where_it_pays(app, given):
    proposal = given.turn(given.proposed(), given.signatory(D))
    jean, sophie = given.signatory(T), given.signatory(M)
    with pytest.raises(CannotSign) as refused:
        sign(app, proposal, jean)
    assert refused.value.key == "consent_due"
    sign(app, proposal, sophie)
    sign(app, proposal, jean)
    assert state_of(app, proposal) is State.AWARDED


def test_metropole_has_no_say_where_it_does_not_pay(app, given):
    proposal = given.proposed(shares={D: eur(6_000), T: eur(3_400), M: 0})
    with pytest.raises(Forbidden) as refused:
        sign(app, proposal, given.signatory(M))
    assert refused.value.key == "metropole_does_not_pay"
    given.turn(proposal, given.signatory(T))
    given.turn(proposal, given.signatory(D))
    assert state_of(app, proposal) is State.AWARDED


def test_a_second_signatory_of_the_same_city_and_the_wrong_roles_are_refused(app, given):
    proposal = given.turn(given.proposed(), given.signatory(D))
    with pytest.raises(CannotSign) as refused:
        sign(app, proposal, given.signatory(D))
    assert refused.value.key == "city_signed_already"
    for person in (given.staff(Role.OFFICE, T), given.staff(Role.FINANCE, T), given.reviewer(T)):
        with pytest.raises(Forbidden):
            sign(app, proposal, person)


def test_a_declared_conflict_closes_the_key(app, given):
    file = given.assessed()
    proposal = given.proposed(file)
    jean = given.signatory(T)
    with app.app_context():
        from grantflow.review.models import Assignment
        from grantflow.seats.states import Conflict

        db.session.add(
            Assignment(
                application_id=file.id,
                reviewer_id=jean.id,
                party=T,
                assigned_by=jean.id,
                assigned_at=clock.now(),
                conflict=Conflict.DECLARED,
                declared_at=clock.now(),
            )
        )
        db.session.commit()
    with pytest.raises(Forbidden) as refused:
        sign(app, proposal, jean)
    assert refused.value.key == "signatory_conflicted"


def test_turning_twice_is_turning_once(app, given):
    proposal, anke = given.proposed(), given.signatory(D)
    for _ in range(2):
        sign(app, proposal, anke)
    assert [key.person_id for key in given.proposal(proposal.id).keys] == [anke.id]
    assert state_of(app, proposal) is State.PROPOSED


# --- the decision --------------------------------------------------------------------------------


def letters(app: Flask, proposal: Proposal) -> list[tuple[str, str, str, int | None]]:
    with app.app_context():
        query = select(Letter.funder, Letter.standing, Letter.language, Letter.amount_cents).where(
            Letter.act_id == proposal.act_id
        )
        return sorted((str(f), str(s), lang, cents) for f, s, lang, cents in db.session.execute(query))


def test_the_message_about_a_decision_needs_all_its_letters(app, given):
    given.decided()
    with app.app_context():
        sending = db.session.scalars(select(Message.job_id).where(Message.kind == "decision_ready")).one()
        needed = set(db.session.scalars(select(JobNeed.needs_id).where(JobNeed.job_id == sending)))
        assert needed == set(db.session.scalars(select(Letter.job_id)))
        assert len(needed) == 5


def test_an_award_commits_money_issues_one_act_per_funder_and_tells_the_contact(app, given):
    proposal = given.decided()
    assert state_of(app, proposal) is State.AWARDED
    assert committed(app) == {D: eur(4_700), T: eur(2_820), M: eur(1_880)}
    assert letters(app, proposal) == [
        ("duesseldorf", "act", "de", eur(4_700)),
        ("metropole", "act", "fr", eur(1_880)),
        ("metropole", "courtesy", "de", eur(1_880)),
        ("toulouse", "act", "fr", eur(2_820)),
        ("toulouse", "courtesy", "de", eur(2_820)),
    ]
    assert messages(app, "decision_ready") == [given.reload(proposal.application_id).contact.email]
    with app.app_context():
        act = db.session.scalars(select(Act)).one()
        assert (act.number, act.kind, act.state) == (1, Outcome.AWARD, ActState.DECIDED)
        letter = db.session.scalars(select(Letter).where(Letter.funder == M, Letter.language == "fr")).one()
        keys = {key.party: key.name for key in proposal.keys}
        assert letter.signatory == keys[M]
        assert letter.facts["deliberation"]["number"] == "DEL-M-7"


def test_an_act_names_who_signed_as_they_were_called_then(app, given):
    anke = given.signatory(D, name="Anke Sommer")
    proposal = given.turn(given.proposed(shares={D: eur(4_700), T: eur(4_700), M: 0}), anke)
    with app.app_context():
        db.session.get_one(type(anke), anke.id).family_name = "Else"
        db.session.commit()
    given.turn(proposal, given.signatory(T))
    with app.app_context():
        act = db.session.scalars(select(Letter).where(Letter.funder == D, Letter.language == "de")).one()
        assert act.signatory == "Anke Sommer"


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


def test_a_rejection_is_exactly_two_acts(app, given):
    proposal = given.decided(award=0)
    assert state_of(app, proposal) is State.REJECTED
    assert committed(app) == {D: 0, T: 0, M: 0}
    assert letters(app, proposal) == [
        ("duesseldorf", "act", "de", None),
        ("toulouse", "act", "fr", None),
        ("toulouse", "courtesy", "de", None),
    ]


def test_a_decided_proposal_moves_no_more(app, given):
    proposal = given.decided()
    office = given.office(Side.GERMAN)
    with app.app_context():
        found = db.session.get_one(Proposal, proposal.id)
        with pytest.raises(IllegalStep):
            service.send_back(found, "Doch nicht.", by=office)
        with pytest.raises(IllegalStep):
            service.renew(found, by=office)
        with pytest.raises(IllegalStep):
            service.propose(found.application, outcome=Outcome.AWARD, award=1, by=office)


def test_the_trail_tells_who_did_what_and_no_score(app, given):
    proposal = given.decided()
    with app.app_context():
        query = select(Entry.action).where(Entry.subject_id == str(proposal.act_id)).order_by(Entry.seq)
        assert list(db.session.scalars(query)) == [
            "proposal_made",
            "proposal_changed",
            "consent_given",
            "key_turned",
            "key_turned",
            "decided",
        ]
        entries = db.session.scalars(select(Entry).where(Entry.subject_type == "act")).all()
        told = {name for entry in entries for name in entry.after or ()}
        assert told == {"outcome", "award", "shares", "deliberations", "digest", "version", "voided"}


# --- what it costs -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "terms",
    [{"shares": {D: eur(6_000), T: eur(3_400), M: 0}}, {"shares": {D: 1, T: 1, M: eur(9_400) - 2}}, {"award": 0}],
    ids=["two funders", "three funders", "rejection"],
)
def test_a_decision_costs_the_same_few_statements_whoever_pays(app, given, terms):
    """Locks, judgement, key, decision with its money, move, letters, message, trail."""
    proposal = given.proposed(**terms)
    if proposal.award_cents and terms["shares"][M]:
        given.turn(proposal, given.signatory(M))
    proposal = given.turn(proposal, given.signatory(D))
    jean = given.signatory(T)
    with app.app_context():
        found, by = db.session.get_one(Proposal, proposal.id), db.session.get_one(type(jean), jean.id)
        assert by.roles
        assert found.application
        with counted() as cost:
            service.turn_key(found, found.digest, by=by)
            db.session.commit()
    assert found.act.decided_at
    # Two funders, one courtesy translation; however many files, funders and letters.
    assert cost.sql <= 12, "\n".join(cost.statements)
