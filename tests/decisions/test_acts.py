"""A file has acts, money is a ledger: one act open at a time, committed + reserved + free = limit at every moment."""

from dataclasses import dataclass, field
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from grantflow.accounts.models import Person
from grantflow.applications.models import Application
from grantflow.applications.states import State
from grantflow.calls.models import Commitment, Envelope, Reservation
from grantflow.decisions import queries, service
from grantflow.decisions.models import Act, Proposal
from grantflow.decisions.rules import Deliberation, Unsound
from grantflow.decisions.states import ActState, Outcome, RejectionReason
from grantflow.kernel import clock
from grantflow.kernel.errors import DomainError, Forbidden
from grantflow.kernel.money import eur
from grantflow.kernel.parties import Party, Role, Side
from grantflow.letters.models import Letter
from grantflow.notifications.models import Message
from grantflow.platform.db import db
from tests.given import PURPOSE, Given

from .looking import committed, reserved, sign

D, T, M = Party
NOTHING = {D: 0, T: 0, M: 0}


def send_back(app: Flask, proposal: Proposal, by, reason: str = "Noch einmal.") -> None:
    with app.app_context():
        service.send_back(db.session.get_one(Proposal, proposal.id), reason, by=by)
        db.session.commit()


def acts_of(proposal: Proposal) -> list[Act]:
    return list(
        db.session.scalars(select(Act).where(Act.application_id == proposal.application_id).order_by(Act.number))
    )


# --- acts ----------------------------------------------------------------------------------------


def test_a_file_holds_more_than_one_act_in_its_life(app: Flask, given: Given) -> None:
    """The first is abandoned, the second decided: proposals, keys, letters and messages of both are kept apart."""
    anke, jean, sophie = (given.signatory(party) for party in Party)
    first = given.proposed()
    given.turn(first, sophie)
    given.turn(first, anke)
    send_back(app, first, jean)
    second = given.decided(given.proposed(given.reload(first.application_id), reason_de="Gut.", reason_fr="Bien."))
    with app.app_context():
        one, two = acts_of(first)
        assert (one.number, one.state, one.id) == (1, ActState.ABANDONED, first.act_id)
        assert (two.number, two.state, two.id) == (2, ActState.DECIDED, second.act_id)
        assert set(db.session.scalars(select(Letter.act_id))) == {two.id}
        assert set(db.session.scalars(select(Letter.application_id))) == {first.application_id}
        keys = [key.split(":")[:2] for key in db.session.scalars(select(Message.key))]
        assert keys.count(["decision_ready", str(two.id)]) == 1
        assert [keys.count(["key_waiting", str(act.id)]) for act in (one, two)] == [3, 3]
        assert set(db.session.scalars(select(Commitment.act_id))) == {two.id}
    was, now = given.proposal(first.id), given.proposal(second.id)
    assert [bool(key.voided_at) for key in was.keys] == [True, True]
    assert [bool(key.voided_at) for key in now.keys] == [False, False, False]
    assert (was.reason_de, now.reason_de) == ("", "Gut.")


def test_whoever_wrote_what_was_sent_back_turns_no_key_of_what_followed(app: Flask, given: Given) -> None:
    author = given.staff(Role.OFFICE, D, Role.SIGNATORY)
    first = given.proposed(by=author, shares={D: eur(6_000), T: eur(3_400), M: 0})
    send_back(app, first, given.signatory(T))
    second = given.proposed(given.reload(first.application_id), shares={D: eur(6_000), T: eur(3_400), M: 0})
    with pytest.raises(Forbidden) as refused:
        sign(app, second, author)
    assert refused.value.key == "preparer_cannot_sign"
    with app.app_context():
        assert not any(its.to_sign for its in queries.tasks(author).values())
        assert [its.to_sign for its in queries.tasks(given.signatory(D)).values()] == [1]


