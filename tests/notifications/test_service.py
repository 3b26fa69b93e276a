"""A promise in a row, kept over a real SMTP conversation."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import trustme
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select, update

from grantflow.accounts import service as accounts
from grantflow.accounts.models import Person
from grantflow.audit.models import Entry
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, IllegalStep, Transient
from grantflow.kernel.parties import Party, Role
from grantflow.notifications import rules, service
from grantflow.notifications.models import Message
from grantflow.platform import jobs, mail
from grantflow.platform.db import db
from grantflow.platform.mailsink import MailSink
from tests.given import Given


@contextlib.contextmanager
def mailing_to(app: Flask, url: str) -> Iterator[None]:
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, smtp_url=url)
    try:
        yield
    finally:
        app.extensions["settings"] = before


class Scripted:
    """An SMTP server that answers as told: ``mail``, ``rcpt`` and ``data`` are its replies, in turn, then 250."""

    def __init__(
        self, mail: list[str] | None = None, rcpt: list[str] | None = None, data: list[str] | None = None
    ) -> None:
        self.mail, self.rcpt, self.data, self.taken = mail or [], rcpt or [], data or [], []

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.mail:
            return self.mail.pop(0)
        envelope.mail_from = address
        return "250 ok"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.rcpt:
            return self.rcpt.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.data:
            return self.data.pop(0)
        self.taken.append(envelope)
        return "250 ok"


@contextlib.contextmanager
def smtp(handler: Scripted, **how: Any) -> Iterator[str]:
    """Serve on loopback; ``how``: aiosmtpd's own means of TLS."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port, **how)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


@pytest.fixture
def asked(real: Flask) -> Callable[..., UUID]:
    """Promise a message and commit; returns its id."""

    def ask(person: Person | None = None, **more: Any) -> UUID:
        person = person or Given(real).applicant()
        with real.app_context():
            row_id = service.send("account_exists", to=person, key=str(uuid4()), **more)
            db.session.commit()
            assert row_id is not None
            return row_id

    return ask


def deliver(app: Flask, row_id: UUID) -> bool:
    with app.app_context():
        sent = service.deliver(row_id)
        db.session.commit()
        return sent


def read(app: Flask, row_id: UUID) -> Message:
    with app.app_context():
        found = db.session.get_one(Message, row_id)
        db.session.expunge_all()
        return found


def due_now(app: Flask, row_id: UUID) -> None:
    with app.app_context():
        db.session.execute(update(Message).where(Message.id == row_id).values(try_after=None))
        db.session.commit()


def test_sent_over_smtp_in_the_recipients_language(real: Flask, asked: Callable[..., UUID], tmp_path: Path) -> None:
    person = Given(real).applicant(language="fr", email="lea@example.org")
    row_id = asked(person)
    with MailSink(tmp_path) as sink, mailing_to(real, sink.url):
        assert deliver(real, row_id)
        assert not deliver(real, row_id)  # done: a second ring is fine
        (received,) = sink.messages()
    assert (received.recipients, received.subject, received.language) == (
        ("lea@example.org",),
        "GrantFlow: Vous avez déjà un compte",
        "fr",
    )
    assert received.sender == "GrantFlow <fonds@grantflow.example>"
    assert "Direction des relations internationales" in received.text
    row = read(real, row_id)
    assert row.done_at
    assert (row.failed_at, row.last_error, row.leased_until, row.attempts) == (None, None, None, 1)


def test_one_key_one_message(real: Flask, app: Flask) -> None:
    person = Given(real).applicant()
    with real.app_context():
        first = service.send("account_exists", to=person, key="the same")
        assert first
        assert service.send("account_exists", to=person, key="the same") is None
        db.session.commit()
        assert service.send("account_exists", to=person, key="the same") is None


def test_no_message_for_what_was_rolled_back(real: Flask) -> None:
    """T40."""
    person = Given(real).applicant()
    with real.app_context():
        row_id = service.send("account_exists", to=person, key="x")
        db.session.rollback()
        assert row_id
        assert db.session.info.get("rings") is None
        assert not service.deliver(row_id)


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("account_exists", {"name": "x"}),
        ("decision_ready", {"number": "1", "title": "t"}),
        ("decision_ready", {"number": "1", "title": "t", "application_id": "x", "outcome": "award"}),
        ("password_reset", {"valid_until": "2027-01-01"}),
    ],
)
def test_a_message_takes_its_facts_and_no_others(real: Flask, kind: str, facts: dict[str, str]) -> None:
    with real.app_context(), pytest.raises(TypeError):
        service.send(kind, to=Given(real).applicant(), key="k", **facts)


