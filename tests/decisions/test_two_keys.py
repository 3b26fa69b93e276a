"""T15 as a state machine: whatever offices and signatories try, in whatever order, a decision is two keys of two
people of two cities for the same digest, with Métropole's consent where it pays."""

from dataclasses import dataclass, field
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select, update

from grantflow.accounts.models import Person
from grantflow.applications.models import Application
from grantflow.applications.states import State
from grantflow.calls.models import Envelope
from grantflow.decisions import service
from grantflow.decisions.models import Act, Proposal
from grantflow.decisions.rules import Deliberation
from grantflow.decisions.states import ActState, Outcome, RejectionReason
from grantflow.kernel import clock
from grantflow.kernel.errors import DomainError
from grantflow.kernel.money import eur
from grantflow.kernel.parties import Party, Role
from grantflow.letters.models import Letter
from grantflow.platform.db import db
from tests.given import PURPOSE, Given

D, T, M = Party.DUESSELDORF, Party.TOULOUSE, Party.METROPOLE
AWARD = eur(9_400)
REASONS = {"reason_de": "Grund.", "reason_fr": "Motif."}
TERMS = {
    "three pay": {
        "outcome": Outcome.AWARD,
        "award": AWARD,
        "shares": {D: eur(4_700), T: eur(2_820), M: eur(1_880)},
        **PURPOSE,
    },
    "two pay": {"outcome": Outcome.AWARD, "award": AWARD, "shares": {D: eur(6_000), T: eur(3_400)}, **PURPOSE},
    "germans pay": {"outcome": Outcome.AWARD, "award": AWARD, "shares": {D: AWARD}, **PURPOSE},
    "partly": {
        "outcome": Outcome.AWARD,
        "award": eur(5_000),
        "shares": {D: eur(4_000), M: eur(1_000)},
        **REASONS,
        **PURPOSE,
    },
    "refused": {"outcome": Outcome.REJECTION, "rejection_reason": RejectionReason.CRITERIA_NOT_MET, **REASONS},
}
PAYING = {"three pay": {D, T, M}, "two pay": {D, T}, "germans pay": {D}, "partly": {D, M}, "refused": set()}
#: Terms to try, those that ask most of the cities more often.
TRIED = st.sampled_from(["three pay"] * 4 + ["partly", "two pay", "germans pay", "refused"])
#: Two people for each city, one of them an officer too; a signatory for Métropole, and somebody who only reads.
CAST = ("d1", "d2", "d_both", "t1", "t_both", "m1", "finance")


@dataclass
class Model:
    """What the cities agreed on, in the plainest words: no digest, no table, no service."""

    state: State = State.ASSESSED
    terms: str = ""
    votes: bool = False
    #: City -> person, for what now stands.
    signed: dict[Party, str] = field(default_factory=dict)
    preparers: set[str] = field(default_factory=set)

    @property
    def needed(self) -> set[Party]:
        return {D, T} | ({M} & PAYING[self.terms])

    @property
    def lacks_votes(self) -> bool:
        return bool({T, M} & PAYING[self.terms]) and not self.votes

    def change(self, terms: str, votes: bool, by: str) -> None:
        self.terms, self.votes, self.signed = terms, votes, {}
        self.preparers.add(by)

    def may_sign(self, name: str, party: Party) -> bool:
        last_of_two = party is not M and ({D, T} - {party}) & self.signed.keys()
        return (
            self.state is State.PROPOSED
            and party in self.needed
            and party not in self.signed
            and name not in self.preparers
            and not self.lacks_votes
            and not (last_of_two and M in self.needed and M not in self.signed)
        )