def test_what_changed_is_told_to_whoever_signed_before_it_was_sent_back(app: Flask, given: Given) -> None:
    anke = given.signatory(D)
    first = given.turn(given.proposed(shares={D: eur(6_000), T: eur(3_400), M: 0}), anke)
    send_back(app, first, given.signatory(T))
    second = given.proposed(given.reload(first.application_id), shares={D: eur(5_000), T: eur(4_400), M: 0})
    with app.app_context():
        sight = queries.sight(given.signatory(T), db.session.get_one(Proposal, second.id))
        assert sight.since
        assert {change.name for change in sight.since.changes} >= {"shares.duesseldorf", "shares.toulouse"}
        assert [box.state for box in sight.boxes] == ["void", "waiting"]
        assert queries.sight(anke, db.session.get_one(Proposal, first.id)).later == second.id


def test_entering_a_deliberation_makes_nobody_the_preparer(app: Flask, given: Given) -> None:
    author, clerk = given.office(Side.GERMAN), given.staff(Role.OFFICE, T, name="Claire Greffière")
    proposal = given.proposed(by=author, votes=False)
    with app.app_context():
        entries = {party: Deliberation("DEL-1", clock.today()) for party in (T, M)}
        service.deliberate(db.session.get_one(Proposal, proposal.id), entries, by=clerk)
        db.session.commit()
    entered = given.proposal(proposal.id)
    assert (entered.prepared_by, entered.prepared_at) == (author.id, proposal.prepared_at)
    assert [share.deliberation_by for share in entered.shares] == [None, clerk.id, clerk.id]
    assert entered.versions[-1].prepared_by == clerk.id
    # Who changes an amount answers for the terms; the délibération stays its clerk's.
    with app.app_context():
        its = db.session.get_one(Proposal, proposal.id)
        terms = {"outcome": Outcome.AWARD, "award": eur(9_400), **PURPOSE}
        service.propose(its.application, **terms, shares={D: eur(4_000), T: eur(3_400), M: eur(2_000)}, by=author)
        db.session.commit()
    assert [share.deliberation_by for share in given.proposal(proposal.id).shares] == [None, clerk.id, clerk.id]


# --- money ---------------------------------------------------------------------------------------


def test_the_double_offered_money_is_refused_when_it_is_proposed(app: Flask, given: Given) -> None:
    """What is offered is free of what is committed and of what is reserved."""
    large = {"asks": eur(50_000), "costs": eur(80_000)}
    given.decided(given.proposed(given.assessed(10, 10, **large), shares={D: eur(30_000), T: eur(20_000), M: 0}))
    given.proposed(given.assessed(10, 10, **large), shares={D: eur(20_000), T: eur(10_000), M: eur(20_000)})
    file = given.assessed(10, 10, **large)
    with app.app_context():
        draft = queries.draft(given.office(Side.GERMAN), file.id)
        assert draft
        assert draft.basis.free == {D: eur(10_000), T: eur(6_000), M: eur(4_000)}
    with pytest.raises(Unsound) as refused:
        given.proposed(file, award=eur(10_001), shares={D: eur(10_001), T: 0, M: 0})
    assert refused.value.key == "reserved_by_proposals"
    assert reserved(app) == {D: eur(20_000), T: eur(10_000), M: eur(20_000)}
    assert given.decided(given.proposed(file, award=eur(10_000), shares={D: eur(10_000), T: 0, M: 0})).act.decided_at
    assert committed(app) == {D: eur(40_000), T: eur(20_000), M: 0}


def test_a_rejection_and_a_proposal_sent_back_reserve_nothing(app: Flask, given: Given) -> None:
    proposal = given.proposed()
    assert reserved(app) == {D: eur(4_700), T: eur(2_820), M: eur(1_880)}
    with app.app_context():
        refusal = {"rejection_reason": RejectionReason.CRITERIA_NOT_MET, "reason_de": "Grund.", "reason_fr": "Motif."}
        file = db.session.get_one(Application, proposal.application_id)
        service.propose(file, outcome=Outcome.REJECTION, **refusal, by=given.office(Side.GERMAN))
        db.session.commit()
    assert reserved(app) == NOTHING
    send_back(app, given.proposed(given.assessed()), given.signatory(D))
    assert reserved(app) == NOTHING


# --- any order -----------------------------------------------------------------------------------

