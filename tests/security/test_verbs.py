"""T10: a verb does not trust its caller. Task, command or a view that forgot its guard: the verb refuses the same."""

import inspect
from collections.abc import Callable, Iterator
from datetime import date
from importlib import import_module
from typing import Any, Final

import pytest
from sqlalchemy import Connection, select

from grantflow.accounts import service as accounts
from grantflow.accounts.models import FactorLoss, Person, RoleProposal, SignIn
from grantflow.applications import service as applications
from grantflow.applications.models import Application
from grantflow.applications.states import Action, State, StepName
from grantflow.calls.models import Call, Envelope
from grantflow.decisions import service as decisions
from grantflow.decisions.models import Proposal
from grantflow.decisions.states import Outcome
from grantflow.kernel.errors import Forbidden
from grantflow.kernel.parties import ANONYMOUS, Actor, Party, Role
from grantflow.letters import service as letters
from grantflow.letters.models import Letter
from grantflow.letters.states import Channel
from grantflow.notifications import service as notifications
from grantflow.notifications.models import Message
from grantflow.organisations import service as organisations
from grantflow.organisations.models import Organisation
from grantflow.platform.db import db
from grantflow.review import service as review
from grantflow.review.models import Assignment
from tests.given import called, profile

from .world import ASSIGNED_GERMAN, OTHER, World

FEATURES = ("accounts", "applications", "decisions", "letters", "notifications", "organisations", "review")

#: Verbs that write for whoever calls, and why they may.
TRUSTING = {
    "accounts.sign_out": "ends sessions only: the person's own by the guard, everybody's when an account closes",
    "letters.issue": "the second key's own transaction calls it, and that verb has judged both signatories",
    "letters.download": "letters do not know who an applicant is: the guards of the desk and of the file do",
    "letters.archive": "takes what ``queries.printed`` found for the actor",
}

Verb = Callable[[World, Actor], Any]


def file(world: World, label: str) -> Application:
    return db.session.get_one(Application, world.files[label].id)


def proposal(world: World) -> Proposal:
    return db.session.get_one(Proposal, world.files["proposed D"].proposal)


def seat(world: World) -> Assignment:
    return db.session.get_one(Assignment, world.files["in_review D"].assignments[ASSIGNED_GERMAN])


def colleague(world: World, persona: str = "finance D") -> Person:
    return db.session.get_one(Person, world.ids[world.people[persona]])


def role_proposal(world: World) -> RoleProposal:
    return db.session.get_one(RoleProposal, world.landmarks["role proposal"])


def loss(world: World) -> FactorLoss:
    return db.session.get_one(FactorLoss, world.landmarks["loss"])


def organisation(world: World) -> Organisation:
    return db.session.get_one(Organisation, world.files["draft D"].organisation)