class Cities(RuleBasedStateMachine):
    app: Flask
    given: Given

    def __init__(self) -> None:
        super().__init__()
        self.context = self.app.app_context()
        self.context.push()
        self.outer = db.session.begin_nested()
        given = self.given
        self.begin()
        made = {
            "d1": given.signatory(D),
            "d2": given.signatory(D),
            "d_both": given.signatory(D, Role.OFFICE),
            "t1": given.signatory(T),
            "t_both": given.signatory(T, Role.OFFICE),
            "m1": given.signatory(M),
            "finance": given.staff(Role.FINANCE, T),
        }
        self.people: dict[str, Person] = {name: made[name] for name in CAST}

    def begin(self) -> None:
        """A file that both sides have reviewed, and money that no number of runs uses up: ``test_acts`` counts it."""
        self.file_id: UUID = self.given.assessed().id
        db.session.execute(update(Envelope).values(limit_cents=eur(100_000_000)))
        self.model, self.digests = Model(), []

    def teardown(self) -> None:
        db.session.rollback()
        db.session.remove()
        self.context.pop()

    @property
    def proposal(self) -> Proposal:
        """That of the file's last act."""
        query = select(Proposal).join(Proposal.act).where(Act.application_id == self.file_id)
        return db.session.scalars(query.order_by(Act.number.desc()).limit(1)).one()

    def attempt(self, verb, *arguments, **named) -> bool:
        """Whether the verb did something; a refusal leaves no trace."""
        savepoint = db.session.begin_nested()
        try:
            verb(*arguments, **named)
            savepoint.commit()
        except DomainError:
            savepoint.rollback()
            db.session.expire_all()
            return False
        return True

    @rule(terms=TRIED, by=st.sampled_from(["d_both"] * 4 + ["t_both", "d1", "finance"]), votes=st.booleans())
    def propose(self, terms: str, by: str, votes: bool) -> None:
        file = db.session.get_one(Application, self.file_id)
        done = self.attempt(service.propose, file, **TERMS[terms], by=self.people[by])
        model = self.model
        assert done is (by == "d_both" and model.state in {State.ASSESSED, State.PROPOSED})
        if not done:
            return
        again = model.state is State.PROPOSED and terms == model.terms
        # Délibérations stay where their funder still pays, and are entered anew where it starts to.
        kept = model.votes and {T, M} & PAYING[terms] <= {T, M} & PAYING.get(model.terms, set())
        if not again:
            model.change(terms, bool(kept), by)
        model.state = State.PROPOSED
        self.digests.append(self.proposal.digest)
        if votes:
            self.deliberate("t_both")

    @precondition(lambda self: self.model.state is not State.ASSESSED or self.model.terms)
    @rule(by=st.sampled_from(["t_both"] * 4 + ["d_both", "t1"]))
    def deliberate(self, by: str) -> None:
        entries = {party: Deliberation("DEL-1", clock.today()) for party in (T, M)}
        done = self.attempt(service.deliberate, self.proposal, entries, by=self.people[by])
        assert done is (by == "t_both" and self.model.state is State.PROPOSED)
        # On a rejection only Toulouse may cite a vote; entering the same again changes nothing.
        cites = {T, M} & PAYING[self.model.terms] or ({T} if self.model.terms == "refused" else set())
        if done and cites and not self.model.votes:
            self.model.change(self.model.terms, True, by)
            self.digests.append(self.proposal.digest)

    @precondition(lambda self: self.model.terms)
    @rule(name=st.sampled_from(CAST), stale=st.booleans())
    def sign(self, name: str, stale: bool) -> None:
        person, model = self.people[name], self.model
        assert person.party
        now = self.proposal.digest
        digest = next((d for d in self.digests if d != now), "0" * 64) if stale else now
        before = dict(model.signed)
        may = not stale and Role.SIGNATORY in person.roles and model.may_sign(name, person.party)
        verb = service.consent if person.party is M else service.turn_key
        done = self.attempt(verb, self.proposal, digest, by=db.session.get_one(Person, person.id))
        repeated = not stale and before.get(person.party) == name
        assert done is (may or repeated), (name, stale, model)
        if may:
            model.signed[person.party] = name
            if model.signed.keys() >= model.needed:
                model.state = State.REJECTED if model.terms == "refused" else State.AWARDED

    @precondition(lambda self: self.model.terms)
    @rule(order=st.permutations(["d1", "t1", "m1", "d2", "t_both"]))
    def all_try(self, order: list[str]) -> None:
        for name in order:
            self.sign(name, stale=False)

    @precondition(lambda self: self.model.terms)
    @rule(by=st.sampled_from(["d1", "t1", "m1", "d_both", "finance"]), really=st.sampled_from([True, False, False]))
    def send_back(self, by: str, really: bool) -> None:
        if not really:
            return
        model = self.model
        done = self.attempt(service.send_back, self.proposal, "Bitte anders aufteilen.", by=self.people[by])
        entitled = by in {"d1", "t1", "d_both"} or (by == "m1" and M in PAYING[model.terms])
        assert done is (entitled and model.state is State.PROPOSED)
        if done:
            model.state, model.signed = State.ASSESSED, {}

    @precondition(lambda self: self.model.state in {State.AWARDED, State.REJECTED})
    @rule()
    def next_file(self) -> None:
        self.begin()

    @invariant()
    def the_cities_agree_with_the_model(self) -> None:
        file = db.session.scalars(
            select(Application).where(Application.id == self.file_id).execution_options(populate_existing=True)
        ).one()
        assert file.state is self.model.state
        if self.model.terms:
            live = {key.party: key.person_id for key in self.proposal.keys if key.voided_at is None}
            assert live == {party: self.people[name].id for party, name in self.model.signed.items()}

    @invariant()
    def a_decision_is_two_keys(self) -> None:
        acts = select(Act).where(Act.application_id == self.file_id)
        decisions = db.session.scalars(acts.where(Act.state == ActState.DECIDED)).all()
        letters = db.session.scalars(select(Letter.id).where(Letter.application_id == self.file_id)).all()
        assert bool(decisions) is bool(letters) is (self.model.state in {State.AWARDED, State.REJECTED})
        if decisions:
            event(f"decided: {self.model.terms}")
            proposal = self.proposal
            live = [key for key in proposal.keys if key.voided_at is None]
            assert [act.id for act in decisions] == [proposal.act_id]
            assert {key.digest for key in live} == {proposal.digest}
            assert {key.party for key in live} == self.model.needed
            assert len({key.person_id for key in live}) == len(live)
            assert not {key.person_id for key in live} & set(proposal.writers)


@pytest.fixture
def cities(app: Flask) -> type[Cities]:
    return type("CitiesHere", (Cities,), {"app": app, "given": Given(app)})


@pytest.mark.parametrize("examples", [4, pytest.param(30, marks=pytest.mark.drill)])
def test_two_keys_whatever_anybody_tries(cities, examples):
    run_state_machine_as_test(
        cities,
        settings=settings(
            max_examples=examples,
            stateful_step_count=20,
            deadline=None,
            derandomize=examples < 10,  # the same few in every run, other ones in every drill
            suppress_health_check=list(HealthCheck),
        ),
    )