REASONS = {"reason_de": "Grund.", "reason_fr": "Motif."}
#: Two of them fit into the envelopes of 60,000, 36,000 and 24,000; hardly three.
PARTS = {
    "germans most": {D: eur(45_000), T: eur(5_000), M: 0},
    "all": {D: eur(20_000), T: eur(18_000), M: eur(12_000)},
    "french most": {D: eur(5_000), T: eur(28_000), M: eur(17_000)},
    "refused": NOTHING,
}


@dataclass
class File:
    """What became of one file, in the plainest words."""

    id: UUID
    state: State = State.ASSESSED
    terms: str = "refused"
    acts: int = 0
    signed: set[Party] = field(default_factory=set)
    votes: bool = False

    @property
    def parts(self) -> dict[Party, int]:
        return PARTS[self.terms]

    @property
    def needed(self) -> set[Party]:
        return {D, T} | ({M} if self.parts[M] else set())

    def holds(self, party: Party) -> int:
        return self.parts[party] if self.state in {State.PROPOSED, State.AWARDED} else 0


WHICH = st.integers(0, 2)


class Ledger(RuleBasedStateMachine):
    #: What is there before, for every run: files that both sides have reviewed, and people.
    app: Flask
    ids: list[UUID]
    office: Person
    clerk: Person
    signatories: dict[Party, Person]

    def __init__(self) -> None:
        super().__init__()
        self.context = self.app.app_context()
        self.context.push()
        self.files = [File(key) for key in self.ids]

    @initialize(first=st.sampled_from(sorted(PARTS)), second=st.sampled_from(sorted(PARTS)))
    def begin(self, first: str, second: str) -> None:
        self.propose(0, first)
        self.propose(1, second)

    def teardown(self) -> None:
        db.session.rollback()
        db.session.remove()
        self.context.pop()

    def proposal(self, file: File) -> Proposal:
        query = select(Proposal).join(Proposal.act).where(Act.application_id == file.id)
        return db.session.scalars(query.order_by(Act.number.desc()).limit(1)).one()

    def attempt(self, verb, *arguments, **named) -> str:
        """What it was refused for; "" where it was done. A refusal leaves no trace."""
        savepoint = db.session.begin_nested()
        try:
            verb(*arguments, **named)
            savepoint.commit()
        except DomainError as error:
            savepoint.rollback()
            db.session.expire_all()
            return error.key
        return ""

    def before_the_cities(self, which: int) -> File:
        """One that can be signed, if there is any."""
        proposed = [file for file in self.files if file.state is State.PROPOSED] or self.files
        return proposed[which % len(proposed)]

    @rule(which=WHICH, terms=st.sampled_from([*PARTS, "all", "french most"]))
    def propose(self, which: int, terms: str) -> None:
        file = self.files[which]
        left = {p: limit - sum(f.holds(p) for f in self.files if f is not file) for p, limit in self.limits.items()}
        fits = all(PARTS[terms][party] <= left[party] for party in Party)
        words = {"outcome": Outcome.AWARD, "award": eur(50_000), "shares": PARTS[terms], **PURPOSE}
        if terms == "refused":
            words = {"outcome": Outcome.REJECTION, "rejection_reason": RejectionReason.CRITERIA_NOT_MET, **REASONS}
        found = self.attempt(service.propose, db.session.get_one(Application, file.id), **words, by=self.office)
        may = file.state in {State.ASSESSED, State.PROPOSED}
        assert bool(found) is not (may and fits), (found, terms, self.files)
        if may and not fits:
            event("money that is held is not offered")
            assert found in {"over_envelope", "reserved_by_proposals"}
        if found:
            return
        if file.state is State.ASSESSED:
            file.acts += 1
        if file.state is State.ASSESSED or file.terms != terms:
            file.signed = set()
        # A délibération stays where its funder still pays.
        file.votes = file.votes and all(file.parts[p] for p in (T, M) if PARTS[terms][p])
        file.state, file.terms = State.PROPOSED, terms
        self.vote(file)

    def vote(self, file: File) -> None:
        entries = {party: Deliberation("DEL-1", clock.today()) for party in (T, M) if file.parts[party]}
        if entries and not file.votes:
            assert not self.attempt(service.deliberate, self.proposal(file), entries, by=self.clerk)
            file.votes = True

    @rule(which=WHICH, parties=st.permutations(list(Party)))
    def sign(self, which: int, parties: list[Party]) -> None:
        file = self.before_the_cities(which)
        for party in parties:
            if file.state is not State.PROPOSED:
                return
            last = party is not M and ({D, T} - {party}) <= file.signed and not file.needed - {party} <= file.signed
            may = party in file.needed and not last
            its, verb = self.proposal(file), service.consent if party is M else service.turn_key
            found = self.attempt(verb, its, its.digest, by=self.signatories[party])
            assert bool(found) is not may, (found, party, file)
            if may:
                file.signed.add(party)
            if file.signed >= file.needed:
                event(f"decided: {file.terms}, act {file.acts}")
                file.state = State.REJECTED if file.terms == "refused" else State.AWARDED

    @rule(which=WHICH)
    def send_back(self, which: int) -> None:
        file = self.before_the_cities(which)
        if file.acts:
            done = not self.attempt(service.send_back, self.proposal(file), "Anders.", by=self.office)
            assert done is (file.state is State.PROPOSED)
            if done:
                file.state, file.signed = State.ASSESSED, set()

    @property
    def limits(self) -> dict[Party, int]:
        return {envelope.funder_code: envelope.limit_cents for envelope in self.envelopes}

    @property
    def envelopes(self) -> list[Envelope]:
        return list(db.session.scalars(select(Envelope).execution_options(populate_existing=True)))

    @invariant()
    def committed_and_reserved_and_free_are_the_limit(self) -> None:
        for its in self.envelopes:
            party = its.funder_code
            for model, total, state in (
                (Commitment, its.committed_cents, State.AWARDED),
                (Reservation, its.reserved_cents, State.PROPOSED),
            ):
                rows = select(func.coalesce(func.sum(model.cents), 0)).where(model.envelope_id == its.id)
                assert db.session.scalar(rows) == total
                assert total == sum(file.holds(party) for file in self.files if file.state is state)
            assert its.committed_cents + its.reserved_cents + its.free_cents == its.limit_cents
            assert its.free_cents >= 0

    @invariant()
    def one_act_is_open_and_only_before_the_cities(self) -> None:
        for file in self.files:
            acts = select(Act.state).where(Act.application_id == file.id).order_by(Act.number)
            last = {State.PROPOSED: ActState.OPEN, State.ASSESSED: ActState.ABANDONED}.get(file.state, ActState.DECIDED)
            before = [ActState.ABANDONED] * (file.acts - 1)
            assert list(db.session.scalars(acts)) == ([*before, last] if file.acts else [])

    @invariant()
    def no_key_survives_a_change_of_what_it_signed(self) -> None:
        for file in self.files:
            if file.acts:
                its = self.proposal(file)
                live = [key for key in its.keys if key.voided_at is None]
                assert {key.party for key in live} == file.signed
                assert {key.digest for key in live} <= {its.digest}
                earlier = [key.voided_at for one in queries.files.earlier(its) for key in one.keys]
                assert None not in earlier


@pytest.mark.parametrize("examples", [6, pytest.param(60, marks=pytest.mark.drill)])
def test_acts_and_ledger_hold_whatever_the_offices_try(app: Flask, examples: int) -> None:
    given, large = Given(app), {"asks": eur(50_000), "costs": eur(80_000)}
    there = {
        "app": app,
        "ids": [given.assessed(10, 10, **large).id for _ in range(3)],
        "office": given.office(Side.GERMAN),
        "clerk": given.office(Side.FRENCH),
        "signatories": {party: given.signatory(party) for party in Party},
    }
    run_state_machine_as_test(
        type("LedgerHere", (Ledger,), there),
        settings=settings(
            max_examples=examples,
            stateful_step_count=12,
            deadline=None,
            derandomize=examples == 6,  # the same few in every run, other ones in every drill
            suppress_health_check=list(HealthCheck),
        ),
    )
