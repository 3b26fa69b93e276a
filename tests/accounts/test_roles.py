"""Roles that two administrators give: who signs, who pays, who gives out roles."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given as generated
from hypothesis import strategies as st
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError

from grantflow.accounts import queries, rules, service
from grantflow.accounts.models import Person, ProposalState, RoleProposal, SignIn, Token
from grantflow.accounts.states import Means
from grantflow.audit.models import Entry
from grantflow.kernel import clock
from grantflow.kernel.errors import DomainError, Forbidden, IllegalStep
from grantflow.kernel.parties import STAFF_ROLES, SYSTEM, Party, Role
from grantflow.notifications.models import Message
from grantflow.platform.db import db
from tests.given import Given, called

D, T, M = Party
R = Role


# --- the rules ---------------------------------------------------------------------------------------

roles = st.frozensets(st.sampled_from(sorted(STAFF_ROLES)))


@generated(held=roles, waiting=roles, wanted=roles)
def test_what_becomes_of_roles(held: frozenset[Role], waiting: frozenset[Role], wanted: frozenset[Role]) -> None:
    """What is taken away ends at once, what is given begins at once or waits, and in the end all is as wanted."""
    waiting = waiting & rules.CONFIRMED - held
    change = rules.change(held, waiting, wanted)
    now = held - change.ended | change.begun
    assert now == wanted - (wanted & rules.CONFIRMED - held)
    assert now | (waiting - change.withdrawn) | change.proposed == wanted
    assert not (change.begun & rules.CONFIRMED)
    assert not (change.proposed & (held | waiting))


people = st.dictionaries(st.integers(0, 7).map(lambda n: UUID(int=n)), st.sampled_from(Party), max_size=8)


@generated(people, st.sampled_from(Party), st.integers(0, 7), st.integers(0, 8))
def test_who_may_confirm(administrators: dict[UUID, Party], party: Party, first: int, whom: int) -> None:
    proposer, subject = UUID(int=first), UUID(int=whom)
    found = rules.confirmers(administrators, party, proposer=proposer, subject=subject)
    assert not found & {proposer, subject}
    assert found <= administrators.keys()
    assert not found or proposer in administrators
    others = administrators.keys() - {proposer, subject}
    if proposer in administrators:
        assert bool(found) is bool(others)
        assert {administrators[one] for one in found} <= {party} or not any(
            administrators[one] is party for one in others
        )


# --- the verbs ---------------------------------------------------------------------------------------


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def proposal_of(person: Person) -> RoleProposal:
    query = select(RoleProposal).where(RoleProposal.person_id == person.id).order_by(RoleProposal.proposed_at.desc())
    return db.session.scalars(query.limit(1)).unique().one()


def mails() -> list[tuple[str, UUID]]:
    return sorted((row.kind, row.person_id) for row in db.session.scalars(select(Message)))


def trail() -> list[str]:
    db.session.commit()
    return list(db.session.scalars(select(Entry.action).order_by(Entry.seq)))


@pytest.mark.usefixtures("context")
def test_one_proposes_another_confirms_and_all_three_are_told(given: Given) -> None:
    first, second = (given.staff(R.ADMINISTRATOR, T) for _ in range(2))
    elsewhere = given.staff(R.ADMINISTRATOR, D)
    person = given.staff(R.OFFICE, T)
    service.begin(person, Means.PASSWORD)

    service.set_roles(person, {R.OFFICE, R.SIGNATORY}, by=first)

    proposal = proposal_of(person)
    assert person.roles == {R.OFFICE}
    assert mails() == [("role_to_confirm", second.id)]
    assert [one.proposal for one in queries.waiting(second) if one.is_mine] == [proposal]
    assert queries.waiting(elsewhere) == []
    for by in (first, elsewhere, person):
        with pytest.raises(Forbidden):
            service.confirm_role(proposal, by=by)
    assert db.session.scalars(select(SignIn.ended_at)).all() == [None]

    service.confirm_role(proposal, by=second)

    assert person.roles == {R.OFFICE, R.SIGNATORY}
    given_ = next(one for one in person.role_grants if one.role is R.SIGNATORY)
    assert (given_.granted_by, given_.confirmed_by) == (first.id, second.id)
    assert db.session.scalars(select(SignIn.ended_at)).one() is not None
    assert mails() == sorted(
        [
            ("role_to_confirm", second.id),
            ("role_granted", person.id),
            ("role_settled", first.id),
            ("role_settled", second.id),
        ]
    )
    assert trail() == ["role_proposed", "role_confirmed"]
    with pytest.raises(IllegalStep):
        service.confirm_role(proposal, by=second)


@pytest.mark.usefixtures("context")
def test_where_a_party_has_one_administrator_another_party_confirms(given: Given) -> None:
    alone, elsewhere = given.staff(R.ADMINISTRATOR, M), given.staff(R.ADMINISTRATOR, D)
    person = service.invite(
        name=called("Ina Neu"), email="i@m.example", party=M, roles={R.ADMINISTRATOR}, language="fr", by=alone
    )
    assert (person.roles, db.session.scalars(select(Token)).all()) == (frozenset(), [])
    with pytest.raises(DomainError, match="invitation_waits"):
        service.invite_again(person, by=alone)

    service.confirm_role(proposal_of(person), by=elsewhere)

    assert person.roles == {R.ADMINISTRATOR}
    assert ("staff_invitation", person.id) in mails()
    assert "role_granted" not in {kind for kind, _ in mails()}


@pytest.mark.usefixtures("context")
def test_an_invitation_with_another_role_goes_out_at_once(given: Given) -> None:
    first, second = (given.staff(R.ADMINISTRATOR, T) for _ in range(2))
    both = {R.OFFICE, R.SIGNATORY}
    person = service.invite(name=called("A"), email="a@t.example", party=T, roles=both, language="fr", by=first)
    assert person.roles == {R.OFFICE}
    assert sorted(kind for kind, _ in mails()) == ["role_to_confirm", "staff_invitation"]
    service.confirm_role(proposal_of(person), by=second)
    assert person.roles == both
    assert sum(kind == "staff_invitation" for kind, _ in mails()) == 1


@pytest.mark.usefixtures("context")
def test_a_proposal_is_refused_withdrawn_or_lapses(given: Given) -> None:
    first, second = (given.staff(R.ADMINISTRATOR, T) for _ in range(2))
    person = given.staff(R.OFFICE, T)
    both = {R.OFFICE, R.SIGNATORY}

    service.set_roles(person, both, by=first)
    refused = proposal_of(person)
    with pytest.raises(Forbidden):
        service.refuse_role(refused, "Nein.", by=first)
    service.refuse_role(refused, "Die Vertretung ist schon geregelt.", by=second)
    assert (refused.state, refused.settled_by, refused.reason) == (
        ProposalState.REFUSED,
        second.id,
        "Die Vertretung ist schon geregelt.",
    )

    service.set_roles(person, both, by=first)
    withdrawn = proposal_of(person)
    with pytest.raises(Forbidden):
        service.withdraw_role(withdrawn, by=second)
    service.withdraw_role(withdrawn, by=first)
    assert withdrawn.state is ProposalState.WITHDRAWN

    service.set_roles(person, both, by=first)
    late = proposal_of(person)
    with clock.frozen(late.expires_at):
        with pytest.raises(IllegalStep):
            service.confirm_role(late, by=second)
        assert service.lapse_proposals() == 1
        assert service.lapse_proposals() == 0
    assert (late.state, late.settled_by) == (ProposalState.LAPSED, None)
    assert person.roles == {R.OFFICE}
    assert [kind for kind, to in mails() if to == first.id] == ["role_settled"] * 2
    ends = ("role_refused", "role_withdrawn", "role_lapsed")
    assert trail() == [action for end in ends for action in ("role_proposed", end)]


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(
    "leaves",
    [
        lambda first, second, person: service.disable(first, by=second, reason="left"),
        lambda first, second, person: service.set_roles(first, {R.REVIEWER}, by=second),
        lambda first, second, person: service.disable(person, by=second, reason="left"),
        lambda first, second, person: service.set_roles(person, {R.REVIEWER}, by=second),
    ],
    ids=["proposer disabled", "proposer stripped", "person disabled", "unticked"],
)
def test_what_waits_ends_with_those_it_is_about(given: Given, leaves: Callable[..., Any]) -> None:
    first, second = (given.staff(R.ADMINISTRATOR, T) for _ in range(2))
    person = given.staff(R.OFFICE, T)
    service.set_roles(person, {R.OFFICE, R.SIGNATORY}, by=first)
    leaves(first, second, person)
    assert proposal_of(person).state is ProposalState.WITHDRAWN


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("party_has_one", [False, True])
def test_an_administrator_made_on_the_server(given: Given, party_has_one: bool) -> None:
    """For a party without one; else only with a reason. The trail says it plainly, and all others are told."""
    others = [given.staff(R.ADMINISTRATOR, party) for party in ((D, T) if party_has_one else (D,))]
    words: dict[str, Any] = {"name": called("Ada Lang"), "email": "ada@t.example", "party": T, "language": "fr"}
    if party_has_one:
        with pytest.raises(IllegalStep):
            service.make_administrator(**words)
        words["reason"] = "The only administrator has left."
    person = service.make_administrator(**words)
    assert (person.party, person.roles) == (T, {R.ADMINISTRATOR})
    expected = [("role_settled", other.id) for other in others] + [("staff_invitation", person.id)]
    assert mails() == sorted(expected)
    db.session.commit()
    entry = db.session.scalars(select(Entry).where(Entry.action == "administrator_made")).one()
    assert (entry.actor_name, entry.reason) == (SYSTEM.name, words.get("reason", ""))


@pytest.mark.usefixtures("context")
def test_an_invitation_that_went_astray_opens_nothing_once_the_command_is_given_again(given: Given) -> None:
    words: dict[str, Any] = {"name": called("Ada Lang"), "party": T, "language": "fr"}
    astray = service.make_administrator(**words, email="ada@typo.example")
    again = service.make_administrator(**words, email="ada@typo.example")
    assert again.id == astray.id
    epoch = astray.epoch
    right = service.make_administrator(**words, email="ada@t.example")
    assert (astray.roles, right.roles) == (frozenset(), {R.ADMINISTRATOR})
    assert astray.epoch == epoch + 1


def test_role_grants_ask_for_a_fresh_proof(app: Flask, given: Given, as_: Callable[[Person], FlaskClient]) -> None:
    """T8: who invites, proposes or confirms shows once more who they are; what was typed waits in that page."""
    first, second = (given.staff(R.ADMINISTRATOR, T) for _ in range(2))
    person = given.staff(R.OFFICE, T)
    proposing, confirming = as_(first), as_(second)
    path = f"/people/{person.id}/roles"
    assert proposing.post(path, data={"roles": ["office", "signatory"]}).status_code == 302
    with given.session():
        db.session.execute(update(SignIn).values(proved_at=None))
        key = proposal_of(person).id
    typed = {"family_name": "Neu", "given_name": "Ina", "email": "i@t.example", "language": "fr", "roles": "office"}
    for client, url, data in (
        (proposing, "/people/invite", typed),
        (proposing, path, {"roles": "office"}),
        (confirming, f"/people/roles/{key}/confirm", {}),
    ):
        reply = client.post(url, data=data)
        assert reply.status_code == 403
        assert 'name="password"' in reply.text
    with given.session():
        assert proposal_of(person).state is ProposalState.WAITING


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("role", sorted(rules.CONFIRMED))
@pytest.mark.parametrize("broken", ["nobody confirms", "confirms the own proposal", "gets what they confirm"])
def test_the_database_knows_four_eyes_too(given: Given, role: Role, broken: str) -> None:
    first, person = (given.staff(R.OFFICE, T) for _ in range(2))
    confirmed_by = {"nobody confirms": None, "confirms the own proposal": first.id, "gets what they confirm": person.id}
    with pytest.raises(IntegrityError, match="four_eyes"), db.session.begin_nested():
        db.session.execute(
            text("INSERT INTO role_grant VALUES (:person, :role, now(), :by, :confirmed)"),
            {"person": person.id, "role": role, "by": first.id, "confirmed": confirmed_by[broken]},
        )
    made = {"proposed_by": first.id, "proposed_at": clock.now(), "expires_at": clock.now() + timedelta(days=1)}
    ended = {"state": ProposalState.CONFIRMED, "settled_by": confirmed_by[broken]}
    with pytest.raises(IntegrityError, match="four_eyes"), db.session.begin_nested():
        db.session.execute(insert(RoleProposal).values(person_id=person.id, role=role, reason="", **made, **ended))
