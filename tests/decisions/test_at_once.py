"""Clicks at the same instant: real commits, real threads."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from grantflow.applications.models import Application
from grantflow.applications.states import State
from grantflow.audit.models import Entry
from grantflow.calls.models import Commitment
from grantflow.decisions import service
from grantflow.decisions.models import Key, Proposal
from grantflow.decisions.states import Outcome
from grantflow.kernel.money import eur
from grantflow.kernel.parties import Party, Side
from grantflow.letters.models import Letter
from grantflow.notifications.models import Message
from grantflow.platform.db import db
from tests.given import PURPOSE, Given

from .looking import committed, count, messages, reserved, revise, sign, state_of

D, T, M = Party


def test_a_failure_after_the_letters_leaves_nothing_behind(real, monkeypatch):
    """T40: neither letter nor message, neither money nor key, for a decision that did not happen."""
    given = Given(real)
    proposal = given.turn(given.turn(given.proposed(), given.signatory(M)), given.signatory(D))
    before = {model: count(real, model) for model in (Letter, Message, Key, Commitment, Entry)}

    def away(*args, **facts):
        raise RuntimeError("the message could not be written")

    monkeypatch.setattr("grantflow.decisions.service.signing.notifications.send", away)
    with pytest.raises(RuntimeError):
        sign(real, proposal, given.signatory(T))
    assert {model: count(real, model) for model in before} == before
    assert committed(real) == {D: 0, T: 0, M: 0}
    assert state_of(real, proposal) is State.PROPOSED


def at_once(app: Flask, *deeds: Callable[[], None]) -> list[str]:
    """Run all deeds behind one barrier; what each ended in."""
    barrier, ends = threading.Barrier(len(deeds)), [""] * len(deeds)

    def run(place: int, deed: Callable[[], None]) -> None:
        barrier.wait()
        try:
            deed()
            ends[place] = "done"
        except Exception as error:
            ends[place] = getattr(error, "key", repr(error))

    threads = [threading.Thread(target=run, args=(i, deed)) for i, deed in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


def test_twenty_equal_posts_are_one_effect(real):
    given = Given(real)
    proposal = given.turn(given.turn(given.proposed(), given.signatory(M)), given.signatory(D))
    jean = given.signatory(T)
    ends = at_once(real, *[lambda: sign(real, proposal, jean, proposal.digest)] * 20)
    assert set(ends) == {"done"}
    assert (count(real, Commitment), count(real, Letter), count(real, Key)) == (3, 5, 3)
    assert committed(real) == {D: eur(4_700), T: eur(2_820), M: eur(1_880)}
    assert len(messages(real, "decision_ready")) == 1


def test_two_cities_at_once_and_an_edit_between_them_settle(real):
    given = Given(real)
    proposal = given.proposed(shares={D: eur(6_000), T: eur(3_400), M: 0})
    anke, jean = given.signatory(D), given.signatory(T)
    at_once(
        real,
        lambda: sign(real, proposal, anke, proposal.digest),
        lambda: sign(real, proposal, jean, proposal.digest),
        lambda: revise(real, given, proposal, reason_de="Gut.", reason_fr="Bien.") and None,
    )
    after = given.proposal(proposal.id)
    live = [key for key in after.keys if key.voided_at is None]
    if after.act.decided_at:
        assert after.digest == proposal.digest
        assert {key.party for key in live} == {D, T}
    else:
        assert after.digest != proposal.digest
        assert live == []
        assert count(real, Letter) == 0


def test_no_envelope_is_ever_exceeded(real):
    """Last keys, proposals and send-backs at the same moment: what is reserved is committed, and not a cent more."""
    given = Given(real)
    shares = {D: eur(20_000), T: eur(10_000), M: 0}
    files = [given.assessed(10, 10, asks=eur(30_000), costs=eur(50_000)) for _ in range(4)]
    first, second, third = (given.proposed(file, shares=shares) for file in files[:3])
    for proposal in (first, second):
        given.turn(proposal, given.signatory(D))
    one, two, office, back = given.signatory(T), given.signatory(T), given.office(Side.GERMAN), given.signatory(D)

    def propose() -> None:
        with real.app_context():
            file = db.session.get_one(Application, files[3].id)
            service.propose(file, outcome=Outcome.AWARD, award=eur(30_000), shares=shares, **PURPOSE, by=office)
            db.session.commit()

    def send_back() -> None:
        with real.app_context():
            service.send_back(db.session.get_one(Proposal, third.id), "Noch einmal.", by=back)
            db.session.commit()

    ends = at_once(real, lambda: sign(real, first, one), lambda: sign(real, second, two), propose, send_back)
    assert ends[:2] == ["done", "done"]
    assert ends[3] == "done"
    assert ends[2] in {"done", "reserved_by_proposals"}  # as it came before or after the money was free again
    assert committed(real) == {D: eur(40_000), T: eur(20_000), M: 0}
    assert reserved(real)[D] == (eur(20_000) if ends[2] == "done" else 0)


def test_two_proposals_at_the_same_moment_do_not_take_the_same_money(real):
    given = Given(real)
    files = [given.assessed(10, 10, asks=eur(40_000), costs=eur(70_000)) for _ in range(3)]
    offices = [given.office(Side.GERMAN) for _ in files]

    def propose(place: int) -> None:
        with real.app_context():
            file = db.session.get_one(Application, files[place].id)
            shares = {D: eur(30_000), T: eur(10_000)}
            service.propose(file, outcome=Outcome.AWARD, award=eur(40_000), shares=shares, **PURPOSE, by=offices[place])
            db.session.commit()

    ends = at_once(real, *[lambda n=n: propose(n) for n in range(3)])
    assert sorted(ends) == ["done", "done", "reserved_by_proposals"]
    with real.app_context():
        assert len(db.session.scalars(select(Proposal)).all()) == 2