def test_a_later_change_of_address_does_not_redirect(real: Flask, asked: Callable[..., UUID], tmp_path: Path) -> None:
    """F33: frozen facts win."""
    person = Given(real).applicant(language="de", email="then@example.org")
    row_id = asked(person)
    with real.app_context():
        found = db.session.get_one(Person, person.id)
        found.email, found.language = "now@example.org", "fr"
        db.session.commit()
    with MailSink(tmp_path) as sink, mailing_to(real, sink.url):
        deliver(real, row_id)
        (received,) = sink.messages()
    assert (received.recipients, received.language) == (("then@example.org",), "de")


def test_a_server_that_is_away_postpones(real: Flask, asked: Callable[..., UUID], tmp_path: Path) -> None:
    row_id = asked()
    with mailing_to(real, "smtp://127.0.0.1:1"):
        assert not deliver(real, row_id)
        assert not deliver(real, row_id)  # not before its pause is over
    row = read(real, row_id)
    assert (row.attempts, row.failed_at, row.done_at) == (1, None, None)
    assert row.try_after
    assert row.last_error
    assert "ConnectionRefusedError" in row.last_error
    due_now(real, row_id)
    with MailSink(tmp_path) as sink, mailing_to(real, sink.url):
        assert deliver(real, row_id)
        assert len(sink.messages()) == 1


@pytest.mark.parametrize("stage", ["rcpt", "data"])
def test_grey_listing_is_tried_again(real: Flask, asked: Callable[..., UUID], stage: str) -> None:
    row_id, server = asked(), Scripted(**{stage: ["451 4.7.1 come back later"]})
    with smtp(server) as url, mailing_to(real, url):
        assert not deliver(real, row_id)
        assert read(real, row_id).last_error == "SMTP 451 4.7.1 come back later"
        due_now(real, row_id)
        assert deliver(real, row_id)
    assert len(server.taken) == 1


@pytest.mark.parametrize("stage", ["rcpt", "data"])
def test_what_is_refused_for_good_fails_at_once_and_is_started_again_by_hand(
    real: Flask, asked: Callable[..., UUID], stage: str
) -> None:
    row_id, server = asked(), Scripted(**{stage: ["550 5.1.1 no such mailbox"]})
    given = Given(real)
    admin, office = given.staff(Role.ADMINISTRATOR, Party.TOULOUSE), given.staff(Role.OFFICE, Party.TOULOUSE)
    with smtp(server) as url, mailing_to(real, url):
        assert not deliver(real, row_id)
        row = read(real, row_id)
        assert row.failed_at
        assert row.last_error == "SMTP 550 5.1.1 no such mailbox"
        assert not deliver(real, row_id)
        with real.app_context():
            with pytest.raises(Forbidden):
                service.restart(db.session.get_one(Message, row_id), by=office)
            service.restart(db.session.get_one(Message, row_id), by=admin)
            db.session.commit()
        assert deliver(real, row_id)
    with real.app_context():
        with pytest.raises(IllegalStep):
            service.restart(db.session.get_one(Message, row_id), by=admin)
        entry = db.session.scalars(select(Entry).where(Entry.action == "message_restarted")).one()
        assert (entry.actor_id, entry.subject_id, entry.reason) == (admin.id, str(row_id), row.last_error)


def test_attempts_end_after_a_day(real: Flask, asked: Callable[..., UUID]) -> None:
    """T42: bounded, with pauses that grow to an hour; then a person is asked."""
    assert 23 < sum(min(2.0**n, rules.LONGEST_PAUSE) for n in range(1, rules.ATTEMPTS)) / 3600 < 25
    row_id = asked()
    with real.app_context():
        db.session.execute(update(Message).values(attempts=rules.ATTEMPTS - 1))
        db.session.commit()
    deliver(real, row_id)
    assert read(real, row_id).failed_at


def test_a_row_whose_workers_all_died_is_given_up(real: Flask, asked: Callable[..., UUID]) -> None:
    row_id = asked()
    with real.app_context():
        db.session.execute(update(Message).values(attempts=rules.ATTEMPTS))
        db.session.commit()
    assert not deliver(real, row_id)
    row = read(real, row_id)
    assert (bool(row.failed_at), row.last_error) == (True, "its worker was ended at every attempt")


