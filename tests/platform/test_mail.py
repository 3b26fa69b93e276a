"""Sent once: what a mail server may do between the first byte and its good-bye, and what the sender makes of it.

Time-outs at a thousandth; no database.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from grantflow.app import create_app
from grantflow.kernel.errors import Transient
from grantflow.platform import mail
from grantflow.platform.mail.conversation import Patience
from tests.conftest import settings_for
from tests.smtp import DRIP, HANG_UP, SILENCE, Odd, serving

LETTER = mail.Mail(id="1", to="a@example.org", subject="s", text=".dot\nt", html="<p>h</p>", language="de")
QUICK = Patience(connect=0.1, answer=0.2, body=2.0, verdict=0.4, farewell=0.1, silence=0.05)


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app(settings_for("postgresql://nobody/nothing", tmp_path_factory.mktemp("mail")))


@pytest.fixture
def house(application: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setattr(mail, "PATIENCE", QUICK)
    return application


@contextmanager
def mailing_to(app: Flask, url: str) -> Iterator[None]:
    app.extensions["settings"] = replace(app.extensions["settings"], smtp_url=url)
    with app.app_context():
        yield


def sending(app: Flask, odd: Odd, **how: Any) -> list[int]:
    """How many messages the server held whenever we noted that it has taken one."""
    noted: list[int] = []
    with serving(odd) as url, mailing_to(app, url):
        mail.send(LETTER, taken=lambda: noted.append(len(odd.messages)), **how)
    return noted


@pytest.mark.parametrize(
    "farewell", ["221 bye", "421 4.3.2 shutting down", "500 what?", "nonsense", SILENCE, HANG_UP, DRIP]
)
def test_what_follows_the_servers_250_undoes_nothing(house: Flask, farewell: str) -> None:
    """Ten messages became 54 where QUIT was answered with 421, or not at all."""
    odd = Odd({"QUIT": farewell})
    assert sending(house, odd) == [1]
    assert "\r\n..dot\r\n" in odd.messages[0]


def test_taken_is_noted_before_good_bye_is_said(house: Flask) -> None:
    odd = Odd()
    with serving(odd) as url, mailing_to(house, url):
        mail.send(LETTER, taken=lambda: odd.heard.append("noted"))
    assert odd.heard == ["EHLO", "MAIL", "RCPT", "DATA", "noted", "QUIT"]


@pytest.mark.parametrize("said", ["250 ok", "250-2.0.0\r\n250 taken", "200 ok", "251 will forward", "250"])
def test_every_success_is_one(house: Flask, said: str) -> None:
    assert sending(house, Odd({"END": said})) == [1]


def test_ten_minutes_of_patience_behind_the_message_and_little_before() -> None:
    """RFC 5321, 4.5.3.2.6. Four messages became 18 where the 250 took 20 s."""
    assert Patience().verdict == 600
    assert max(Patience().connect, Patience().answer, Patience().body) <= 60
    assert Patience().whole < 1200


def test_a_slow_250_is_waited_for_and_whoever_waits_is_told(house: Flask) -> None:
    silences: list[float] = []
    told = threading.Semaphore(0)

    def waiting(seconds: float) -> None:
        silences.append(seconds)
        told.release()

    def once_we_were_told_twice() -> str:
        assert told.acquire(timeout=10)
        assert told.acquire(timeout=10)
        return "250 taken"

    assert sending(house, Odd({"END": once_we_were_told_twice}), waiting=waiting) == [1]
    assert 0 < silences[0] < silences[1]


@pytest.mark.parametrize("reply", [SILENCE, HANG_UP, DRIP])
def test_a_message_handed_over_and_never_answered_is_known_as_such(house: Flask, reply: str) -> None:
    odd = Odd({"END": reply})
    with pytest.raises(mail.Unknown):
        sending(house, odd)
    assert len(odd.messages) == 1


@pytest.mark.parametrize("verb", ["GREETING", "EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("reply", [SILENCE, HANG_UP, DRIP, "421 4.3.2 too busy", "?!"])
def test_a_server_that_stops_drips_or_mumbles_is_a_fault_that_passes(house: Flask, verb: str, reply: str) -> None:
    """Overall deadlines for each phase: a server that drips was taken for a poisoned message."""
    odd = Odd({verb: reply, "HELO": reply})
    with pytest.raises(Transient) as fault:
        sending(house, odd)
    assert type(fault.value) is Transient
    assert odd.messages == []


@pytest.mark.parametrize(
    ("replies", "kind"),
    [
        ({"RCPT": "550 relaying denied"}, mail.NotAccepted),
        ({"END": "550 5.7.1 Relaying denied"}, mail.NotAccepted),
        ({"MAIL": "550 5.1.1 no such user"}, mail.NotAccepted),
        ({"GREETING": "554 5.7.1 blocked"}, mail.NotAccepted),
        ({"EHLO": "500 what?", "HELO": "502 no"}, mail.NotAccepted),
        ({"DATA": "530 5.7.0 sign in first"}, mail.NotAccepted),
        ({"RCPT": "550 5.1.1 no such user"}, mail.Refused),
        ({"END": "550 5.1.1 no such user"}, mail.Refused),
        ({"RCPT": "451 4.7.1 later"}, mail.Later),
        ({"END": "452 4.2.2 mailbox full"}, mail.Later),
        ({"RCPT": "452 4.3.1 Insufficient system storage"}, Transient),
        ({"DATA": "250 ok"}, Transient),
    ],
)
def test_whose_fault_it_is(house: Flask, replies: dict[str, str], kind: type[Exception]) -> None:
    with pytest.raises(kind) as fault:
        sending(house, Odd(replies))
    assert type(fault.value) is kind


def test_nothing_goes_out_for_a_row_that_is_no_longer_ours(house: Flask) -> None:
    """Stopped before the message, woken up behind the lease: another worker has it by now."""
    odd = Odd()
    with pytest.raises(Transient):
        sending(house, odd, may=lambda: False)
    assert (odd.messages, "DATA" in odd.heard) == ([], False)


@pytest.mark.parametrize(
    ("replies", "problem"),
    [
        ({}, None),
        ({"GREETING": SILENCE}, Transient),
        ({"GREETING": "554 no"}, mail.NotAccepted),
        ({"QUIT": "421"}, None),
    ],
)
def test_a_probe_greets_and_asks_for_nothing(
    house: Flask, monkeypatch: pytest.MonkeyPatch, replies: dict[str, str], problem: type[Exception] | None
) -> None:
    monkeypatch.setattr(mail, "PROBING", QUICK)
    odd = Odd(replies)
    with serving(odd) as url, mailing_to(house, url.replace("//", "//user:secret@")):
        probing: Callable[[], None] = mail.probe
        if problem is None:
            probing()
            assert odd.heard == ["EHLO", "QUIT"]
        else:
            with pytest.raises(problem):
                probing()