VERBS: Final[dict[str, Verb]] = {
    "accounts.invite": lambda w, by: accounts.invite(
        name=called("X"), email="x@x.example", party=Party.DUESSELDORF, roles={Role.FINANCE}, language="de", by=by
    ),
    "accounts.invite_again": lambda w, by: accounts.invite_again(colleague(w), by=by),
    "accounts.set_roles": lambda w, by: accounts.set_roles(colleague(w), {Role.OFFICE}, by=by),
    "accounts.confirm_role": lambda w, by: accounts.confirm_role(role_proposal(w), by=by),
    "accounts.refuse_role": lambda w, by: accounts.refuse_role(role_proposal(w), "x", by=by),
    "accounts.withdraw_role": lambda w, by: accounts.withdraw_role(role_proposal(w), by=by),
    "accounts.disable": lambda w, by: accounts.disable(colleague(w), by=by, reason="x"),
    "accounts.report_loss": lambda w, by: accounts.report_loss(colleague(w), "x", by=by),
    "accounts.confirm_loss": lambda w, by: accounts.confirm_loss(loss(w), by=by),
    "accounts.refuse_loss": lambda w, by: accounts.refuse_loss(loss(w), by=by),
    "accounts.end_session": lambda w, by: accounts.end_session(
        db.session.get_one(SignIn, w.landmarks["session"]), by=by
    ),
    "accounts.end_other_sessions": lambda w, by: accounts.end_other_sessions(colleague(w, "office D"), by=by),
    "accounts.enable": lambda w, by: accounts.enable(colleague(w), by=by),
    "applications.start": lambda w, by: applications.start(
        db.session.scalars(select(Call)).one(), organisation(w), by=by, language="de"
    ),
    "applications.save": lambda w, by: applications.save(
        file(w, "draft D"), StepName.DATES, {"starts_on": None, "ends_on": None}, by=by
    ),
    "applications.purge": lambda w, by: applications.purge(file(w, "rejected D"), by=by),
    "applications.save_answers": lambda w, by: applications.save_answers(
        file(w, "draft D"), StepName.DATES, {"starts_on": None, "ends_on": None}, by=by
    ),
    "applications.save_partner": lambda w, by: applications.save_partner(
        file(w, "draft D"), None, partner_search=True, equal_roles=False, by=by
    ),
    "applications.save_budget": lambda w, by: applications.save_budget(
        file(w, "draft D"), [], requested_cents=1, by=by
    ),
    "applications.declare": lambda w, by: applications.declare(file(w, "draft D"), frozenset(), by=by),
    "applications.submit": lambda w, by: applications.submit(file(w, "draft D"), by=by),
    "applications.choose_channel": lambda w, by: applications.choose_channel(
        file(w, "submitted D"), Channel.POST, by=by
    ),
    "applications.withdraw_partner": lambda w, by: applications.withdraw_partner(
        file(w, "submitted D"), reason="x", by=by
    ),
    "applications.confirm": lambda w, by: applications.confirm(file(w, "submitted D"), by=by),
    "applications.withdraw": lambda w, by: applications.withdraw(file(w, "submitted D"), by=by),
    "applications.return_": lambda w, by: applications.return_(file(w, "submitted D"), reason="x", by=by),
    "applications.admit": lambda w, by: applications.admit(file(w, "submitted D"), by=by),
    "applications.exclude": lambda w, by: applications.exclude(file(w, "submitted D"), reason="x", by=by),
    "applications.advance": lambda w, by: applications.advance(file(w, "submitted D"), Action.ADMIT, by=by),
    "applications.extend": lambda w, by: applications.extend(
        file(w, "returned D"), date(2099, 1, 5), reason="x", by=by
    ),
    "decisions.propose": lambda w, by: decisions.propose(file(w, "assessed D"), outcome=Outcome.AWARD, by=by),
    "decisions.deliberate": lambda w, by: decisions.deliberate(proposal(w), {}, by=by),
    "decisions.renew": lambda w, by: decisions.renew(proposal(w), by=by),
    "decisions.send_back": lambda w, by: decisions.send_back(proposal(w), "x", by=by),
    "decisions.turn_key": lambda w, by: decisions.turn_key(proposal(w), proposal(w).digest, by=by),
    "decisions.consent": lambda w, by: decisions.consent(proposal(w), proposal(w).digest, by=by),
    "decisions.release_budget": lambda w, by: decisions.release_budget(
        db.session.get_one(Envelope, w.landmarks["envelope"]), "x", by=by
    ),
    "decisions.purge": lambda w, by: decisions.purge(file(w, "rejected D"), by=by),
    "letters.purge": lambda w, by: letters.purge(file(w, "rejected D").id, [], by=by),
    "notifications.purge": lambda w, by: notifications.purge("DT-27-1-001", by=by),
    "letters.retry": lambda w, by: letters.retry(db.session.get_one(Letter, w.failed["letter"]), by=by),
    "letters.retry_all": lambda w, by: letters.retry_all(by=by),
    "notifications.restart_all": lambda w, by: notifications.restart_all(by=by),
    "notifications.restart": lambda w, by: notifications.restart(
        db.session.get_one(Message, w.failed["message"]), by=by
    ),
    "organisations.create": lambda w, by: organisations.create(profile(), by=by),
    "organisations.merge": lambda w, by: organisations.merge(organisation(w), organisation(w), by=by),
    "organisations.update": lambda w, by: organisations.update(organisation(w), profile(), by=by),
    "review.assign": lambda w, by: review.assign(file(w, "in_review D"), colleague(w, "reviewer D, unassigned"), by=by),
    "review.nominate": lambda w, by: review.nominate(
        file(w, "third due"), colleague(w, "reviewer D, unassigned"), by=by
    ),
    "review.confirm": lambda w, by: review.confirm(file(w, "third due"), w.landmarks["nominee"], by=by),
    "review.unassign": lambda w, by: review.unassign(seat(w), by=by),
    "review.declare": lambda w, by: review.declare(seat(w), conflict=False, confidential=True, by=by),
    "review.purge": lambda w, by: review.purge(file(w, "rejected D"), by=by),
    "review.save_draft": lambda w, by: review.save_draft(seat(w), {}, recommended_cents=None, comment="", by=by),
    "review.submit": lambda w, by: review.submit(seat(w), {}, recommended_cents=None, comment="", by=by),
}

#: Whoever has the wrong rights for the verb: nobody, an applicant of another organisation, staff of another trade in
#: each city, so that neither role nor party alone is enough.
STRANGERS = (None, OTHER, "finance D", "finance T", "finance M")
#: What an applicant may do with nothing but their own.
ANYBODYS = {("organisations.create", OTHER), ("accounts.end_session", OTHER)}


def written() -> Iterator[str]:
    """Every public verb that names its actor."""
    for feature in FEATURES:
        for name, verb in vars(import_module(f"grantflow.{feature}.service")).items():
            if inspect.isfunction(verb) and not name.startswith("_") and "by" in inspect.signature(verb).parameters:
                yield f"{feature}.{name}"


def test_every_verb_is_asked() -> None:
    assert set(written()) == VERBS.keys() | TRUSTING.keys()


@pytest.fixture
def still(world: World) -> Iterator[Connection]:
    with world.undone() as connection, world.app.app_context():
        yield connection


@pytest.mark.parametrize("name", VERBS)
def test_no_verb_trusts_its_caller(world: World, still: Connection, name: str) -> None:
    before = world.digest(still, "audit_entry")
    for who in STRANGERS:
        if (name, who) in ANYBODYS:
            continue
        by: Actor = ANONYMOUS if who is None else colleague(world, who)
        with pytest.raises(Forbidden):
            VERBS[name](world, by)
        db.session.rollback()
    assert world.digest(still, "audit_entry") == before


def test_a_disabled_officer_is_no_officer(world: World) -> None:
    """Rights are read from the rows at each request: a session opened before does not outlive the account."""
    assert world.files["submitted D"].state is State.SUBMITTED
    with world.undone():
        client = world.client(world.people["office D, disabled"])
        url = f"/staff/applications/{world.files['submitted D'].id}"
        reply = client.post(url, data={"verdict": "admit"})
        assert (reply.status_code, reply.headers.get("Location", "")[:8]) != (302, url[:8])
        with world.app.app_context():
            assert file(world, "submitted D").state is State.SUBMITTED