def test_a_poison_row_stops_nobody(real: Flask, asked: Callable[..., UUID]) -> None:
    row_id = asked()
    with real.app_context():
        db.session.execute(update(Message).values(kind="no_such_kind"))
        db.session.commit()
    assert not deliver(real, row_id)
    row = read(real, row_id)
    assert (row.attempts, row.done_at) == (1, None)
    assert row.last_error
    assert "no_such_kind" in row.last_error


def test_a_late_worker_cannot_write(real: Flask, asked: Callable[..., UUID]) -> None:
    """T41: the first worker sleeps past its lease, the second takes over, the first wakes up."""
    row_id = asked()
    with real.app_context():
        late = jobs.claim(Message, row_id)
        assert late
        assert jobs.claim(Message, row_id) is None
        db.session.execute(update(Message).values(leased_until=clock.now() - timedelta(seconds=1)))
        db.session.commit()
        second = jobs.claim(Message, row_id)
        assert second
        assert not jobs.finish(db.session(), late)
        jobs.release(late, "woke up late")
        assert jobs.finish(db.session(), second)
        db.session.commit()
    row = read(real, row_id)
    assert (bool(row.done_at), row.last_error) == (True, None)


def test_twenty_deliveries_at_once_send_once(real: Flask, asked: Callable[..., UUID]) -> None:
    """T19, F15."""
    row_id, server = asked(), Scripted()
    barrier = threading.Barrier(12)

    def one() -> None:
        barrier.wait()
        deliver(real, row_id)

    with smtp(server) as url, mailing_to(real, url):
        threads = [threading.Thread(target=one) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(server.taken) == 1


def test_a_link_that_ended_is_not_sent(real: Flask) -> None:
    person = Given(real).applicant()
    with real.app_context():
        accounts.request_reset(person.email)
        db.session.commit()
        row_id = db.session.scalars(select(Message.id)).one()
    with clock.frozen(clock.now() + timedelta(hours=1)):
        assert not deliver(real, row_id)
    assert read(real, row_id).failed_at


@pytest.mark.parametrize(
    "url", ["smtps://127.0.0.1:{}", "smtp+starttls://127.0.0.1:{}", "smtp://user:pass@127.0.0.1:{}"]
)
def test_a_server_without_what_we_ask_for_is_a_fault_that_may_pass(real: Flask, url: str) -> None:
    letter = mail.Mail(id="1", to="a@example.org", subject="s", text="t", html="<p>h</p>", language="de")
    with smtp(Scripted()) as plain, real.app_context(), mailing_to(real, url.format(plain.rpartition(":")[2])):
        with pytest.raises(Transient):
            mail.send(letter)


def test_a_sender_that_is_not_accepted_is_not_the_messages_fault(real: Flask, asked: Callable[..., UUID]) -> None:
    """Whoever set the server up wrong mends it, and the mail goes out: nobody starts each message again by hand."""
    row_id, server = asked(), Scripted(mail=["530 5.7.0 must issue STARTTLS first"])
    with smtp(server) as url, mailing_to(real, url):
        assert not deliver(real, row_id)
        row = read(real, row_id)
        assert (row.failed_at, row.last_error) == (None, "SMTP 530 5.7.0 must issue STARTTLS first")
        due_now(real, row_id)
        assert deliver(real, row_id)


@pytest.fixture
def authority(tmp_path: Path) -> tuple[trustme.CA, Path]:
    """An authority of certificates, and the file in which a machine would keep those it trusts."""
    made = trustme.CA()
    path = tmp_path / "trusted.pem"
    made.cert_pem.write_to_path(str(path))
    return made, path


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_message_goes_out_encrypted_to_a_server_that_proves_its_name(
    real: Flask, monkeypatch: pytest.MonkeyPatch, authority: tuple[trustme.CA, Path], scheme: str
) -> None:
    letter = mail.Mail(id="1", to="a@example.org", subject="s", text="t", html="<p>h</p>", language="de")
    issuer, trusted = authority
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    issuer.issue_cert("127.0.0.1").configure_cert(context)
    how = {"ssl_context": context} if scheme == "smtps" else {"tls_context": context, "require_starttls": True}
    server = Scripted()
    with smtp(server, **how) as address, real.app_context():
        with mailing_to(real, f"{scheme}://{address.partition('://')[2]}"):
            with pytest.raises(Transient, match="CERTIFICATE_VERIFY_FAILED"):
                mail.send(letter)
            assert server.taken == []
            monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
            mail.send(letter)
    assert [envelope.rcpt_tos for envelope in server.taken] == [["a@example.org"]]
