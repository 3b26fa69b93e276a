"""Whatever administrators do, in whatever order: nobody alone gives a role that decides, pays or gives out roles."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from grantflow.accounts import queries, rules, service
from grantflow.accounts.models import Person, RoleGrant, RoleProposal
from grantflow.kernel import clock
from grantflow.kernel.errors import DomainError
from grantflow.kernel.parties import STAFF_ROLES, Party, Role
from grantflow.platform.db import db
from tests.given import Given, called

D, T, M = Party
R = Role

roles = st.frozensets(st.sampled_from(sorted(STAFF_ROLES)))


class Administrations(RuleBasedStateMachine):
    """Whoever calls whichever verb in whichever order.

    ``alone``: everything is done by one person, who also holds each account that they invited to an address of theirs.
    """

    given: Given
    alone: bool

    def __init__(self) -> None:
        super().__init__()
        self.context = self.given.app.app_context()
        self.context.push()
        db.session.begin_nested()
        staff = [
            *(self.given.staff(R.ADMINISTRATOR, party) for party in (D, D, T, M)),
            *(self.given.staff(R.OFFICE, party) for party in (D, T)),
            self.given.staff(R.FINANCE, M),
        ]
        self.people: list[UUID] = [person.id for person in staff]
        self.hands: list[UUID] = self.people[:1] if self.alone else self.people[:]
        self.first = self.granted()

    def teardown(self) -> None:
        db.session.rollback()
        db.session.remove()
        self.context.pop()

    def granted(self) -> set[tuple[UUID, Role]]:
        rows = db.session.execute(select(RoleGrant.person_id, RoleGrant.role)).all()
        return {(person_id, role) for person_id, role in rows if role in rules.CONFIRMED}

    def attempt(self, hand: int, verb: Callable[[Person], Any]) -> Any:
        """As whichever account they hold: None where it is refused, which leaves no trace."""
        by = db.session.get_one(Person, self.hands[hand % len(self.hands)])
        if not by.is_active:
            return None
        savepoint = db.session.begin_nested()
        try:
            done = verb(by)
            savepoint.commit()
        except DomainError:
            savepoint.rollback()
            db.session.expire_all()
            return None
        return done

    def person(self, whom: int) -> Person:
        return db.session.get_one(Person, self.people[whom % len(self.people)])

    def proposal(self, which: int) -> RoleProposal | None:
        rows = db.session.scalars(select(RoleProposal).order_by(RoleProposal.proposed_at.desc())).unique().all()
        return rows[which % len(rows)] if rows else None

    @rule(hand=st.integers(0, 9), whom=st.integers(0, 9), wanted=roles)
    def set_roles(self, hand: int, whom: int, wanted: frozenset[Role]) -> None:
        self.attempt(hand, lambda by: service.set_roles(self.person(whom), wanted, by=by))

    @rule(hand=st.integers(0, 9), wanted=st.sampled_from([R.ADMINISTRATOR, R.ADMINISTRATOR, R.SIGNATORY, R.OFFICE]))
    def invite(self, hand: int, wanted: Role) -> None:
        invited = self.attempt(
            hand,
            lambda by: service.invite(
                name=called("A B"),
                email=f"{uuid4().hex}@own.example",
                party=by.party or D,
                roles={wanted},
                language="de",
                by=by,
            ),
        )
        if invited:
            self.people.append(invited.id)
            self.hands.append(invited.id)

    @rule()
    def open_every_account(self) -> None:
        """Whoever was mailed an invitation accepts it; an account opens by a new password too."""
        for key in self.hands:
            person = db.session.get_one(Person, key)
            person.confirmed_at = person.confirmed_at or clock.now()

    @rule(hand=st.integers(0, 9), which=st.integers(0, 1))
    def confirm(self, hand: int, which: int) -> None:
        if proposal := self.proposal(which):
            self.attempt(hand, lambda by: service.confirm_role(proposal, by=by))

    @rule(hand=st.integers(0, 9), which=st.integers(0, 1))
    def withdraw(self, hand: int, which: int) -> None:
        if proposal := self.proposal(which):
            self.attempt(hand, lambda by: service.withdraw_role(proposal, by=by))

    @rule(hand=st.integers(0, 9), whom=st.integers(0, 9), closes=st.booleans())
    def disable_or_enable(self, hand: int, whom: int, closes: bool) -> None:
        if closes:
            self.attempt(hand, lambda by: service.disable(self.person(whom), by=by, reason="x"))
        else:
            self.attempt(hand, lambda by: service.enable(self.person(whom), by=by))

    @invariant()
    def nobody_alone_has_given_a_role(self) -> None:
        if self.alone:
            assert self.granted() <= self.first

    @invariant()
    def two_people_stand_by_each_role(self) -> None:
        for its in db.session.scalars(select(RoleGrant).where(RoleGrant.role.in_(rules.CONFIRMED))):
            if (its.person_id, its.role) not in self.first:
                assert its.granted_by
                assert its.confirmed_by
                assert len({its.granted_by, its.confirmed_by, its.person_id}) == 3

    @invariant()
    def each_party_keeps_an_administrator(self) -> None:
        assert {person.party for person in queries.administrators()} == set(Party)


@pytest.mark.parametrize("alone", [True, False])
def test_no_sequence_by_one_person_alone_ends_with_a_role_granted(given: Given, alone: bool) -> None:
    kind = type("Machine", (Administrations,), {"given": given, "alone": alone})
    run_state_machine_as_test(
        kind, settings=settings(max_examples=15, stateful_step_count=25, suppress_health_check=list(HealthCheck))
    )
