"""Signing and deciding, on a real database."""

import pytest
from flask import Flask
from sqlalchemy import select

from grantflow.applications.states import State
from grantflow.audit.models import Entry
from grantflow.decisions import service
from grantflow.decisions.models import Act, Proposal
from grantflow.decisions.rules import CannotSign, Deliberation
from grantflow.decisions.states import ActState, Outcome
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, IllegalStep
from grantflow.kernel.money import eur
from grantflow.kernel.parties import Party, Role, Side
from grantflow.letters.models import Letter
from grantflow.notifications.models import Message
from grantflow.platform.db import db
from grantflow.platform.models import JobNeed
from tests.counting import counted

from .looking import committed, messages, revise, sign, state_of

D, T, M = Party.DUESSELDORF, Party.TOULOUSE, Party.METROPOLE


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
